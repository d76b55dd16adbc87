import { execFile } from "node:child_process";
import { appendFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
/** Debian keeps PostgreSQL's programs by version, outside the PATH. */
export function postgresTool(name: string): string {
  return globSync(`/usr/lib/postgresql/*/bin/${name}`).at(-1) ?? name;
}

const TOOL_MS = 60_000;

/** Runs a tool to its end. Rejects with what it wrote when it fails. */
export async function runTool(file: string, ...args: readonly string[]): Promise<void> {
  await execute(file, args, { timeout: TOOL_MS });
}

/**
 * Keys and certificates that the servers of the labelled set use, made anew for each run: `ssh_host_TYPE_key`, and `NAME.pem` with `NAME.key`
 * for every name in `certificates`.
 */
export async function makeMaterials(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const keys = hostKeys.map(([name, ...args]) =>
    runTool("ssh-keygen", "-q", "-N", "", "-f", join(folder, `ssh_host_${name}_key`), ...args),
  );
  const dropbearKeys = ["rsa", "ecdsa", "ed25519"].map((type) =>
    runTool("dropbearkey", "-t", type, "-f", join(folder, `dropbear_${type}`)),
  );
  await Promise.all([...keys, ...dropbearKeys]);
  for (const [name, args] of Object.entries(certificates)) await makeCertificate(join(folder, name), args);
  await makeIssued(folder);
  await Promise.all([makeMariadb(join(folder, "mariadb")), makePostgres(join(folder, "postgres"))]);
}

const hostKeys = [
  ["ed25519", "-t", "ed25519"],
  ["ecdsa", "-t", "ecdsa", "-b", "256"],
  ["ecdsa521", "-t", "ecdsa", "-b", "521"],
  ["rsa", "-t", "rsa", "-b", "3072"],
  ["rsa2048", "-t", "rsa", "-b", "2048"],
] as const;

/** What certificates real servers have: what the distribution makes at installation, what tools make by default, old ones, and chains. */
const certificates = {
  snakeoil: ["-newkey", "rsa:2048", "-subj", "/CN=debian", "-addext", "subjectAltName=DNS:debian", "-days", "3650"],
  elliptic: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=www.example.org", "-days", "90"],
  edwards: ["-newkey", "ed25519", "-subj", "/CN=git.example.org", "-days", "365"],
  defaults: ["-newkey", "rsa:4096", "-subj", "/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd", "-days", "30"],
  wildcard: [
    "-newkey",
    "rsa:2048",
    "-subj",
    "/C=DE/O=Example GmbH/CN=*.example.org",
    "-addext",
    "subjectAltName=DNS:*.example.org",
    "-days",
    "397",
  ],
  sha1: ["-newkey", "rsa:1024", "-sha1", "-subj", "/CN=printer.example.org", "-days", "7300"],
  brief: ["-newkey", "rsa:2048", "-subj", "/CN=old.example.org/emailAddress=root@old.example.org", "-days", "1"],
} as const;

async function makeCertificate(path: string, args: readonly string[]): Promise<void> {
  await runTool("openssl", "req", "-x509", "-nodes", ...args, "-keyout", `${path}.key`, "-out", `${path}.pem`);
}

/** A host's certificate and that of the authority that issued it, in one file. */
async function makeIssued(folder: string): Promise<void> {
  const [authority, issued] = [join(folder, "authority"), join(folder, "issued")];
  await makeCertificate(authority, ["-newkey", "rsa:2048", "-subj", "/O=Example Trust/CN=Example Root", "-days", "3650"]);
  const request = [
    "req",
    "-new",
    "-nodes",
    "-newkey",
    "rsa:2048",
    "-subj",
    "/CN=shop.example.org",
    "-keyout",
    `${issued}.key`,
    "-out",
    `${issued}.csr`,
  ];
  await runTool("openssl", ...request);
  const authorised = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-days", "90", "-out", `${issued}.pem`];
  await runTool("openssl", "x509", "-req", "-in", `${issued}.csr`, ...authorised);
  appendFileSync(`${issued}.pem`, readFileSync(`${authority}.pem`));
}

/** A store that each server copies: to make one takes seconds. */
async function makeMariadb(folder: string): Promise<void> {
  await runTool(
    "mariadb-install-db",
    "--no-defaults",
    "--user=mysql",
    `--datadir=${folder}`,
    "--skip-test-db",
    "--innodb-log-file-size=4M",
  );
}

async function makePostgres(folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const password = `${folder}.password`;
  writeFileSync(password, "correct-horse-battery\n", { mode: 0o644 });
  await runTool("chown", "postgres", folder);
  await runTool(
    "setpriv",
    "--reuid=postgres",
    "--regid=postgres",
    "--clear-groups",
    postgresTool("initdb"),
    "-D",
    folder,
    "--no-sync",
    "-A",
    "scram-sha-256",
    "--locale=C",
    `--pwfile=${password}`,
  );
}
