import type { Persona } from "../../decoy/persona.ts";
import { encodeUtf8 } from "../bytes.ts";
import { hash32, noise } from "../seed.ts";
import { BUILD_ID_AT, BUILD_ID_BYTES, encodeElfHead } from "./elf.ts";
import type { BaseNode } from "./node.ts";

/**
 * What a file of the persona holds: the text that the profile gives, or bytes made from the site's seed and the path. The same place of
 * a file always reads the same, and nothing is kept: any part is computed from its position.
 */
export function readBase(persona: Persona, node: BaseNode, range: { readonly at: number; readonly maxBytes: number }): string {
  const { at, maxBytes } = range;
  const given = persona.tree.files[node.path];
  if (given !== undefined) return encodeUtf8(given).slice(at, at + maxBytes);
  const end = Math.min(node.size, at + maxBytes);
  if (end <= at) return "";
  let text = "";
  for (let block = Math.floor(at / BLOCK_BYTES); block * BLOCK_BYTES < end; block += 1) text += blockOf(persona, node, block);
  const skipped = at % BLOCK_BYTES;
  return text.slice(skipped, skipped + end - at);
}

/** The build id of the program that the persona has at `path`: by it a copy is known as what it is. */
export function buildId(persona: Persona, path: string): string {
  return noise(hash32(`${persona.seed} build-id ${path}`), BUILD_ID_BYTES);
}

/** The build id in the head of an ELF file of ours. */
export function buildIdIn(head: string): string {
  return head.slice(BUILD_ID_AT, BUILD_ID_AT + BUILD_ID_BYTES);
}

const BLOCK_BYTES = 1024;

function blockOf(persona: Persona, node: BaseNode, block: number): string {
  const start = hash32(`${persona.seed} ${node.path} ${block}`);
  const kind = contentKind(node);
  if (kind === "text") return textBlock(start);
  if (block > 0) return noise(start, BLOCK_BYTES);
  if (kind === "gzip") return `\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03${noise(start, BLOCK_BYTES - 10)}`;
  if (kind === "noise") return noise(start, BLOCK_BYTES);
  return encodeElfHead({ machine: persona.machine, size: node.size, buildId: buildId(persona, node.path), library: kind === "library" });
}

const LIBRARY = /\.(so|ko|o)(\.[\d.]+)?$/;
const GZIP = /\.(gz|tgz)$/;
const TEXT =
  /\.(conf|cfg|txt|sh|py|pl|pm|list|md5sums|h|c|xml|html|css|js|json|log|service|rules|defs|desktop|md|yml|yaml|ini|policy|lua|template)$|\/(copyright|README|NEWS|AUTHORS|LICENSE|TODO)$|^\/etc\//;

function contentKind(node: BaseNode): "program" | "library" | "gzip" | "text" | "noise" {
  if (LIBRARY.test(node.path)) return "library";
  if (GZIP.test(node.path)) return "gzip";
  if (TEXT.test(node.path)) return "text";
  return (node.mode & 0o111) !== 0 ? "program" : "noise";
}

const WORDS =
  "the of and to this is for with default value option file system user set used by not be if when enabled disabled path name list service network kernel timeout size cache limit support version only all see manual details local remote host port log level mode write read allow deny".split(
    " ",
  );

/** Lines of a comment, as most configuration files are made of. */
function textBlock(start: number): string {
  const picks = noise(start, 320);
  let text = "";
  let line = "#";
  for (let at = 0; text.length < BLOCK_BYTES; at = (at + 1) % picks.length) {
    line += ` ${WORDS[picks.charCodeAt(at) % WORDS.length] ?? ""}`;
    if (line.length < 66) continue;
    text += `${line}\n`;
    line = "#";
  }
  return `${text.slice(0, BLOCK_BYTES - 1)}\n`;
}
