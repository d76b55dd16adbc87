import type { Packet } from "./packet.ts";
import { anchorHash, CONDITION_NOT, FIELD, HAS_OUTPUT, LIMITS, META, PAYLOAD_BYTES, PROTOCOL_BIT, SIZE, type Tables } from "./tables.ts";

/**
 * Reads the compiled tables as the kernel's engine does, step by step as tables.ts says. It is slow and plain on purpose: the kernel's engine is
 * compared with it, and it is compared with `match.ts`.
 */
export class Interpreter {
  readonly #tables: Tables;
  readonly #rules: DataView;
  readonly #conditions: DataView;
  readonly #groups: DataView;
  readonly #forms: DataView;
  readonly #slots: DataView;
  readonly #outputs: DataView;
  readonly #flagLists: DataView;
  readonly #icmpLists: DataView;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#rules = viewOf(tables.rules);
    this.#conditions = viewOf(tables.conditions);
    this.#groups = viewOf(tables.groups);
    this.#forms = viewOf(tables.forms);
    this.#slots = viewOf(tables.slots);
    this.#outputs = viewOf(tables.outputs);
    this.#flagLists = viewOf(tables.flagLists);
    this.#icmpLists = viewOf(tables.icmpLists);
  }

  /** Numbers of all patterns that match, in ascending order: the first one decides. */
  patterns(packet: Packet): readonly number[] {
    const rules = this.#rulesFor(packet);
    return [...new Set(rules.map((rule) => this.#rules.getUint16(rule * SIZE.rule + 14, true)))].sort((one, other) => one - other);
  }

  #rulesFor(packet: Packet): readonly number[] {
    const group = this.#groupOf(packet);
    const found = new Set([...this.#direct(packet, group), ...this.#anchored(packet, group), ...this.#searched(packet, group)]);
    return [...found].filter((rule) => this.#verify(rule, packet, group));
  }

  #groupOf({ protocol, localPort }: Packet): number {
    const { meta, portGroups } = this.#tables;
    if (protocol === PROTOCOL_BIT.tcp) return portGroups[localPort] ?? 0;
    if (protocol === PROTOCOL_BIT.udp) return portGroups[65_536 + localPort] ?? 0;
    const index = protocol === PROTOCOL_BIT.icmp ? META.icmpGroup : protocol === PROTOCOL_BIT.icmpv6 ? META.icmp6Group : META.otherGroup;
    return meta[index] ?? 0;
  }

  #direct({ protocol, fields }: Packet, group: number): readonly number[] {
    const at = group * SIZE.group;
    const own = this.#list(this.#groups.getUint16(at + 4, true), this.#groups.getUint16(at + 6, true));
    if (protocol === PROTOCOL_BIT.tcp) return [...own, ...this.#span(this.#flagLists, (fields[FIELD.tcpFlags] ?? 0) & 255)];
    if (protocol === PROTOCOL_BIT.icmp) return [...own, ...this.#span(this.#icmpLists, fields[FIELD.icmpType] ?? 0)];
    return protocol === PROTOCOL_BIT.icmpv6 ? [...own, ...this.#span(this.#icmpLists, 256 + (fields[FIELD.icmpType] ?? 0))] : own;
  }

  #span(spans: DataView, index: number): readonly number[] {
    return this.#list(spans.getUint16(index * SIZE.span, true), spans.getUint16(index * SIZE.span + 2, true));
  }

  #list(first: number, count: number): readonly number[] {
    return [...this.#tables.lists.subarray(first, first + Math.min(count, LIMITS.listHere))];
  }

  #anchored({ payload, flow }: Packet, group: number): readonly number[] {
    const forms = this.#groups.getUint32(group * SIZE.group, true);
    if ((this.#groups.getUint8(group * SIZE.group + 8) & flow) === 0) return [];
    const found: number[] = [];
    for (let form = 0; form < LIMITS.forms; form++) {
      if (((forms >>> form) & 1) === 1) found.push(...this.#behind(form, payload.subarray(0, PAYLOAD_BYTES)));
    }
    return found;
  }

  #behind(form: number, payload: Uint8Array): readonly number[] {
    const at = form * SIZE.form;
    const [offset, size] = [this.#forms.getUint16(at, true), this.#forms.getUint16(at + 2, true)];
    if (offset + size > payload.length) return [];
    const bytes = viewOf(payload);
    const low = (bytes.getUint32(offset, true) & this.#forms.getUint32(at + 4, true)) >>> 0;
    const high = size === 8 ? (bytes.getUint32(offset + 4, true) & this.#forms.getUint32(at + 8, true)) >>> 0 : 0;
    const mask = this.#tables.meta[META.slotMask] ?? 0;
    const first = anchorHash(low, high, form);
    for (let probe = 0; probe < LIMITS.probes; probe++) {
      const slot = ((first + probe) & mask) * SIZE.slot;
      const tag = this.#slots.getUint8(slot + 8);
      if (tag === 0) return [];
      if (tag !== form + 1 || this.#slots.getUint32(slot, true) !== low || this.#slots.getUint32(slot + 4, true) !== high) continue;
      return this.#list(this.#slots.getUint16(slot + 10, true), this.#slots.getUint16(slot + 12, true));
    }
    return [];
  }

  #searched({ payload, flow }: Packet, group: number): readonly number[] {
    const at = group * SIZE.group;
    if ((this.#groups.getUint8(at + 9) & flow) === 0) return [];
    const { transitions, classes, meta } = this.#tables;
    const shift = meta[META.classShift] ?? 0;
    const size = Math.min(payload.length, this.#groups.getUint16(at + 10, true));
    const seen = new Map<number, number>();
    const found: number[] = [];
    let state = 0;
    for (let byte = 0; byte < size; byte++) {
      const entry = transitions[(state << shift) + (classes[payload[byte] ?? 0] ?? 0)] ?? 0;
      state = entry & ~HAS_OUTPUT;
      if ((entry & HAS_OUTPUT) !== 0) found.push(...this.#outputsAt(state, byte, seen));
    }
    return found;
  }

  /** Rules of which all words have been seen with the byte at `at`. */
  #outputsAt(state: number, at: number, seen: Map<number, number>): readonly number[] {
    const found: number[] = [];
    const first = this.#tables.outputFirst[state] ?? 0;
    for (let index = first; index < first + LIMITS.outputsHere; index++) {
      const output = index * SIZE.output;
      const rule = this.#outputs.getUint16(output, true);
      if (at >= this.#outputs.getUint16(output + 2, true) && at <= this.#outputs.getUint16(output + 4, true)) {
        const bits = (seen.get(rule) ?? 0) | this.#outputs.getUint8(output + 6);
        seen.set(rule, bits);
        if (bits === this.#outputs.getUint8(output + 7)) found.push(rule);
      }
      if (this.#outputs.getUint8(output + 8) === 1) break;
    }
    return found;
  }

  #verify(rule: number, packet: Packet, group: number): boolean {
    const at = rule * SIZE.rule;
    const word = this.#tables.memberships[rule * (this.#tables.meta[META.groupWords] ?? 0) + (group >> 5)] ?? 0;
    const bits = [packet.protocol, packet.family, packet.direction, packet.flow];
    if (((word >>> (group & 31)) & 1) === 0 || bits.some((bit, index) => (this.#rules.getUint8(at + 5 + index) & bit) === 0)) return false;
    const first = this.#rules.getUint32(at, true);
    for (let index = first; index < first + Math.min(this.#rules.getUint8(at + 4), LIMITS.conditionsHere); index++) {
      if (!this.#holds(index * SIZE.condition, packet)) return false;
    }
    return true;
  }

  #holds(at: number, packet: Packet): boolean {
    const field = this.#conditions.getUint8(at + 2);
    const value = (looksAt(packet, field, this.#conditions.getUint16(at, true)) & this.#conditions.getUint32(at + 4, true)) >>> 0;
    const within = value >= this.#conditions.getUint32(at + 8, true) && value <= this.#conditions.getUint32(at + 12, true);
    return within !== ((this.#conditions.getUint8(at + 3) & CONDITION_NOT) !== 0);
  }
}

/** Behind the payload's end there is something else: here ones, so that nothing can depend on it. */
function looksAt({ fields, payload }: Packet, field: number, offset: number): number {
  if (field !== FIELD.payload && field !== FIELD.payloadLittle) return fields[field] ?? 0;
  const word = new DataView(new ArrayBuffer(4));
  for (let index = 0; index < 4; index++) word.setUint8(index, payload[offset + index] ?? 0xff);
  return word.getUint32(0, field === FIELD.payloadLittle);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
