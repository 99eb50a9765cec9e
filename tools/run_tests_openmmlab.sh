#!/usr/bin/env bash
# From nothing to a project tested with OpenMMLab's last releases and mmagic, on Debian bookworm:
# run_tests_openmmlab.sh [arguments of pytest]
# Two processes of one thread each share the tests; -n 8 takes eight, -n 0 shows one's own output.
set -euo pipefail
TOOLS=$(cd "$(dirname "$0")" && pwd)
VENV=${VENV:-$TOOLS/../.venv-openmmlab}
bash "$TOOLS/create_openmmlab_env.sh" "$VENV"
cd "$TOOLS/.."
PYTHONNOUSERSITE=1 OMP_NUM_THREADS=1 exec "$VENV/bin/python" -m pytest --environment openmmlab \
  -n 2 --dist worksteal "$@"
