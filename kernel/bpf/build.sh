#!/bin/sh
# Builds the engine's programs beside their source, or at the path that is given. Debian 12's clang makes the same bytes in any folder. What only debuggers
# read is taken away; the types that the kernel and libbpf read (BTF) stay.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/engine.bpf.o}
cd "$here"
env LC_ALL=C SOURCE_DATE_EPOCH=0 "${CLANG:-clang-14}" -std=gnu11 -g -O2 -mcpu=v3 -target bpf -Wall -Wextra -Werror -Wshadow \
  -nostdinc -ffile-prefix-map="$here"=. -fdebug-compilation-dir=. -o "$out" -c engine.c
exec "${LLVM_STRIP:-llvm-strip-14}" -g "$out"
