#!/usr/bin/env bash
# Test on several processes: dist_test.sh CONFIG CHECKPOINT NPROC [arguments of test.py]
# One process a GPU (nccl), or any number on a host without one (gloo).
# Several hosts: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment.
set -euo pipefail
if [ $# -lt 3 ]; then
  echo "usage: $0 CONFIG CHECKPOINT NPROC [arguments of test.py]" >&2
  exit 2
fi
CONFIG=$1
CHECKPOINT=$2
NPROC=$3
TOOLS=$(cd "$(dirname "$0")" && pwd)
# Started by the python that is active.
exec python "$TOOLS/torchrun.py" \
  --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
  --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
  --nproc_per_node="$NPROC" \
  "$TOOLS/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
