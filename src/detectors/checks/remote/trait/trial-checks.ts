import type { PortView } from "../../../views/remote-view.ts";
import { fine, type Opinion, odd, portCheck, type RemoteCheck } from "../kind/opinions.ts";

/**
 * Tests of more than one conversation: the other side claims that something was done for us, and we watch whether it was. Whoever claims
 * and does not do wants to be used, and watches.
 */
function claim(port: PortView, name: string): Opinion {
  const trial = port.trials[name];
  if (trial === undefined) return undefined;
  if (!trial.claimed) return fine(trial.seen);
  if (trial.happened === undefined) return undefined;
  return trial.happened ? fine(trial.seen) : odd(trial.seen);
}

const hunter = "Honeypot Hunter (Krawetz, 2004)";

const proxy = (name: string, looksAt: string, reason: string): RemoteCheck =>
  portCheck({
    id: `trait.proxy.${name}`,
    class: "trait",
    family: "proxy",
    looksAt,
    reason,
    ratio: 100,
    source: hunter,
    opinion: (port) => claim(port, `proxy.${name}`),
  });

export const trialChecks: readonly RemoteCheck[] = [
  proxy("socks4", "SOCKS 4: a connection to our own listener", "The SOCKS 4 proxy says that it is connected, and nobody came."),
  proxy("socks5", "SOCKS 5: a connection to our own listener", "The SOCKS 5 proxy grants a connection that it never makes."),
  proxy("connect", "HTTP CONNECT to our own listener", "The web proxy reports a tunnel whose other end never arrives."),
  portCheck({
    id: "trait.relay.smtp",
    class: "trait",
    family: "relay",
    looksAt: "mail for our own listener",
    reason: "The mail server takes mail for strangers and delivers none of it.",
    ratio: 40,
    source: `${hunter}; open relay tests`,
    opinion: (port) => claim(port, "relay.smtp"),
  }),
  portCheck({
    id: "trait.login.random",
    class: "trait",
    family: "login",
    looksAt: "a login with a name and a password that were drawn",
    reason: "A name and a password that nobody ever set are the right ones.",
    ratio: 80,
    source: "Dionaea, Cowrie with random acceptance, sshesame",
    opinion: (port) => {
      const trial = port.trials["login.random"];
      return trial === undefined ? undefined : trial.claimed ? odd(trial.seen) : fine(trial.seen);
    },
  }),
];
