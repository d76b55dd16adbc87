import type { Program } from "../program.ts";
import { accountPrograms } from "./accounts/index.ts";
import { archivePrograms } from "./archive/index.ts";
import { basename, dirname } from "./basic/basename.ts";
import { cat } from "./basic/cat.ts";
import { echo } from "./basic/echo.ts";
import { env, nice, nohup, printenv } from "./basic/env.ts";
import { expr } from "./basic/expr.ts";
import { printf } from "./basic/printf.ts";
import { sleep } from "./basic/sleep.ts";
import { bracket, test } from "./basic/test.ts";
import { timeout } from "./basic/timeout.ts";
import { falseProgram, trueProgram } from "./basic/true.ts";
import { yes } from "./basic/yes.ts";
import { busyboxPrograms } from "./busybox/index.ts";
import { comparePrograms } from "./compare/index.ts";
import { convertPrograms } from "./convert/index.ts";
import { editorPrograms } from "./editors/index.ts";
import { chmod } from "./files/chmod.ts";
import { chgrp, chown } from "./files/chown.ts";
import { cp } from "./files/cp.ts";
import { find } from "./files/find/find.ts";
import { link, ln, unlink } from "./files/ln.ts";
import { dir, ls, vdir } from "./files/ls/ls.ts";
import { mkfifo, mknod } from "./files/make-node.ts";
import { mkdir, rmdir } from "./files/mkdir.ts";
import { mktemp } from "./files/mktemp.ts";
import { mv } from "./files/mv.ts";
import { readlink, realpath } from "./files/readlink.ts";
import { rm } from "./files/rm.ts";
import { stat } from "./files/stat.ts";
import { touch } from "./files/touch.ts";
import { truncate } from "./files/truncate.ts";
import { pwd } from "./files/working-directory.ts";
import { inspectPrograms } from "./inspect/index.ts";
import { networkPrograms } from "./network/index.ts";
import { packagePrograms } from "./packages/index.ts";
import { runningPrograms } from "./running/index.ts";
import { systemPrograms } from "./system/index.ts";
import { awk, mawk, nawk } from "./text/awk/awk.ts";
import { base32, base64 } from "./text/base64.ts";
import { checksums, cksum, sum } from "./text/checksum.ts";
import { cut } from "./text/cut.ts";
import { egrep, fgrep, grep, rgrep } from "./text/grep/grep.ts";
import { head } from "./text/head.ts";
import { join } from "./text/join.ts";
import { nl } from "./text/nl.ts";
import { expand, fmt, fold, rev, tac, unexpand } from "./text/reshape.ts";
import { sed } from "./text/sed/sed.ts";
import { seq } from "./text/seq.ts";
import { sort } from "./text/sort/sort.ts";
import { tail } from "./text/tail.ts";
import { tee } from "./text/tee.ts";
import { comm, paste } from "./text/together.ts";
import { tr } from "./text/tr.ts";
import { uniq } from "./text/uniq.ts";
import { wc } from "./text/wc.ts";
import { xargs } from "./text/xargs.ts";
import { transferPrograms } from "./transfer/index.ts";

/** Every program there is; a persona's `commands` decide which of them exist on its system. */
// biome-ignore format: one line each
export const programs: readonly Program[] = [
  ...inspectPrograms,
  ...accountPrograms,
  ...archivePrograms,
  awk,
  base32,
  base64,
  basename,
  bracket,
  ...busyboxPrograms,
  cat,
  ...checksums,
  chgrp,
  chmod,
  chown,
  cksum,
  comm,
  ...comparePrograms,
  ...convertPrograms,
  cp,
  cut,
  dir,
  dirname,
  echo,
  ...editorPrograms,
  egrep,
  env,
  expand,
  expr,
  falseProgram,
  fgrep,
  find,
  fmt,
  fold,
  grep,
  head,
  join,
  link,
  ln,
  ls,
  mawk,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mv,
  nawk,
  ...networkPrograms,
  nice,
  nl,
  nohup,
  paste,
  printenv,
  printf,
  pwd,
  readlink,
  realpath,
  rev,
  rgrep,
  rm,
  rmdir,
  ...runningPrograms,
  sed,
  seq,
  sleep,
  sort,
  stat,
  sum,
  ...packagePrograms,
  ...systemPrograms,
  tac,
  tail,
  tee,
  test,
  timeout,
  touch,
  tr,
  ...transferPrograms,
  trueProgram,
  truncate,
  unexpand,
  uniq,
  unlink,
  vdir,
  wc,
  xargs,
  yes,
];
