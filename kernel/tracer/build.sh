#!/bin/sh
# Builds the tracer beside its source, or at the path that is given. Debian 12's gcc makes the same bytes wherever it runs: no library, no
# build id, no path, no compiler's name gets in.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/tracer-x64}
cd "$here"
exec env LC_ALL=C SOURCE_DATE_EPOCH=0 "${CC:-gcc}" -std=c11 -O2 -Wall -Wextra -Werror -Wshadow -Wconversion \
  -ffreestanding -nostdlib -static -no-pie -fno-pie -march=x86-64 \
  -fno-ident -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -mgeneral-regs-only \
  -fno-tree-loop-distribute-patterns -ffile-prefix-map="$here"=. \
  -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -s \
  -o "$out" launch.c trial.c tracer.c guardian.c answer.c inject.c processor.c decode.c events.c tasks.c spec.c system.c
