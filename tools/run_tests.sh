#!/usr/bin/env bash
# From nothing to a tested project: run_tests.sh [arguments of pytest]
set -euo pipefail
TOOLS=$(cd "$(dirname "$0")" && pwd)
VENV=${VENV:-$TOOLS/../.venv}
bash "$TOOLS/create_env.sh" "$VENV" onedl,web,tests
cd "$TOOLS/.."
exec "$VENV/bin/python" -m pytest --environment onedl "$@"
