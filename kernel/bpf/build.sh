#!/bin/sh
# Builds the objects beside their source, or in the folder that is given. Debian 12's clang makes the same bytes in any folder. What only
# debuggers read is taken away; the types that the kernel and libbpf read (BTF) stay.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here}
cd "$here"
for name in engine bench; do
  env LC_ALL=C SOURCE_DATE_EPOCH=0 "${CLANG:-clang-14}" -std=gnu11 -g -O2 -mcpu=v3 -target bpf -Wall -Wextra -Werror -Wshadow \
    -nostdinc -ffile-prefix-map="$here"=. -fdebug-compilation-dir=. -o "$out/$name.bpf.o" -c "$name.c"
  "${LLVM_STRIP:-llvm-strip-14}" -g "$out/$name.bpf.o"
done
