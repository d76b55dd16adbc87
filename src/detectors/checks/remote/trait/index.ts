import type { RemoteCheck } from "../kind/opinions.ts";

export const checks: readonly RemoteCheck[] = [];
