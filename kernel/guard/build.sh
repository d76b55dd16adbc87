#!/bin/sh
# Builds guard-x64 and sleeper-x64 beside their sources, or in the folder that is given. Debian 12's gcc makes the same bytes wherever it runs.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here}
build() {
  name=$1
  shift
  env LC_ALL=C SOURCE_DATE_EPOCH=0 "${CC:-gcc}" -std=c11 -Os -Wall -Wextra -Werror -Wshadow \
    -ffreestanding -nostdlib -static -no-pie -fno-pie -march=x86-64 \
    -fno-ident -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -mno-red-zone -mgeneral-regs-only \
    -fno-tree-loop-distribute-patterns -ffile-prefix-map="$here"=. \
    -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -s \
    -o "$out/$name" "$@"
}
build guard-x64 "$here/guard.c" "$here/enter.c" "$here/mounts.c" "$here/plan.c"
build sleeper-x64 "$here/sleeper.c"
