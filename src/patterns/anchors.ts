import type { Anchored } from "./pattern.ts";
import type { Rule } from "./rule.ts";
import { anchorHash, LIMITS } from "./tables.ts";

/**
 * Which bytes of the rules' contents are hashed. A form is a place, a size and a mask; each costs a look-up a packet, so few forms shall serve all
 * rules: they are chosen one after the other, each time the one that serves most of what is left, with short lists behind each hash.
 */
export interface Form {
  readonly offset: number;
  readonly size: 4 | 8;
  /** Both cases of a letter are hashed as one: bits 0x20 are left out of every byte. */
  readonly fold: boolean;
}

/** Rules (by number) that stand behind the bytes of a form. */
export interface Anchor {
  readonly form: number;
  readonly low: number;
  readonly high: number;
  readonly rules: readonly number[];
}

export interface Anchors {
  readonly forms: readonly Form[];
  readonly anchors: readonly Anchor[];
}

const SHORT_LIST = 8;
const PLACES = 16;

interface Candidate {
  readonly form: Form;
  readonly low: number;
  readonly high: number;
}

/** @param rules numbers and rules that may be anchored; those that come back in no anchor have to be found in another way. */
export function chooseAnchors(rules: ReadonlyMap<number, Rule>): Anchors {
  const left = new Map([...rules].map(([number, rule]) => [number, rule.anchored.flatMap(candidatesIn)]));
  const forms: Form[] = [];
  const anchors: Anchor[] = [];
  while (forms.length < LIMITS.forms) {
    const best = bestForm(left);
    if (best === undefined) break;
    for (const { low, high, rules: behind } of best.buckets) {
      anchors.push({ form: forms.length, low, high, rules: behind });
      for (const rule of behind) left.delete(rule);
    }
    forms.push(best.form);
  }
  return { forms, anchors };
}

interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly rules: number[];
}

interface Choice {
  readonly form: Form;
  readonly buckets: readonly Bucket[];
  readonly served: number;
}

function bestForm(left: ReadonlyMap<number, readonly Candidate[]>): Choice | undefined {
  const byForm = new Map<string, { readonly form: Form; readonly buckets: Map<string, Bucket> }>();
  for (const [rule, candidates] of left) {
    for (const { form, low, high } of candidates) {
      const name = `${form.offset}:${form.size}:${form.fold}`;
      const one = byForm.get(name) ?? { form, buckets: new Map<string, Bucket>() };
      byForm.set(name, one);
      const bucket = one.buckets.get(`${low}:${high}`) ?? { low, high, rules: [] };
      one.buckets.set(`${low}:${high}`, bucket);
      if (!bucket.rules.includes(rule)) bucket.rules.push(rule);
    }
  }
  const choices = [...byForm.values()].map(({ form, buckets }) => choiceOf(form, [...buckets.values()]));
  return choices.filter(({ served }) => served > 0).sort(better)[0];
}

function choiceOf(form: Form, all: readonly Bucket[]): Choice {
  const buckets = all.filter(({ rules }) => rules.length <= SHORT_LIST);
  return { form, buckets, served: buckets.reduce((sum, { rules }) => sum + rules.length, 0) };
}

function better(one: Choice, other: Choice): number {
  return (
    other.served - one.served ||
    other.form.size - one.form.size ||
    one.form.offset - other.form.offset ||
    Number(one.form.fold) - Number(other.form.fold)
  );
}

/** Every run of four or eight bytes without free bits. */
function candidatesIn({ at, bytes, mask }: Anchored): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const size of [4, 8] satisfies readonly Form["size"][]) {
    for (let from = 0; from + size <= bytes.length && from < PLACES; from++) {
      const masks = mask.subarray(from, from + size);
      if (!masks.every((one) => one === 0xff || one === 0xdf)) continue;
      const fold = masks.includes(0xdf);
      const [low, high] = anchorBytes({ offset: 0, size, fold }, bytes.subarray(from, from + size));
      found.push({ form: { offset: at + from, size, fold }, low, high });
    }
  }
  return found;
}

/** The bytes at a form's place as the two numbers that are hashed. @param bytes beginning at offset 0 of the form's place */
export function anchorBytes({ offset, size, fold }: Form, bytes: Uint8Array): readonly [number, number] {
  const mask = fold ? 0xdfdf_dfdf : 0xffff_ffff;
  const word = (at: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(offset + at, offset + at + 4);
    return ((a | (b << 8) | (c << 16) | (d << 24)) & mask) >>> 0;
  };
  return [word(0), size === 8 ? word(4) : 0];
}

/** Slots of an open hash table: the index of an anchor, or -1. @returns undefined where no table within the limits does it */
export function hashAnchors(anchors: readonly Anchor[]): Int32Array | undefined {
  for (let size = 16; size <= LIMITS.slots; size *= 2) {
    const slots = fill(anchors, size);
    if (slots !== undefined) return slots;
  }
  return undefined;
}

function fill(anchors: readonly Anchor[], size: number): Int32Array | undefined {
  if (anchors.length * 2 > size) return undefined;
  const slots = new Int32Array(size).fill(-1);
  const placed = anchors.every(({ low, high, form }, index) => {
    const first = anchorHash(low, high, form);
    for (let probe = 0; probe < LIMITS.probes; probe++) {
      const slot = (first + probe) % size;
      if (slots[slot] !== -1) continue;
      slots[slot] = index;
      return true;
    }
    return false;
  });
  return placed ? slots : undefined;
}
