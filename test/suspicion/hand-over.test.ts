import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { needs } from "../rig/needs.ts";
import { PEOPLE, RealSsh, until, WireSite } from "./wire-site.ts";

/**
 * Port 22 is the real sshd for the administrator and for who is unknown, and a decoy for the attacker: with real clients, over IPv4 and IPv6, and
 * whoever dies.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "sshd", "ssh", "ssh-keygen", "sshpass");
const CONFIGURATION = `
persona: cowrie-default
listen: [{ decoy: telnet, address: "::", port: 2323 }]
suspicion: { allow: [203.0.113.2, "2001:db8:3::2"] }
wire:
  interfaces: [{ name: lab0 }, { name: lab1 }]
  handOver: [{ port: 22, decoy: ssh }]
`;
const REAL = "the real one";
const DECOY = "svr04";
/** After so long, everybody has to reach the real server: five seconds less what a login takes to begin. */
const WITHIN_MS = 4500;

test(
  "the attacker's ssh ends in the decoy, everybody else's in the real server; whoever is killed, the real server answers",
  LIVE,
  async () => {
    await using site = await WireSite.start(CONFIGURATION);
    using ssh = new RealSsh(site.laboratory);
    await ssh.isListening();
    await site.isWhole();
    const hostile = ({ hostile: from, host: to }: (typeof PEOPLE)["four" | "six"]) => ssh.login("attacker", from, to);
    const everybody = async () => {
      const logins = Object.values(PEOPLE).flatMap((people) => [
        hostile(people),
        ssh.login("attacker", people.unknown, people.host),
        ssh.login("third", people.administrator, people.far),
      ]);
      return Promise.all(logins);
    };

    assert.deepEqual(await everybody(), [REAL, REAL, REAL, REAL, REAL, REAL], "nobody has done anything");
    for (const { hostile: from, host: to } of Object.values(PEOPLE)) site.touch("attacker", { from, to, port: 2323 });
    await until("both are suspect", async () => Object.keys(await site.states()).length === 4);
    assert.deepEqual(await everybody(), [DECOY, REAL, REAL, DECOY, REAL, REAL]);

    const visits = (await site.events("connection.open")).filter(({ decoy }) => decoy === "ssh");
    const places = visits.map(({ source, destination }) => [
      Object(source)["address"],
      Object(destination)["address"],
      Object(destination)["port"],
    ]);
    assert.deepEqual(
      new Set(places.map((place) => place.join(" "))),
      new Set(["192.0.2.3 192.0.2.1 22", "2001:db8:1::3 2001:db8:1::1 22"]),
    );
    assert.ok(visits.every(({ source }) => Object(source)["port"] > 1023));
    const [login] = (await site.events("auth.attempt")).filter(({ decoy }) => decoy === "ssh");
    assert.equal(Object(login?.["destination"])["port"], 22);
    assert.deepEqual(await site.states(), {
      ...{ "203.0.113.2": "trusted", "2001:db8:3::2": "trusted" },
      ...{ "192.0.2.3": "hostile", "2001:db8:1::/64": "hostile" },
    });

    await site.killSensor();
    await sleep(WITHIN_MS);
    assert.deepEqual(await everybody(), [REAL, REAL, REAL, REAL, REAL, REAL], "without the sensor");
    await site.startSensor();
    await site.isWhole();
    assert.deepEqual(await everybody(), [DECOY, REAL, REAL, DECOY, REAL, REAL], "what was known is known again");

    await site.killSteward();
    await sleep(WITHIN_MS);
    assert.deepEqual(await everybody(), [REAL, REAL, REAL, REAL, REAL, REAL], "without the steward");
    await site.startSteward();
    await site.isWhole();
    await until("the decoy again", async () => (await hostile(PEOPLE.four)) === DECOY);
    assert.deepEqual(await everybody(), [DECOY, REAL, REAL, DECOY, REAL, REAL]);

    const administrator = () => ssh.login("third", PEOPLE.four.administrator, PEOPLE.four.far);
    site.touch("third", { from: PEOPLE.four.administrator, to: PEOPLE.four.far, port: 2323 });
    await until("trust is taken from who touches a decoy", async () => (await administrator()) === DECOY);
    await site.suspects("forgive", PEOPLE.four.administrator);
    await until("and given back", async () => (await administrator()) === REAL);
    assert.match(await site.suspects("forgive", PEOPLE.four.hostile), /hostile > unknown/);
    await until("forgiven", async () => (await hostile(PEOPLE.four)) === REAL);
    assert.equal(await hostile(PEOPLE.six), DECOY);
    await site.sensor?.end("SIGTERM");
    assert.equal(await hostile(PEOPLE.six), REAL, "ended with the sensor");
    assert.deepEqual((await site.status()).engine?.handedOver, []);
  },
);
