#!/bin/sh
# Installs what the benchmark measures beside us, apart from our own environment: FEEL of other people in Python and JavaScript.
set -eu
cd "$(dirname "$0")/.."
if [ ! .venv-bench/peers.stamp -nt requirements/bench.txt ]; then
  echo "→ .venv-bench: the packages of requirements/bench.txt" >&2
  .venv/bin/python -m venv --clear .venv-bench
  UV_PYTHON=.venv-bench/bin/python UV_LINK_MODE=copy .venv/bin/uv pip install --quiet --require-hashes -r requirements/bench.txt
  touch .venv-bench/peers.stamp
fi
if ! command -v npm >/dev/null 2>&1; then
  echo "There is no Node.js here: the peers in JavaScript are left out." >&2
elif [ ! bench/peers/node_modules/.package-lock.json -nt bench/peers/package-lock.json ]; then
  (cd bench/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi
