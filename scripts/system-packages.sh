#!/bin/sh
# Installs what the tests need beside Python, only where it is missing: PostgreSQL, Chromium, Chinese fonts.
set -eu
say() { printf '%s\n' "$*" >&2; }

has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; }
has_chromium() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; }
has_chinese_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]; }

missing=
has_postgresql || missing="$missing postgresql"
has_chromium || missing="$missing chromium"
has_chinese_font || missing="$missing fonts-noto-cjk fontconfig"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  say "The tests need these, which this machine lacks:$missing"
  say "There is no apt-get here. Please install them with your system's package manager, then run make test again."
  exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
  else
    say "The tests need these Debian packages, which this machine lacks:$missing"
    say "You are not root. Please run: sudo apt-get install$missing    then make test again."
    exit 1
  fi
fi
say "→ Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the names are meant to be split
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  say "apt-get could not install:$missing (its last words are above)."
  exit 1
fi
