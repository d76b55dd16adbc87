import type { Carrier } from "../apply/carriage.ts";
import type { Carriers } from "../apply/carriers.ts";
import type { Scope } from "../apply/scope.ts";
import { carryHost } from "./host.ts";
import { carryLogin } from "./login.ts";
import { moduleFirst } from "./module.ts";
import { carryService } from "./service.ts";

const CARRIERS: Readonly<Record<Scope["kind"], readonly Carrier[]>> = {
  service: [moduleFirst(carryService)],
  slice: [moduleFirst(carryService)],
  user: [moduleFirst(carryLogin)],
  host: [moduleFirst(carryHost)],
};

/** Who brings a plan into which scope: what the kernel module shows, no other carrier shows a second time. */
export const carriersFor: Carriers = ({ kind }) => CARRIERS[kind];
