import type { Socket } from "node:net";
import ssh2 from "ssh2";
import { gateName, opened, type Run } from "../run.ts";
import type { Account, LoginAnswer, OwnLogin } from "./login.ts";

/**
 * SSH logins with a password, by the package ssh2: the key exchange must be a true one, or no server gets as far as the login. Old
 * methods are offered as well, since old servers and those that pretend to be old are what we came to see.
 */
export const sshLogin: OwnLogin = {
  protocol: "ssh",
  usualPorts: [22, 222, 2022, 2222, 22222],
  attemptOn: async (run, record, account) => {
    const leave = await run.gate.enter(gateName(record));
    if (leave === undefined) return undefined;
    try {
      const socket = await opened(run, record, "plain");
      return typeof socket === "string" ? undefined : await login(run, socket, account);
    } finally {
      leave();
    }
  },
};

const MOST_BYTES = 256 * 1024;
const LOGIN_MS = 9_000;

function login(run: Run, socket: Socket, { user, password }: Account): Promise<LoginAnswer> {
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    const settle = (answer: LoginAnswer) => {
      cancel();
      run.signal.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(answer);
    };
    const giveUp = () => settle(undefined);
    const cancel = run.clock.after(LOGIN_MS, giveUp);
    run.signal.addEventListener("abort", giveUp, { once: true });
    // These listeners stay: what comes late must not end the process.
    client.on("error", (error: Error & { readonly level?: string }) =>
      settle(error.level === "client-authentication" ? "refused" : undefined),
    );
    client.on("ready", () => settle("accepted"));
    client.on("close", giveUp);
    client.on("keyboard-interactive", (...[, , , prompts, finish]: KeyboardQuestion) => finish(prompts.map(() => password)));
    socket.on("data", () => (socket.bytesRead > MOST_BYTES ? giveUp() : undefined));
    client.connect({
      sock: socket,
      username: user,
      readyTimeout: LOGIN_MS,
      algorithms: anyAlgorithm,
      authHandler: oneTry(),
      password,
      tryKeyboard: true,
    });
  });
}

type KeyboardQuestion = [
  name: string,
  text: string,
  language: string,
  prompts: readonly unknown[],
  finish: (answers: readonly string[]) => void,
];

/** Asks what there is, then tries the password once: by its own method, else by the keyboard's. */
function oneTry(): (left: readonly string[] | null) => string | false {
  let tries = 0;
  return (left) => {
    if (left === null) return "none";
    const method = ["password", "keyboard-interactive"].find((one) => left.includes(one));
    tries += 1;
    return tries > 1 || method === undefined ? false : method;
  };
}

const anyAlgorithm = {
  kex: { append: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"] },
  cipher: { append: ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"] },
  serverHostKey: { append: ["ssh-rsa", "ssh-dss"] },
  hmac: { append: ["hmac-sha1", "hmac-md5"] },
} as const;
