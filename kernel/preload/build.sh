#!/bin/sh
# Builds the library beside its source, or at the path that is given. What a spec says and what an instruction is, it takes from the
# tracer's source beside it. Debian 12's gcc makes the same bytes wherever it runs: no build id, no path, no compiler's name gets in, and no
# version of a C library is asked for.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/preload-x64.so}
cd "$here"
exec env LC_ALL=C SOURCE_DATE_EPOCH=0 "${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Werror -Wshadow -Wconversion \
  -ffreestanding -nostdlib -shared -fPIC -fvisibility=hidden -march=x86-64 \
  -fno-ident -fno-stack-protector -fcf-protection=none -mgeneral-regs-only -fno-tree-loop-distribute-patterns \
  -ffunction-sections -fdata-sections -ffile-prefix-map="$here"=. \
  -Wl,--gc-sections -Wl,--version-script=exports.map -Wl,--build-id=none -Wl,--hash-style=gnu -Wl,-Bsymbolic \
  -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,initfirst -Wl,-z,nodelete -s \
  -o "$out" preload.c fault.c leaves.c signals.c ../tracer/processor.c ../tracer/decode.c ../tracer/spec.c ../tracer/system.c
