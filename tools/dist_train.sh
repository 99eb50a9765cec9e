#!/usr/bin/env bash
# Train on several processes: dist_train.sh CONFIG NPROC [arguments of train.py]
# One process a GPU (nccl), or any number on a host without one (gloo).
# Several hosts: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment.
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: $0 CONFIG NPROC [arguments of train.py]" >&2
  exit 2
fi
CONFIG=$1
NPROC=$2
TOOLS=$(cd "$(dirname "$0")" && pwd)
# Started by the python that is active.
exec python "$TOOLS/torchrun.py" \
  --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
  --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
  --nproc_per_node="$NPROC" \
  "$TOOLS/train.py" "$CONFIG" --launcher pytorch "${@:3}"
