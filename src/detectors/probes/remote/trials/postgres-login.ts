import { createHash } from "node:crypto";
import { Writer } from "../../../../wire/writer.ts";
import type { Line } from "./line.ts";
import type { Account, Login, LoginAnswer } from "./login.ts";

/**
 * PostgreSQL's cleartext and MD5 passwords. Who asks for SCRAM proves that it knows the password before it lets in, so a drawn one says
 * nothing about it: then there is no answer.
 */
export const postgresLogin: Login = {
  protocol: "postgres",
  usualPorts: [5432],
  attempt: async (line, account) => {
    line.say(startup(account.user));
    const asked = await hearMessages(line);
    if (asked === undefined) return undefined;
    const [first] = messages(asked);
    if (first?.type !== "R") return first?.type === "E" ? "refused" : undefined;
    const way = first.content.length >= 4 ? Buffer.from(first.content).readUInt32BE(0) : -1;
    if (way === 0) return letIn(line, asked);
    const password = answer(way, account, first.content.subarray(4));
    if (password === undefined) return undefined;
    line.say(message("p", `${password}\0`));
    const answered = await hearMessages(line);
    if (answered === undefined) return undefined;
    return messages(answered)[0]?.type === "R" ? letIn(line, answered) : "refused";
  },
};

/** 3 is cleartext, 5 is MD5 with a salt of four bytes (PostgreSQL documentation, message formats). */
function answer(way: number, { user, password }: Account, salt: Uint8Array): string | undefined {
  if (way === 3) return password;
  if (way !== 5) return undefined;
  const inner = createHash("md5").update(`${password}${user}`).digest("hex");
  return `md5${createHash("md5").update(inner).update(salt.subarray(0, 4)).digest("hex")}`;
}

/** A server that trusts everybody says yes first, and then that there is no such role: in is who gets ready-for-query. */
async function letIn(line: Line, heard: Uint8Array): Promise<LoginAnswer> {
  let types = messages(heard).map(({ type }) => type);
  for (let round = 0; round < 3 && !types.includes("Z") && !types.includes("E"); round++) {
    const more = await hearMessages(line);
    if (more === undefined) break;
    types = [...types, ...messages(more).map(({ type }) => type)];
  }
  if (types.includes("E")) return "refused";
  return types.includes("Z") ? "accepted" : undefined;
}

function startup(user: string): Uint8Array {
  const body = new Writer().u32(0x0003_0000).bytes(`user\0${user}\0database\0${user}\0\0`).finish();
  return new Writer()
    .u32(body.length + 4)
    .bytes(body)
    .finish();
}

function message(type: string, content: string): Uint8Array {
  return new Writer()
    .bytes(type)
    .u32(content.length + 4)
    .bytes(content)
    .finish();
}

interface Message {
  readonly type: string;
  readonly content: Uint8Array;
}

/** u8 type, u32 length with itself, content. */
function messages(bytes: Uint8Array): readonly Message[] {
  const found: Message[] = [];
  for (let at = 0; at + 5 <= bytes.length && found.length < 100; ) {
    const size = Buffer.from(bytes).readUInt32BE(at + 1);
    if (size < 4 || at + 1 + size > bytes.length) break;
    found.push({ type: String.fromCharCode(bytes[at] ?? 0), content: bytes.subarray(at + 5, at + 1 + size) });
    at += 1 + size;
  }
  return found;
}

function hearMessages(line: Line): Promise<Uint8Array | undefined> {
  return line.hear((bytes) => messages(bytes).length > 0);
}
