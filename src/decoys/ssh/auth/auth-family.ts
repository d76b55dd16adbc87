import type { SshPersona } from "../persona.ts";
import { reason } from "../transport/message.ts";

/** How one product ends logins that go wrong. Without words it closes. */
export interface AuthFamily {
  /** Said at the last allowed failure, instead of the failure. */
  readonly tooMany: { readonly code: number; readonly text: string } | undefined;
  /** The failure beyond the allowed number ends it, not the last allowed. */
  readonly oneMore: boolean;
  /** A request for another user or service than the first. */
  readonly userChange: "explained" | "dropped" | "allowed";
  /** A service other than ssh-connection. */
  readonly otherService: "refused" | "dropped";
  /** Method none counts as a failure, unless it comes first. */
  readonly countsNone: boolean;
  /** What follows `:` in a user's name is no part of it. */
  readonly styles: boolean;
  /** Takes a login without a request for its service. */
  readonly withoutService: boolean;
  /** Does not mind bytes behind a password. */
  readonly ignoresRest: boolean;
  /** Language of the banner. */
  readonly language: string;
  /** After a right answer another INFO_REQUEST without questions follows, as PAM's conversation ends. */
  readonly emptyRound: boolean;
}

/** OpenSSH's auth2.c and auth.c; dropbear's svr-auth.c; Twisted's conch/ssh/userauth.py. */
export const authFamilies: Readonly<Record<SshPersona["family"], AuthFamily>> = {
  openssh: {
    tooMany: { code: reason.protocolError, text: "Too many authentication failures" },
    oneMore: false,
    userChange: "explained",
    otherService: "refused",
    countsNone: true,
    styles: true,
    withoutService: false,
    ignoresRest: false,
    language: "",
    emptyRound: true,
  },
  dropbear: {
    tooMany: undefined,
    oneMore: false,
    userChange: "dropped",
    otherService: "dropped",
    countsNone: false,
    styles: false,
    withoutService: true,
    ignoresRest: true,
    language: "en",
    emptyRound: false,
  },
  twisted: {
    tooMany: { code: reason.noMoreAuthMethods, text: "too many bad auths" },
    oneMore: true,
    userChange: "allowed",
    otherService: "refused",
    countsNone: false,
    styles: false,
    withoutService: false,
    ignoresRest: true,
    language: "en",
    emptyRound: false,
  },
};
