import assert from "node:assert/strict";
import test from "node:test";
import { NAMESPACE_LINE, withNamespace } from "./pam-stack.ts";

const STACK = `# comment: session required x.so
@include common-auth
session    required     pam_loginuid.so
@include common-session
session    optional     pam_motd.so  motd=/run/motd.dynamic
session [success=ok ignore=ignore \\
  default=bad]  pam_selinux.so open

@include common-password
`;

const edited = (text: string, beforeMotd = false) => {
  const edit = withNamespace(text, { beforeMotd });
  assert.ok(edit.way === "edited");
  return edit.text;
};

test("one line is put behind the last of the session's, and all else stays byte for byte", () => {
  const text = edited(STACK);
  assert.equal(text.replace(NAMESPACE_LINE, ""), STACK);
  assert.ok(text.includes(`pam_selinux.so open\n${NAMESPACE_LINE}\n@include common-password`));
});

test("where the greeting is forged, before what prints it, unless a jump would then land elsewhere", () => {
  const text = edited(STACK, true);
  assert.equal(text.replace(NAMESPACE_LINE, ""), STACK);
  assert.ok(text.includes(`common-session\n${NAMESPACE_LINE}session    optional     pam_motd.so`));
  const jumping = STACK.replace("required     pam_loginuid.so", "[success=1 default=ignore] pam_succeed_if.so user = x");
  assert.equal(edited(jumping, true), edited(jumping));
});

test("the last line needs no end, and there need be no session's lines", () => {
  assert.equal(edited("session required a.so"), `session required a.so\n${NAMESPACE_LINE.trimEnd()}`);
  assert.equal(edited("auth required a.so\n"), `auth required a.so\n${NAMESPACE_LINE}`);
  assert.equal(edited(""), NAMESPACE_LINE);
});

test("a stack that has pam_namespace is left as it is", () => {
  assert.deepEqual(withNamespace("-session optional pam_namespace.so\n", { beforeMotd: false }), { way: "there" });
  assert.equal(withNamespace("session required /lib/security/pam_namespace.so\n", { beforeMotd: false }).way, "refused");
  assert.equal(withNamespace("#session required pam_namespace.so\nauth required pam_namespace.so\n", { beforeMotd: false }).way, "edited");
});
