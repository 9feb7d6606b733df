#!/bin/sh
# Everything that must hold before a change is taken. Goes through all checks even when one fails, then says which failed.
set -u
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1
bin=.venv/bin
failed=

check() { # name, command …
  name=$1
  shift
  printf '\n── %s: %s\n' "$name" "$*"
  began=$(date +%s)
  if "$@"; then verdict=ok; else verdict=FAILED && failed="$failed
  $name"; fi
  printf '── %s: %s (%s s)\n' "$name" "$verdict" "$(($(date +%s) - began))"
}

tests() { # pytest, where a selection without any test is no fault
  "$bin/python" -m pytest -q -p no:cacheprovider "$@"
  code=$?
  [ "$code" -eq 0 ] || { [ "$code" -eq 5 ] && [ "${EMPTY_IS_FINE:-}" = yes ]; }
}

check 'format' "$bin/ruff" format --no-cache --check --quiet .
check 'lint' "$bin/ruff" check --no-cache --quiet .
check 'types' "$bin/basedpyright" --warnings
check 'imports' "$bin/lint-imports" --no-cache --no-logo
if [ -f web/islands/package.json ]; then
  if command -v npm >/dev/null 2>&1; then
    check 'built files' scripts/built-files.sh
  else
    printf '\n── built files: left out, because there is no Node.js here to build them again\n'
  fi
fi
check 'tests' tests -n 2 --dist worksteal -m 'not browser'
EMPTY_IS_FINE=yes check 'browser tests' tests -m browser

if [ -n "$failed" ]; then
  printf '\nThese checks failed:%s\n' "$failed"
  exit 1
fi
printf '\nAll checks passed.\n'
