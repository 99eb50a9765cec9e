#!/usr/bin/env bash
# Create the second tested environment: OpenMMLab's last releases (mmengine, mmcv with its compiled
# ops, mmsegmentation, mmagic) over Debian bookworm's own torch 1.13 and torchvision 0.14, CPU only,
# with this project and what its tests need: create_openmmlab_env.sh [FOLDER]
#
#   FOLDER           where it goes, default .venv-openmmlab; one of the same recipe that is there
#                    already is brought up to date, any other virtual environment is made anew
#   MMSCLLLE_CACHE   in the environment: where the mmcv wheel, the one slow step, is kept, default
#                    ${XDG_CACHE_HOME:-$HOME/.cache}/mmscllle
#   MAX_JOBS         in the environment: compiler jobs, default 2
#
# Needs Debian bookworm with apt-get (as root, or with sudo that asks no password). Use FOLDER with
# PYTHONNOUSERSITE=1: it sees the system's packages, and so would see the user's.
set -euo pipefail

readonly PYTHON=/usr/bin/python3   # Debian's torch exists for this interpreter only
readonly MMCV=2.1.0                # mmseg 1.2.2 and mmagic 1.2.0 refuse 2.2
readonly APT_RUNTIME=(python3 python3-venv python3-torch python3-torchvision)
readonly APT_BUILD=(g++ libtorch-dev pybind11-dev python3-dev)
readonly STAMP_NAME=.openmmlab_env
readonly EXTRAS=mim,mmagic,tests   # of setup.py

# The versions that make the environment, and the bounds that keep such old releases working.
readonly BOUNDS=(
  "mmcv==$MMCV" mmengine==0.10.7 mmsegmentation==1.2.2 mmagic==1.2.0
  'numpy<1.27'
  'opencv-python<4.12' 'opencv-contrib-python<4.12' 'opencv-python-headless<4.12'
  'diffusers==0.24.0' 'huggingface_hub<0.26' 'transformers<4.40' 'albumentations<1.4'
  'pillow<12' 'setuptools<81'
  # mmagic asks for these without a bound; newer ones need not work on torch 1.13.
  'timm<1.1' 'controlnet_aux<0.1' 'facexlib<0.4'
)

fail() { printf 'create_openmmlab_env: error: %s\n' "$*" >&2; exit 1; }
step() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }

version_of() {
  "$PYTHON" -c 'import sys, importlib.metadata as m; print(m.version(sys.argv[1]))' "$1"
}

apt_install() {
  bash "$root/tools/install_debian_packages.sh" "$@" || exit
}

build_mmcv() {
  local work
  apt_install "${APT_BUILD[@]}"
  step "mmcv $MMCV: building the wheel with $MAX_JOBS jobs"
  work=$(mktemp -d)
  "$pip" install -q -c "$constraints" 'setuptools<81' wheel psutil ninja
  # Debian keeps torch's headers in /usr/include, where torch.utils.cpp_extension does not look.
  CPATH=/usr/include:/usr/include/torch/csrc/api/include MMCV_WITH_OPS=1 FORCE_CUDA=0 \
    PATH="$venv/bin:$PATH" nice -n 10 \
    "$pip" wheel --no-deps --no-build-isolation --no-cache-dir --no-binary mmcv \
    -w "$work" "mmcv==$MMCV" >"$work/build.log" 2>&1 || {
    tail -n 40 "$work/build.log" >&2
    fail "mmcv $MMCV did not build, the whole log is $work/build.log"
  }
  # Moved under its name only when complete, so that another run never sees half a wheel.
  mkdir -p "$wheels"
  cp "$work"/mmcv-*.whl "$wheels/partial.$$"
  mv "$wheels/partial.$$" "$wheels/$(basename "$work"/mmcv-*.whl)"
  rm -rf "$work"
}

create_venv() {
  step "creating $venv over torch $torch_version and torchvision $vision_version"
  "$PYTHON" -m venv --clear --system-site-packages "$venv"
  # Debian's two are pinned, else pip replaces them to please some dependency.
  printf '%s\n' "${BOUNDS[@]}" "torch==$torch_version" "torchvision==$vision_version" \
    >"$constraints"
  "$pip" install -q -c "$constraints" -U 'pip>=24' 'setuptools<81' wheel
  [[ -n $(find_wheel) ]] || build_mmcv
}

find_wheel() {
  compgen -G "$wheels/mmcv-$MMCV-*.whl" | head -n 1
}

check() {
  "$venv/bin/python" - <<'PY'
import warnings

warnings.filterwarnings('ignore')
import cv2, mmcv, mmcv.ops, mmengine, mmseg, numpy, torch, torchvision
import mmagic, mmscllle
from mmagic.registry import MODELS
from mmagic.utils import register_all_modules

boxes, scores = torch.tensor([[0, 0, 9, 9.], [0, 0, 9, 8.]]), torch.tensor([0.9, 0.8])
if torchvision.ops.nms(boxes, scores, 0.5).tolist() != [0]:
    raise SystemExit('torchvision.ops.nms gives a wrong answer')
if mmcv.ops.nms(boxes, scores, 0.5)[1].tolist() != [0]:
    raise SystemExit('mmcv.ops.nms gives a wrong answer')
register_all_modules()
# With onnxruntime, diffusers brings some more.
if len(MODELS) < 384:
    raise SystemExit(f'{len(MODELS)} models of mmagic are registered, there should be 384')
for module in (torch, torchvision, numpy, cv2, mmengine, mmcv, mmseg, mmagic, mmscllle):
    print(f'  {module.__name__:12s} {module.__version__}')
PY
}

main() {
  (($# <= 1)) || fail "usage: $0 [FOLDER]"
  local folder=${1:-.venv-openmmlab} root
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    fail 'apt-get not found: this environment is built on Debian bookworm'
  [[ ! -e $folder || -f $folder/pyvenv.cfg || -z $(ls -A "$folder") ]] ||
    fail "$folder exists and is not a virtual environment: give another folder"

  # Nothing from the caller's own Python may leak in.
  unset PYTHONPATH PYTHONHOME PIP_CONSTRAINT PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_USER PIP_PREFIX
  export PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MAX_JOBS="${MAX_JOBS:-2}"

  apt_install "${APT_RUNTIME[@]}"
  local torch_version vision_version recipe
  torch_version=$(version_of torch)
  vision_version=$(version_of torchvision)
  [[ $torch_version == 1.13.* ]] ||
    fail "torch $torch_version found for $PYTHON, 1.13 expected: is this Debian bookworm?"

  venv=$(realpath -m "$folder")
  pip=$venv/bin/pip
  wheels=${MMSCLLLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mmscllle}
  wheels+=/mmcv-$MMCV-torch-$torch_version
  recipe=$(sha256sum <"${BASH_SOURCE[0]}")$torch_version
  constraints=$venv/constraints.txt
  if [[ ! -f $venv/$STAMP_NAME || $(<"$venv/$STAMP_NAME") != "$recipe" ]]; then
    create_venv
  fi
  step "installing OpenMMLab's releases and $root[$EXTRAS]"
  "$pip" install -q -c "$constraints" "$(find_wheel)" -e "$root[$EXTRAS]"
  step 'checking'
  check
  echo "$recipe" >"$venv/$STAMP_NAME"
  step 'done'
}

main "$@"
