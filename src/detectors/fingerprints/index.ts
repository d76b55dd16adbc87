export { canEmit, closesAfter, emit } from "./emit.ts";
export type { ArtefactSign, Fingerprint, Product, Sign } from "./fingerprint.ts";
export { type Fingerprints, fingerprintStimuli, fingerprintsFolder, loadFingerprints, localArtefacts, readFingerprints } from "./load.ts";
export { findFingerprint, matchFingerprint, matchPort, wasLookedFor } from "./match.ts";
export { answerParts } from "./pattern.ts";
export { hasshOf, parseOffer } from "./ssh-offer.ts";
