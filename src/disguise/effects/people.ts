import { exists } from "../../detectors/views/files.ts";
import { numberOf } from "../draw.ts";
import { type EffectOf, type Effects, edits, replaces, shows, unavailable } from "./effect-of.ts";

/** Accounts, names and habits. Accounts are shown, never made: nobody can log in as one of them. */
const account = (line: string): EffectOf =>
  edits("/etc/passwd", (text) => (text.includes(`${line.split(":", 1)[0]}:`) ? undefined : `${text.replace(/\n?$/, "\n")}${line}\n`));

const named =
  (name: string): EffectOf =>
  ({ view }) =>
    view.uname?.node === name ? unavailable("the host is called so already") : { hostName: name };

const TELLING: readonly string[] = ["cowrie", "honeyd", "dionaea"];

const tellingAccount: EffectOf = (host) => {
  const name = TELLING[numberOf(host.site, "telling-account", TELLING.length)] ?? "cowrie";
  return account(`${name}:x:998:998::/home/${name}:/bin/bash`)(host);
};

const sensor: EffectOf = ({ site }) => ({ hostName: `honeypot-sensor-${String(1 + numberOf(site, "sensor", 40)).padStart(2, "0")}` });

const kippoName: EffectOf = (host) => named(numberOf(host.site, "kippo-name", 2) === 0 ? "svr03" : "nas3")(host);

/** Somebody takes samples apart here. Which case it is, the site draws. */
const analystsHome: EffectOf = (host) => {
  if (exists(host.view.files, "/home/analyst") === true) return unavailable("there is a home of that name already");
  const number = `${2023 + numberOf(host.site, "case-year", 3)}-${String(11 + numberOf(host.site, "case", 180)).padStart(3, "0")}`;
  const folder = `/home/analyst/cases/${number}`;
  return {
    files: {
      "/home/analyst/.bash_history": `file ${folder}/sample\nstrings -n 8 ${folder}/sample | less\ntcpdump -i any -w ${folder}/run1.pcap\n`,
      [`${folder}/notes.txt`]: "run1: connects to its server after 40 s, then asks for a task\nrun2: same, from a clean image\n",
      [`${folder}/run1.pcap`]: "",
    },
  };
};

export const peopleEffects: Effects = {
  "people.cowrie-user": account("phil:x:1000:1000:Phil California,,,:/home/phil:/bin/bash"),
  "people.telling-account": tellingAccount,
  "people.recorder-shell": edits("/etc/shells", (text) => `${text.replace(/\n?$/, "\n")}/usr/bin/tlog-rec-session\n`),
  "people.host-name.cowrie": named("svr04"),
  "people.host-name.kippo": kippoName,
  "people.host-name.honeypot": named("honeypot"),
  "people.host-name.sandbox": named("sandbox"),
  "people.host-name.sensor": sensor,
  "people.history-withheld": shows({ "/root/.bash_history": { link: "/dev/null" } }),
  "people.analysts-home": analystsHome,
  "people.no-logins": replaces("/var/log/wtmp", ""),
};
