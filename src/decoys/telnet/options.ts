import { type Of, object, standard } from "../../shape/shape.ts";
import { admissionOptions, admissionStandard } from "../../shell/admission-options.ts";

/** What the operator may set about the telnet decoy. */
export const telnetOptions = object("Telnet decoy", {
  admission: standard(admissionOptions, admissionStandard),
});

export type TelnetOptions = Of<typeof telnetOptions>;
