import type { Stat } from "./file-system.ts";

/** Kinds of files by their letters, as find -type and the persona's tree write them; ls shows `-` for a file. */

export const KIND_BY_LETTER: Readonly<Record<string, Stat["kind"]>> = {
  f: "file",
  d: "directory",
  l: "link",
  c: "character",
  b: "block",
  p: "fifo",
  s: "socket",
};

export const LETTER_BY_KIND: Readonly<Record<Stat["kind"], string>> = {
  file: "f",
  directory: "d",
  link: "l",
  character: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};
