import { type Check, clean, shown, unknown } from "../../../check.ts";
import type { RemoteView } from "../../../views/remote-view.ts";

/** The old weakness that honeypots keep, or that a fake one pretends to have: a packet whose sender is its receiver. */
export const landCheck: Check<RemoteView> = {
  id: "land.silent-after",
  class: "trait",
  side: "remote",
  family: "land",
  looksAt: "whether the host still answers after one packet with its own address as sender",
  reason: "Systems of this century drop a LAND packet; one that falls silent is unpatched on purpose.",
  ratio: 30,
  source: "Kitazawa and Shinoda; CERT CA-1997-28",
  judge: ({ land }) => {
    if (land === undefined) return unknown("not tried: only with --land");
    if (!land.answeredBefore) return unknown(`port ${land.port} did not answer before`);
    return land.answeredAfter ? clean(`port ${land.port} answers as before`) : shown(`port ${land.port} answered before, and no more`);
  },
};
