import assert from "node:assert/strict";
import type { Laboratory } from "../engine/laboratory.ts";
import type { FamilyPlaces } from "./families.ts";

/** What attackers' tools see of a host with the wire disguise: tarpits at 1 to 20, banners at 21 and 23, real services at 22 and 80. */
interface Tool {
  readonly name: string;
  readonly only?: FamilyPlaces["family"];
  readonly words: (places: FamilyPlaces, hostMac: string) => readonly string[];
  readonly check: (out: string, name: string) => void;
}

const lines = (out: string, pattern: RegExp) => out.match(pattern)?.length ?? 0;

/** A table of nmap's: each port in the state. */
const allAre = (state: RegExp, count: number) => (out: string, name: string) => {
  const ports = out.match(/^\d+\/(?:tcp|udp) .*$/gm) ?? [];
  assert.equal(ports.filter((line) => state.test(line)).length, count, `${name}: ${out}`);
};

const nmap = (name: string, words: readonly string[], check: Tool["check"]): Tool => ({
  name: `nmap ${name}`,
  words: (places) => ["nmap", ...places.nmap, "-n", "-Pn", "-T4", ...words, places.host],
  check,
});

const hping = (name: string, words: readonly string[], answers: RegExp | "nothing"): Tool => ({
  name: `hping3 ${name}`,
  only: "ipv4",
  words: ({ host }) => ["hping3", ...words, "-c", "3", "-i", "u20000", host],
  check: (out, tool) => {
    if (answers === "nothing") assert.equal(lines(out, /^len=/gm), 0, `${tool}: ${out}`);
    else assert.equal(lines(out, new RegExp(answers, "gm")), 3, `${tool}: ${out}`);
  },
});

export const TOOLS: readonly Tool[] = [
  nmap("-sS", ["-sS", "-p", "1-23,80,90"], (out) => {
    assert.equal(lines(out, /^\d+\/tcp +open /gm), 24, out);
    assert.match(out, /^90\/tcp +closed/m);
  }),
  nmap("-sV", ["-sV", "--version-intensity", "2", "-p", "21-23,80"], (out) => {
    assert.match(out, /^21\/tcp +open +ftp +Dionaea honeypot ftpd/m);
    assert.match(out, /^22\/tcp +open +ssh +OpenSSH/m, "the real service as it is");
    assert.match(out, /^23\/tcp +open +honeypot .*BackOfficer Friendly/m);
    assert.match(out, /^80\/tcp +open +http +nginx/m);
  }),
  nmap("-O", ["-O", "--max-os-tries", "1", "-p", "1-5,80,90"], (out) => {
    assert.doesNotMatch(out, /^(?:Running|OS details): .*Linux/m);
    assert.match(out, /OS|No exact/);
  }),
  nmap("-sN", ["-sN", "-p", "81-86"], allAre(/open\|filtered/, 6)),
  nmap("-sX", ["-sX", "-p", "81-86"], allAre(/open\|filtered/, 6)),
  nmap("-sF", ["-sF", "-p", "81-86"], allAre(/open\|filtered/, 6)),
  nmap("-sU", ["-sU", "-p", "7777,7778"], (out) => {
    assert.match(out, /^7777\/udp +open/m, "the real service");
    assert.match(out, /^7778\/udp +closed/m, "the protocol's own answer");
  }),
  nmap("--script", ["-sS", "-p", "1,21,80", "--script", "banner,http-title", "--script-timeout", "3s"], (out) => {
    assert.match(out, /^21\/tcp.*\n\|_banner: 220 Welcome to the ftp service/m);
  }),
  {
    name: "masscan",
    words: ({ host, attacker }, mac) => [
      ...["masscan", host, "-p1-8,21,80,90", "--rate", "50", "--wait", "1", "--interface", "lab0"],
      ...["--adapter-ip", attacker, "--router-mac", mac, "-oL", "-"],
    ],
    check: (out, name) => {
      const found = [...out.matchAll(/^open tcp (\d+) /gm)].map(([, port]) => Number(port));
      // It loses answers by itself now and then.
      assert.ok(found.length >= 4, `${name}: ${out}`);
      assert.ok(
        found.every((port) => port <= 23 || port === 80),
        `${name}: ${out}`,
      );
    },
  },
  {
    name: "zmap",
    only: "ipv4",
    words: ({ host, attacker }, mac) => [
      ...["zmap", "-p", "9", "-i", "lab0", "-S", attacker, "-G", mac, "-r", "50", "-P", "3", "-c", "1", "-q"],
      ...["-o", "-", "--blacklist-file=/dev/null", `${host}/32`],
    ],
    check: (out, name) => assert.match(out, /^192\.0\.2\.1$/m, name),
  },
  hping("-S at a tarpit", ["-S", "-p", "9"], /flags=SA .*win=0/),
  hping("-S at a banner", ["-S", "-p", "21"], /flags=SA .*win=65535/),
  hping("-S at a closed port", ["-S", "-p", "90"], /flags=RA/),
  hping("-F -P -U", ["-F", "-P", "-U", "-p", "90"], "nothing"),
  hping("-S -F", ["-S", "-F", "-p", "90"], "nothing"),
  hping("--icmp", ["--icmp"], /icmp_seq=/),
  {
    name: "a flood of forged sources",
    only: "ipv4",
    words: ({ host }) => ["timeout", "1", "hping3", "--flood", "-S", "--rand-source", "-p", "9", host],
    check: () => undefined,
  },
  {
    name: "ping",
    words: ({ host }) => ["ping", "-c", "20", "-i", "0.02", "-q", host],
    check: (out, name) => assert.match(out, /20 packets transmitted, 20 received, 0% packet loss[\s\S]*rtt min\/avg\/max\/mdev = /, name),
  },
];

/** All tools, two at a time. */
export async function attack(laboratory: Laboratory, places: FamilyPlaces, hostMac: string): Promise<void> {
  const left = TOOLS.filter(({ only }) => only === undefined || only === places.family);
  const lane = async () => {
    for (let tool = left.shift(); tool !== undefined; tool = left.shift()) {
      const [program = "", ...args] = tool.words(places, hostMac);
      const { out, err } = await laboratory.client("attacker", program, ...args);
      tool.check(out + err, `${places.family} ${tool.name}`);
    }
  };
  await Promise.all([lane(), lane()]);
}
