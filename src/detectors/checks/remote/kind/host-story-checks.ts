import { applicationMap } from "../../../application-map/application-map.ts";
import { heardText } from "../../../views/exchanges.ts";
import type { RemoteView } from "../../../views/remote-view.ts";
import { mysqlGreeting } from "./mysql-greeting.ts";
import { bytesOf, fine, greetingOf, hostCheck, type Opinion, odd, oddIf, type RemoteCheck } from "./opinions.ts";
import { sshVersions } from "./ssh-versions.ts";

/** One host, one story: its services must have one system, one time and one purpose. */
interface Evidence {
  readonly port: number;
  readonly says: string;
}

const MOST_TEXT = 4_096;

/** All that a port said in words, greetings and answers. */
function words(view: RemoteView): readonly Evidence[] {
  return view.ports
    .filter(({ state }) => state === "open")
    .map((port) => ({
      port: port.port,
      says: port.exchanges
        .map((one) => heardText(one).slice(0, MOST_TEXT))
        .join("\n")
        .slice(0, 200_000),
    }));
}

function evidence(view: RemoteView, looks: RegExp): readonly Evidence[] {
  return words(view).flatMap(({ port, says }) => {
    const found = looks.exec(says);
    return found === null ? [] : [{ port, says: found[0].trim().slice(0, 60) }];
  });
}

const WINDOWS =
  /Microsoft-IIS\/[\d.]+|Microsoft FTP Service|Microsoft ESMTP MAIL|OpenSSH_for_Windows|Microsoft Windows \[|Welcome to Microsoft Telnet|\(Win(?:32|64)\)/;
const UNIX =
  /SSH-2\.0-OpenSSH_\S+ (?:Debian|Ubuntu|FreeBSD)|SSH-2\.0-dropbear|vsFTPd|ProFTPD|Pure-FTPd|\bPostfix\b|\bExim \d|Dovecot|\((?:Debian|Ubuntu|CentOS|Unix|Red Hat[^)]*)\)|BusyBox|os:Linux/;

const DISTRIBUTIONS: readonly (readonly [string, RegExp])[] = [
  ["Debian", /OpenSSH_\S+ Debian-\d+(?:\+(?:deb|squeeze)\S*)?\s|\(Debian\)|\+deb\d+u\d/],
  ["Ubuntu", /Ubuntu-\d+ubuntu|\(Ubuntu\)|-\d+ubuntu\d/],
  ["Red Hat", /\((?:CentOS|Red Hat|Rocky|AlmaLinux|Fedora)[^)]*\)/],
  ["FreeBSD", /\bFreeBSD-\d+|\(FreeBSD\)/],
  ["SUSE", /\(Linux\/SUSE\)|\(openSUSE\)/],
];

/** Products whose year of release is known: pattern with the version as group 1, then years from the first to a version. */
const YEARS: readonly (readonly [RegExp, readonly (readonly [string, number])[]])[] = [
  [
    /Apache\/(\d+\.\d+\.\d+)/,
    [
      ["1.3", 2004],
      ["2.0", 2007],
      ["2.2", 2011],
      ["2.4", 2022],
    ],
  ],
  [
    /nginx\/(\d+\.\d+\.\d+)/,
    [
      ["0.", 2010],
      ["1.0", 2011],
      ["1.2", 2012],
      ["1.4", 2013],
      ["1.6", 2014],
      ["1.8", 2015],
      ["1.10", 2016],
      ["1.14", 2018],
      ["1.18", 2020],
      ["1.2", 2023],
    ],
  ],
  [
    /Microsoft-IIS\/(\d+\.\d+)/,
    [
      ["4.", 1998],
      ["5.", 2001],
      ["6.", 2003],
      ["7.", 2009],
      ["8.", 2013],
      ["10.", 2020],
    ],
  ],
  [
    /redis_version:(\d+\.\d+)/,
    [
      ["2.", 2013],
      ["3.", 2016],
      ["4.", 2017],
      ["5.", 2019],
      ["6.", 2021],
      ["7.", 2023],
      ["8.", 2025],
    ],
  ],
  [
    /PHP\/(\d+\.\d+)/,
    [
      ["4.", 2005],
      ["5.2", 2010],
      ["5.3", 2012],
      ["5.", 2015],
      ["7.", 2019],
      ["8.", 2023],
    ],
  ],
];

/** Years of the services that show one. */
function years(view: RemoteView): readonly { readonly year: number; readonly what: string }[] {
  const texts = words(view);
  const others = YEARS.flatMap(([looks, table]) =>
    texts.flatMap(({ says }) => {
      const found = looks.exec(says);
      const year = table.filter(([version]) => found?.[1]?.startsWith(version)).at(-1)?.[1];
      return found === null || year === undefined ? [] : [{ year, what: found[0] }];
    }),
  );
  return [...others, ...sshYears(view), ...mysqlYears(view)];
}

function sshYears(view: RemoteView) {
  const { releases } = sshVersions();
  return view.ports.flatMap((port) => {
    const found = /OpenSSH_(\d+\.\d+)/.exec(greetingOf(port) ?? "");
    const year = found?.[1] === undefined ? undefined : releases[found[1]];
    return found === null || year === undefined ? [] : [{ year, what: found[0] }];
  });
}

const MYSQL_YEARS: readonly (readonly [string, number])[] = [
  ["3.", 2001],
  ["4.", 2004],
  ["5.0", 2006],
  ["5.1", 2010],
  ["5.5", 2013],
  ["5.6", 2016],
  ["5.7", 2019],
  ["8.", 2023],
  ["9.", 2025],
];

function mysqlYears(view: RemoteView) {
  return view.ports.flatMap((port) => {
    const hello = mysqlGreeting(bytesOf(port, "null"));
    const year =
      hello === undefined || hello.mariadb ? undefined : MYSQL_YEARS.filter(([version]) => hello.version.startsWith(version)).at(-1)?.[1];
    return hello === undefined || year === undefined ? [] : [{ year, what: `MySQL ${hello.version}` }];
  });
}

const ICS = ["s7", "modbus", "ethernet-ip", "gas-tank"];
const IT = ["mysql", "redis", "mongodb", "smb", "tds", "smtp", "pop3", "imap", "postgres", "sip", "rdp"];

function industry(view: RemoteView): { readonly ics: readonly string[]; readonly it: readonly string[] } | undefined {
  const spoken = new Set(applicationMap(view).flatMap(({ speaks, greets }) => [...speaks, ...greets]));
  return spoken.size === 0 ? undefined : { ics: ICS.filter((one) => spoken.has(one)), it: IT.filter((one) => spoken.has(one)) };
}

function yearsApart(view: RemoteView): Opinion {
  const all = [...years(view)].sort((a, b) => a.year - b.year);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined || all.length < 2) return undefined;
  return oddIf(last.year - first.year >= 10, `${first.what} (${first.year}) beside ${last.what} (${last.year})`);
}

export const hostStoryChecks: readonly RemoteCheck[] = [
  hostCheck({
    id: "host.two-systems",
    family: "host-story",
    looksAt: "systems that the services name",
    reason: "Services of Windows and of Unix run on one host.",
    ratio: 4,
    source: "public detectors; Shodan's score",
    opinion: (view) => {
      const [windows, unix] = [evidence(view, WINDOWS), evidence(view, UNIX)];
      if (windows.length + unix.length === 0) return undefined;
      const [one, two] = [windows[0], unix[0]];
      return one !== undefined && two !== undefined
        ? odd(`"${one.says}" on ${one.port}, "${two.says}" on ${two.port}`)
        : fine(`${one === undefined ? "Unix" : "Windows"} alone`);
    },
  }),
  hostCheck({
    id: "host.distributions",
    family: "host-story",
    looksAt: "distributions that the services name",
    reason: "The services come from three distributions, so they were never installed on one system.",
    ratio: 3,
    source: "T-Pot, HoneyPy: each emulation copied from elsewhere",
    opinion: (view) => {
      const found = DISTRIBUTIONS.filter(([, looks]) => evidence(view, looks).length > 0).map(([name]) => name);
      return found.length === 0 ? undefined : oddIf(found.length >= 3, found.join(", "));
    },
  }),
  hostCheck({
    id: "host.years",
    family: "host-story",
    looksAt: "years in which the services' versions were released",
    reason: "A service of this decade runs beside one that its system has not carried for ten years.",
    ratio: 3,
    source: "release notes; default banners of honeypots",
    opinion: yearsApart,
  }),
  hostCheck({
    id: "host.industry",
    family: "host-story",
    looksAt: "industrial protocols and services of an office",
    reason: "A controller of machines also serves databases, mail or files.",
    ratio: 10,
    source: "Shodan's score: service does not match its surroundings; Conpot in T-Pot",
    opinion: (view) => {
      const found = industry(view);
      if (found === undefined) return undefined;
      return oddIf(found.ics.length > 0 && found.it.length > 0, [...found.ics, ...found.it].join(", "));
    },
  }),
  hostCheck({
    id: "host.two-vendors",
    family: "host-story",
    looksAt: "industrial protocols",
    reason: "One device speaks the private protocols of competing makers of controllers.",
    ratio: 12,
    source: "Conpot templates",
    opinion: (view) => {
      const found = industry(view);
      if (found === undefined) return undefined;
      const makers = found.ics.filter((one) => one !== "modbus");
      return oddIf(makers.length >= 2, makers.length === 0 ? "none" : makers.join(", "));
    },
  }),
];
