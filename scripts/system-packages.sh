#!/bin/sh
# Installs what is needed beside Python, only where it is missing: for the tests PostgreSQL, Chromium, Chinese fonts, Pango;
# with the word `run` only what papers as PDF need (Chinese fonts, Pango), and without it the house runs all the same.
set -eu
purpose=${1:-test}
say() { printf '%s\n' "$*" >&2; }

has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; }
has_chromium() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; }
has_chinese_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]; }
has_pango() { ldconfig -p 2>/dev/null | grep -q 'libpango-1\.0\.so' && ldconfig -p 2>/dev/null | grep -q 'libpangoft2-1\.0\.so'; }

missing=
if [ "$purpose" = test ]; then
  has_postgresql || missing="$missing postgresql"
  has_chromium || missing="$missing chromium"
fi
has_pango || missing="$missing libpango-1.0-0 libpangoft2-1.0-0"
has_chinese_font || missing="$missing fonts-noto-cjk fontconfig"
[ -n "$missing" ] || exit 0
if [ "$purpose" = run ]; then
  needed="Papers as PDF need these, which this machine lacks:$missing (Word works without them)."
  without=0
else
  needed="The tests need these, which this machine lacks:$missing"
  without=1
fi

if ! command -v apt-get >/dev/null 2>&1; then
  say "$needed"
  say "There is no apt-get here. Please install them with your system's package manager, then run make $purpose again."
  exit "$without"
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
  else
    say "$needed"
    say "You are not root. Please run: sudo apt-get install$missing    then make $purpose again."
    exit "$without"
  fi
fi
say "→ Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the names are meant to be split
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  say "apt-get could not install:$missing (its last words are above)."
  exit "$without"
fi
