#!/usr/bin/env bash
# From nothing to a trained enhancer, a table and a picture: quick_start.sh [arguments of quick_start.py]
set -euo pipefail
TOOLS=$(cd "$(dirname "$0")" && pwd)
VENV=${VENV:-$TOOLS/../.venv}
echo "installing into ${VENV/"$TOOLS/../"/} (about a minute the first time)"
bash "$TOOLS/create_env.sh" "$VENV"
exec "$VENV/bin/python" -W ignore "$TOOLS/quick_start.py" "$@"
