import { decoys } from "../../decoys/index.ts";
import { runWorker } from "./worker.ts";

/** Where a worker process begins; the decoys are all that the product has, and the parent's first order says which of them serve. */
runWorker(decoys);
