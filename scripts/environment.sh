#!/bin/sh
# Makes .venv and installs into it exactly what requirements/NAME.txt lists, every file checked by its hash.
# Usage: scripts/environment.sh NAME     (NAME: app, test)     PYTHON=python3.12 chooses the interpreter of a new .venv.
set -eu
cd "$(dirname "$0")/.."
name=$1
venv=.venv
say() { printf '%s\n' "$*" >&2; }

enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! { [ -x "$venv/bin/python" ] && enough "$venv/bin/python"; }; then
  found=
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && enough "$candidate"; then found=$candidate && break; fi
  done
  if [ -z "$found" ]; then
    say "Xiaohao needs Python 3.11 or newer, but none was found here."
    say "On Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv. Elsewhere: PYTHON=/path/to/python3.11 make run"
    exit 1
  fi
  say "→ .venv, with $("$found" --version)"
  if ! "$found" -m venv --clear "$venv" >&2; then
    say "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"
    exit 1
  fi
fi

say "→ the packages of requirements/$name.txt"
UV_PYTHON=$venv/bin/python
UV_LINK_MODE=copy
export UV_PYTHON UV_LINK_MODE
# uv does not read pip's settings; an office that named its mirror for pip has named it for both.
mirror=${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
if [ -n "$mirror" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then UV_DEFAULT_INDEX=$mirror && export UV_DEFAULT_INDEX; fi
if ! {
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt &&
    "$venv/bin/uv" pip install --quiet --require-hashes -r "requirements/$name.txt"
}; then
  say "The packages could not be installed (the reason is above). Is a package index within reach? A mirror is named in"
  say "pip's settings (pip config set global.index-url ADDRESS). What was installed so far is kept; the same command goes on from there."
  exit 1
fi
# The command `xiaohao` beside Python; the code itself stays here and is not copied.
"$venv/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable .
