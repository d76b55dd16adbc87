import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type AuthContext } from "ssh2";
import { LOGIN, ssh2Algorithms } from "./login-algorithms.ts";

/** What `logins.ts` compares with: a server on the stock package ssh2 that takes one password and says nothing of it. Prints its port. */
const folder = mkdtempSync(join(tmpdir(), "utsusemi-bench-ssh2-"));
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
const hostKey = readFileSync(join(folder, "key"), "latin1");
rmSync(folder, { recursive: true });

const server = new ssh2.Server({ hostKeys: [hostKey], algorithms: ssh2Algorithms }, (client) => {
  client.on("authentication", (context: AuthContext) => {
    if (context.method === "password" && context.username === LOGIN.user && context.password === LOGIN.password) context.accept();
    else context.reject(["password"]);
  });
  client.on("error", () => client.removeAllListeners());
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
