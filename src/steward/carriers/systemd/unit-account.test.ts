import assert from "node:assert/strict";
import test from "node:test";
import type { CarrierHost } from "../../apply/carriage.ts";
import { accountOf, accountWord } from "./unit-account.ts";
import { UnitSettings } from "./unit-text.ts";

const FILES: Readonly<Record<string, string>> = {
  "/etc/passwd":
    "root:x:0:0::/root:/bin/sh\nwww:x:33:33::/:/bin/sh\nodd:x:70:0::/:/bin/sh\n1000:x:5:5::/:/bin/sh\nbad:x:x:1::/:\nme:x:1001:1002::/:\n",
  "/etc/group": "root:x:0:\nwww:x:33:\nadm:x:4:www,me\ntls:x:110:me, www\nodd:x:71:odd\n",
};
const host: CarrierHost = { read: (path) => FILES[path], list: () => [], ask: () => undefined };

function told(lines: readonly string[], id = "a.service"): string | undefined {
  const account = accountOf(new UnitSettings([`[Service]\n${lines.join("\n")}\n`]), id, host);
  return typeof account === "object" ? accountWord(account) : account;
}

test("a user has its own group and those that name it", () => {
  assert.equal(told(["User=www"]), "33:33:33,4,110");
  assert.equal(told(["User=33"]), "33:33:33,4,110");
  assert.equal(told(["User=1000"]), "5:5:5");
});

test("another group, and more groups", () => {
  assert.equal(told(["User=www", "Group=adm"]), "33:4:4,110");
  assert.equal(told(["User=www", "SupplementaryGroups=root 999", "SupplementaryGroups=tls"]), "33:33:33,4,110,0,999");
  assert.equal(told(["User=www", "SupplementaryGroups=tls", "SupplementaryGroups="]), "33:33:33,4,110");
  assert.equal(told(["Group=adm"]), "0:4");
  assert.equal(told(["SupplementaryGroups=adm tls"]), "0:0:4,110");
});

test("a user of root's group gets none of its groups, as systemd does it", () => {
  assert.equal(told(["User=odd"]), "70:0");
});

test("without any of it, and as root, nothing has to be changed", () => {
  assert.equal(told([]), undefined);
  assert.equal(told(["User=www", "User="]), undefined);
  assert.equal(told(["User=root", "Group=root"]), undefined);
});

test("an instance may be the user's name or number", () => {
  assert.equal(told(["User=%i"], "user@1001.service"), "1001:1002:1002,4,110");
  assert.equal(told(["User=%i", "Group=%p"], "adm@www.service"), "33:4:4,110");
  assert.equal(told(["User=%I"], "a@w\\x77w.service"), "33:33:33,4,110");
});

test("who is not known is said", () => {
  assert.equal(told(["User=nobody-here"]), "its user nobody-here is not in /etc/passwd");
  assert.equal(told(["User=bad"]), "its user bad is not in /etc/passwd");
  assert.equal(told(["User=4294967295"]), "its user 4294967295 is not in /etc/passwd");
  assert.equal(told(["User=www", "Group=none"]), "one of its groups is not in /etc/group");
  assert.equal(told(["SupplementaryGroups=adm none"]), "one of its groups is not in /etc/group");
  assert.match(told(["User=%j"]) ?? "", /depends on its name/);
});
