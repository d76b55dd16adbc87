export { authEvidence, journalEvidence, type LoginRecord, lineEvidence, parseAuthLine, parseJournalEntry } from "./auth-log.ts";
export { type Deed, type Evidence, type Proof, type State, states, type Transition } from "./evidence.ts";
export { defaultSuspicion, type SuspicionSettings, suspicionShape } from "./settings.ts";
export { restoreSnapshot, type Snapshot, takeSnapshot } from "./snapshot.ts";
export { formatNetwork, holds, type Network, parseAddress, parseNetwork } from "./source.ts";
export { type Opinion, Suspicion } from "./suspicion.ts";
