import { runWorker } from "../../src/host/worker/worker.ts";
import { decoysIn } from "./decoys-in.ts";

/** A worker as the product's own, serving the decoys that the modules named by its arguments export. Only tests start it. */
runWorker(await decoysIn(process.argv.slice(2)));
