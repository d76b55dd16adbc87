import { Writer } from "../../wire/writer.ts";
import type { Stimulus } from "./stimulus.ts";
import { everywhere, quick, stimulusMaker } from "./stimulus-maker.ts";

/** MongoDB's wire protocol: header (length, request id, response to, opcode; little-endian), then a BSON document with one number. */
const mongodb = stimulusMaker({ protocol: "mongodb", ports: [27017, 27018] });

const OP_QUERY = 2004;
const OP_MSG = 2013;

function document(name: string, database?: string): Buffer {
  const number = new Writer().u8(0x10).bytes(`${name}\0`).u32le(1).finish();
  const text =
    database === undefined
      ? ""
      : new Writer()
          .u8(2)
          .bytes("$db\0")
          .u32le(database.length + 1)
          .bytes(`${database}\0`)
          .finish();
  const size = 4 + number.length + text.length + 1;
  return new Writer().u32le(size).bytes(number).bytes(text).u8(0).finish();
}

function message(id: number, opcode: number, body: Uint8Array): Buffer {
  return new Writer()
    .u32le(16 + body.length)
    .u32le(id)
    .u32le(0)
    .u32le(opcode)
    .bytes(body)
    .finish();
}

const query = (id: number, command: string) =>
  message(id, OP_QUERY, new Writer().u32le(0).bytes("admin.$cmd\0").u32le(0).u32le(0xffffffff).bytes(document(command)).finish());
const command = (id: number, name: string) => message(id, OP_MSG, new Writer().u32le(0).u8(0).bytes(document(name, "admin")).finish());

export const mongodbStimuli: readonly Stimulus[] = [
  mongodb("buildinfo", query(0x3c30, "buildinfo"), quick),
  mongodb("ismaster", query(0x3c31, "ismaster"), { ...everywhere, quick: true }),
  mongodb("ismaster.again", query(0x3c32, "ismaster")),
  mongodb("hello", command(0x3c33, "hello")),
  mongodb("unknown", command(0x3c34, "xyzzy")),
  mongodb("list", command(0x3c35, "listDatabases"), quick),
];
