#!/usr/bin/env bash
# From nothing to a tested project: run_tests.sh [arguments of pytest]
# Two processes of one thread each share the tests; -n 8 takes eight, -n 0 shows one's own output.
set -euo pipefail
TOOLS=$(cd "$(dirname "$0")" && pwd)
VENV=${VENV:-$TOOLS/../.venv}
bash "$TOOLS/create_env.sh" "$VENV" onedl,web,tests
cd "$TOOLS/.."
OMP_NUM_THREADS=1 exec "$VENV/bin/python" -m pytest --environment onedl -n 2 --dist worksteal "$@"
