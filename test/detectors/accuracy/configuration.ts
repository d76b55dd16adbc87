/**
 * A real server as data: which programs of Debian run on one host, and how they are set up.
 *
 * In `text` and `arguments` these stand for what only a run knows: `@address@` (the host's own loopback address), `@folder@` (its own folder), `@materials@` (keys and
 * certificates that all hosts share, see `materials.ts`).
 */
export interface Configuration {
  /** Never changed: its hash decides whether it tunes the thresholds or measures them. */
  readonly name: string;
  readonly services: readonly Service[];
  /** Trials of proxies, relays and logins too: they take twelve seconds. */
  readonly trials?: true;
  /** Round trips, clocks and packets too: they take as long again. */
  readonly measured?: true;
}

export interface Service {
  readonly program: ProgramName;
  /** Where it listens. */
  readonly ports: readonly number[];
  /** Its configuration file, beside what every instance needs. */
  readonly text?: string;
  readonly arguments?: readonly string[];
  /** More files in its folder, by name; `www/` is what web servers serve. */
  readonly files?: Readonly<Record<string, string>>;
}

export const programNames = [
  "sshd",
  "dropbear",
  "nginx",
  "apache2",
  "vsftpd",
  "redis-server",
  "mariadbd",
  "postgres",
  "smbd",
  "busybox",
  "systemd-socket-activate",
  "python3",
] as const;
export type ProgramName = (typeof programNames)[number];

/** Where one service of one host lives while it runs. */
export interface Place {
  readonly address: string;
  readonly folder: string;
  readonly materials: string;
}

/** How a program is started. The process stays in the foreground and in a group of its own. */
export interface Program {
  /** Makes what it needs in its folder. */
  readonly prepare: (place: Place, service: Service) => Promise<void>;
  readonly command: (place: Place, service: Service) => Command;
}

export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  /** Whom it must run as from the start, where it refuses root. */
  readonly user?: string;
}

export function filled(text: string, { address, folder, materials }: Place): string {
  return text.replaceAll("@address@", address).replaceAll("@folder@", folder).replaceAll("@materials@", materials);
}
