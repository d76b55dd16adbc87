import { integer, list, type Of, object, type Shape, standard, text } from "../shape/shape.ts";

/**
 * Twenty pairs that bots try most and devices ship with: the first ten stand in Mirai's own dictionary (its source was published in 2016; listed in Antonakakis et al.,
 * "Understanding the Mirai Botnet", USENIX Security 2017, table 5); the others are leading entries of the SSH honeypot statistics of SANS ISC/DShield
 * and of vendors' default-password documents (Raspberry Pi OS, Ubiquiti, Oracle).
 */
const weakPairs: readonly Credential[] = [
  { user: "root", password: "xc3511" },
  { user: "root", password: "vizxv" },
  { user: "root", password: "admin" },
  { user: "admin", password: "admin" },
  { user: "root", password: "888888" },
  { user: "root", password: "default" },
  { user: "root", password: "123456" },
  { user: "root", password: "54321" },
  { user: "support", password: "support" },
  { user: "root", password: "root" },
  { user: "user", password: "user" },
  { user: "root", password: "password" },
  { user: "root", password: "12345" },
  { user: "admin", password: "password" },
  { user: "pi", password: "raspberry" },
  { user: "ubnt", password: "ubnt" },
  { user: "oracle", password: "oracle" },
  { user: "test", password: "test" },
  { user: "guest", password: "guest" },
  { user: "ubuntu", password: "ubuntu" },
];

const patternText = text("Exact text, `*` for any run of characters, or `/expression/`", { maxLength: 256 });

/** A pattern whose expression, if it is one, compiles. */
const pattern: Shape<string> = {
  ...patternText,
  check: (value, path, problems) => {
    const checked = patternText.check(value, path, problems);
    const why = checked === undefined ? undefined : expressionProblem(checked);
    if (why !== undefined) problems.push({ path, why });
    return checked;
  },
};

const credential = object("A login that gets in", { user: pattern, password: pattern });
export type Credential = Of<typeof credential>;

/** Who gets in: the first rule that fits decides; what got in once gets in again for that source. */
export const admissionOptions = object("Which logins get in", {
  credentials: standard(list("Logins that get in at once", credential, 1000), weakPairs),
  differentPasswords: standard(integer("The how many-th different password of a source gets in; 0: none", 0, 1000), 3),
});

/** Twenty weak pairs, or the third different password. */
export const admissionStandard = { credentials: weakPairs, differentPasswords: 3 };

export type AdmissionOptions = Of<typeof admissionOptions>;

/** Admission's patterns between slashes are regular expressions. */
export function isExpression(candidate: string): boolean {
  return candidate.length > 2 && candidate.startsWith("/") && candidate.endsWith("/");
}

function expressionProblem(candidate: string): string | undefined {
  if (!isExpression(candidate)) return undefined;
  try {
    new RegExp(candidate.slice(1, -1), "u");
    return undefined;
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message : "unreadable"}`;
  }
}
