import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { readYaml } from "../../../../shape/checked-yaml.ts";
import { hostKeyOf, type KexInit, kexInitOf } from "../../../stimuli/ssh-key-exchange.ts";
import { bannerOf, judgeKexInit } from "./judge-kex-init.ts";
import { bytesOf } from "./opinions.ts";
import { compareVersions, sshVersions } from "./ssh-versions.ts";
import { realPort } from "./testing/real-servers.ts";

const EMPTY: KexInit = {
  cookie: "",
  kex: [],
  hostKeys: [],
  ciphersIn: [],
  ciphersOut: [],
  macsIn: [],
  macsOut: [],
  compressionIn: [],
  compressionOut: [],
  languages: [],
  guess: false,
  reserved: 0,
  padding: 4,
  aligned: true,
};

/** Lists of a persona, as its profile has them. */
function profile(name: string): { readonly ident: string; readonly lists: KexInit } {
  const text = readFileSync(new URL(`../../../../../profiles/${name}/persona.yaml`, import.meta.url), "utf8");
  const service = field(field(readYaml(text).value, "services"), "ssh");
  const [ciphersOut, macsOut, compressionOut] = ["ciphers", "macs", "compressions"].map((key) => strings(field(service, key)));
  const ident = field(service, "ident");
  assert.ok(typeof ident === "string" && ciphersOut !== undefined && macsOut !== undefined && compressionOut !== undefined);
  return { ident, lists: { ...EMPTY, kex: strings(field(service, "kex")), ciphersOut, macsOut, compressionOut } };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}

function strings(value: unknown): readonly string[] {
  assert.ok(Array.isArray(value));
  return value.filter((one) => typeof one === "string");
}

const kinds = (ident: string, lists: KexInit) => [...new Set(judgeKexInit(ident, lists).map(({ kind }) => kind))].sort();

for (const name of ["debian-12", "ubuntu-24.04", "rocky-9", "openwrt"]) {
  test(`the lists of ${name} do not contradict its banner`, () => {
    const { ident, lists } = profile(name);
    assert.deepEqual(judgeKexInit(ident, lists), []);
  });
}

test("the lists of Kippo and of Cowrie contradict the banners that they wear", () => {
  for (const name of ["kippo-default", "cowrie-default"]) {
    const { ident, lists } = profile(name);
    assert.ok(kinds(ident, lists).includes("never"), name);
  }
});

test("what real OpenSSH and dropbear sent is taken apart whole, and does not contradict itself", () => {
  for (const name of ["openssh", "dropbear"] as const) {
    const bytes = bytesOf(realPort(name), "ssh.kexinit") ?? assert.fail();
    const lists = kexInitOf(bytes) ?? assert.fail();
    assert.ok(lists.aligned && lists.padding >= 4 && lists.kex.length > 5);
    assert.deepEqual(judgeKexInit(name === "openssh" ? "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10" : "SSH-2.0-dropbear_2022.83", lists), []);
  }
  const key = hostKeyOf(bytesOf(realPort("openssh"), "ssh.host-key.rsa") ?? assert.fail());
  assert.deepEqual([key?.type, key?.bits], ["ssh-rsa", 3072]);
  assert.equal(hostKeyOf(bytesOf(realPort("openssh"), "ssh.host-key.ed25519") ?? assert.fail())?.type, "ssh-ed25519");
});

test("the phantom that lived from 8.0 to 8.4 is allowed there alone", () => {
  const lists = { ...EMPTY, kex: ["sntrup4591761x25519-sha512@tinyssh.org"] };
  assert.deepEqual(kinds("SSH-2.0-OpenSSH_8.4p1", lists), []);
  assert.deepEqual(kinds("SSH-2.0-OpenSSH_7.9p1", lists), ["too-new"]);
  assert.deepEqual(kinds("SSH-2.0-OpenSSH_9.2p1", lists), ["gone"]);
});

test("versions compare number by number, and every name's versions are versions", () => {
  assert.ok(compareVersions("10.0", "9.9") > 0);
  assert.ok(compareVersions("7.10", "7.9") > 0);
  assert.equal(compareVersions("9.2", "9.2.0"), 0);
  for (const product of Object.values(sshVersions().products))
    for (const list of [product.kex, product.hostKeys, product.ciphers, product.macs, product.compression])
      for (const [name, { since, gone, backport }] of Object.entries(list)) {
        assert.match(since, /^\d+(\.\d+)+$/, name);
        assert.ok(gone === undefined || compareVersions(gone, since) > 0, name);
        assert.ok(backport === undefined || compareVersions(backport, since) < 0, name);
      }
});

test("a banner of a product that the table lacks is left alone", () => {
  assert.equal(bannerOf("SSH-2.0-Cisco-1.25").product, undefined);
  assert.deepEqual(judgeKexInit("SSH-2.0-Cisco-1.25", { ...EMPTY, kex: ["anything"] }), []);
});
