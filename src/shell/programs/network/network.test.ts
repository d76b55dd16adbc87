import assert from "node:assert/strict";
import { test } from "node:test";
import { runShell } from "../../testing/run.ts";

const run = (line: string, user = "root") => runShell(line, { user, forMs: 5_000_000 });

test("ping answers at varying times and sums up as iputils does", () => {
  const { out, status } = run("ping -c 4 198.51.100.20");
  const times = Array.from(out.matchAll(/time=([\d.]+) ms/g), ([, ms]) => Number(ms));
  assert.equal(times.length, 4);
  assert.ok(new Set(times).size > 1, `all the same: ${times}`);
  const [, least, mean, most] = /rtt min\/avg\/max\/mdev = ([\d.]+)\/([\d.]+)\/([\d.]+)\/[\d.]+ ms/.exec(out) ?? [];
  assert.ok(Number(least) <= Number(mean) && Number(mean) <= Number(most));
  assert.match(out, /4 packets transmitted, 4 received, 0% packet loss, time 300\dms\n/);
  assert.equal(status, 0);
});

test("ping is stopped by ^C and still sums up", () => {
  const { out } = run("ping 127.0.0.1 & sleep 3.5; /usr/bin/kill -INT $!; wait $!; echo $?");
  assert.match(out, /4 packets transmitted, 4 received/);
  assert.match(out, /0\n$/);
});

test("names resolve the same each time, and what no resolver knows does not", () => {
  const [first, second] = [run("host www.badhost.net").out, run("host www.badhost.net").out];
  assert.equal(first, second);
  assert.match(first, /^www\.badhost\.net has address \d+\.\d+\.\d+\.\d+\n$/);
  assert.equal(run("ping -c1 nope.invalid").err, "ping: nope.invalid: Name or service not known\n");
  assert.match(run("getent hosts localhost").out, /^127\.0\.0\.1 +localhost\n$/);
});

const REFUSED: readonly (readonly [line: string, way: string, host: string, port: number])[] = [
  ["nc -w 2 192.0.2.10 4444", "nc", "192.0.2.10", 4444],
  ["telnet 127.0.0.1 2600", "telnet", "127.0.0.1", 2600],
  ["ssh -p 2222 root@127.0.0.1", "ssh", "127.0.0.1", 2222],
  ["scp /etc/passwd a@127.0.0.1:/tmp", "scp", "127.0.0.1", 22],
];

for (const [line, way, host, port] of REFUSED) {
  test(`${line} is recorded and connects nowhere`, () => {
    const { peer, status } = run(line);
    const tunnels = peer.observations().flatMap((one) => (one.kind === "tunnel.request" ? [one.fields] : []));
    assert.deepEqual(
      tunnels.map((fields) => [fields.way, Buffer.from(fields.host).toString(), fields.port]),
      [[way, host, port]],
    );
    assert.notEqual(status, 0);
  });
}

test("ip shows what the machine has, and refuses what it does not", () => {
  assert.match(run("ip -br a").out, /^eth0 +UP +192\.0\.2\.10\/24 fe80::5054:ff:fe12:3456\/64 $/m);
  assert.equal(run("ip r").out, "default via 192.0.2.1 dev eth0 \n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10 \n");
  assert.equal(run("ip foo; echo $?").err, 'Object "foo" is unknown, try "ip help".\n');
  assert.equal(run("ip a show dev nope").err, 'Device "nope" does not exist.\n');
  assert.equal(run("ip link set eth0 down", "ada").err, "RTNETLINK answers: Operation not permitted\n");
});

test("iptables keeps its rules for the visit", () => {
  const { out } = run("iptables -A INPUT -p tcp --dport 23 -j DROP; iptables -S; iptables -F; iptables -S | wc -l");
  assert.equal(out, "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-A INPUT -p tcp --dport 23 -j DROP\n3\n");
  assert.match(run("iptables -L", "ada").err, /you must be root/);
});
