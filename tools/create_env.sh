#!/usr/bin/env bash
# Create a virtual environment that runs this project: create_env.sh [FOLDER] [EXTRAS]
#
#   FOLDER   where it goes, default .venv; an environment that is there already is brought up to date
#   EXTRAS   extras of setup.py, default onedl,fast,video; for instance onedl,web,tests
#   PYTHON   in the environment: the interpreter to start from, default python3
#
# A torch that PYTHON already has is used. Where there is none, a machine with an NVIDIA GPU gets
# PyPI's build of torch 2.13 with CUDA, any other a CPU build.
set -euo pipefail
FOLDER=${1:-.venv}
EXTRAS=${2:-onedl,fast,video}
PYTHON=${PYTHON:-python3}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
TORCH=2.13.0

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
  echo "create_env: Python 3.11, 3.12 or 3.13 is needed; name one: PYTHON=python3.11 $0" >&2
  exit 1
}
if [ ! -x "$FOLDER/bin/python" ]; then
  if "$PYTHON" -c 'import torch' 2>/dev/null; then
    "$PYTHON" -m venv --system-site-packages "$FOLDER"
  else
    "$PYTHON" -m venv "$FOLDER"
  fi
fi
PIP=("$FOLDER/bin/python" -m pip install --quiet --disable-pip-version-check)
if ! "$FOLDER/bin/python" -c 'import torch' 2>/dev/null; then
  if nvidia-smi >/dev/null 2>&1; then
    "${PIP[@]}" "torch==$TORCH"
  elif [ "$(uname -s)" = Linux ]; then
    # First from where pip is set up to look, then from PyTorch's own list of CPU builds.
    "${PIP[@]}" "torch==$TORCH+cpu" 2>/dev/null ||
      "${PIP[@]}" "torch==$TORCH+cpu" --extra-index-url https://download.pytorch.org/whl/cpu
  else
    "${PIP[@]}" "torch==$TORCH"
  fi
fi
"${PIP[@]}" -e "$ROOT[$EXTRAS]"
# The tests of the page need a browser.
if [[ ",$EXTRAS," == *,web,* && ",$EXTRAS," == *,tests,* ]]; then
  command -v chromium >/dev/null || bash "$ROOT/tools/install_debian_packages.sh" chromium ||
    echo 'create_env: without a program named chromium the tests of the page fail' >&2
fi
"$FOLDER/bin/python" -W ignore -c 'import torch, mmengine, mmcv, mmseg, mmscllle
print(f"mmscllle {mmscllle.__version__}: torch {torch.__version__}, mmengine {mmengine.__version__}, "
      f"mmcv {mmcv.__version__}, mmseg {mmseg.__version__}")'
