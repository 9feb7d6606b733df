#!/bin/sh
# Builds the page's files again from web/islands and compares them with those in web/static/dist. Needs Node.js ≥ 20.
set -eu
cd "$(dirname "$0")/../web/islands"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
  echo "The built files were not compared: this needs Node.js 20 or newer, but here is $(node --version)." >&2
  exit 0
fi
# npm leaves its own copy of the lock behind; without it, or with an older one, the packages are not those of the lock.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
npm run --silent check
# Every drawing opens in the libraries of Camunda Modeler without a warning.
find ../../workflows -name '*.bpmn' -o -name '*.dmn' -o -name '*.form' | sort | xargs -r npm run --silent drawings --
