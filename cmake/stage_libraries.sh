#!/usr/bin/env bash
# stage_libraries.sh PROGRAM FOLDER: copies the shared libraries that PROGRAM needs, beside those of the
# C library itself, into FOLDER, stripped. What is there and not older stays.
set -euo pipefail
program=$1 folder=$2
mkdir -p "$folder"
ldd "$program" | while read -r name arrow path _; do
  [ "$arrow" = "=>" ] || continue
  case $name in
    libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libutil.so.* | ld-linux*) continue ;;
  esac
  if [ "$path" = not ]; then
    echo "stage_libraries: $program needs $name, which is nowhere: run ./dev setup" >&2
    exit 1
  fi
  to=$folder/$name
  [ "$path" -ef "$to" ] && continue
  [ -e "$to" ] && [ ! "$path" -nt "$to" ] && continue
  strip --strip-unneeded -o "$to.$$" "$path"
  touch -r "$path" "$to.$$"
  mv "$to.$$" "$to"
done
