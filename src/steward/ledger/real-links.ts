import { execute } from "./execute.ts";

/**
 * Network links by rtnetlink, through ip(8). A link is never taken down for a change: that would take routes and sessions with it; where the
 * driver refuses a change of a link that is up, the change fails.
 */
export function linkAddress(name: string): string | undefined {
  return linkNamed(name)?.address;
}

export function hasLink(name: string): boolean {
  return linkNamed(name) !== undefined;
}

export function setLinkAddress(name: string, address: string): void {
  execute("ip", "link", "set", "dev", name, "address", address);
}

export function renameLink(from: string, to: string): void {
  execute("ip", "link", "set", "dev", from, "name", to);
}

interface Link {
  readonly name: string;
  readonly address: string;
}

/** ip-link(8): `2: eth0: <FLAGS> ...\    link/ether 02:fc:00:00:00:05 brd ...`, a line each; a pair has its other end behind `@`. */
export function parseLinks(text: string): readonly Link[] {
  return text.split("\n").flatMap((line) => {
    const [, name, address = ""] = /^\d+: ([^:@\s]+)(?:@[^:\s]+)?: .*?(?:\\ +link\/\S+ ([0-9a-f:]+)|$)/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, address }];
  });
}

function linkNamed(name: string): Link | undefined {
  return parseLinks(execute("ip", "-o", "link", "show")).find((link) => link.name === name);
}
