import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import koffi from "koffi";
import type { SessionToTest } from "./test-login-child.ts";

/**
 * One session as a login service opens it: pam_open_session(3) of that service's stack, then a program of the user's. Started by
 * test-login-child.ts with what is to be tested; writes what went wrong, the rest of a sentence.
 *
 * PAM is called from this process's first thread, which is the one that starts programs: only that one changes its namespace.
 */
const PAM_SUCCESS = 0;
const PAM_BUF_ERR = 5;
/** security/_pam_types.h. */
const PAM_TTY = 3;
const PAM_RHOST = 4;
const PAM_SILENT = 0x8000;
const POINTER_SIZE = 8;
const RESPONSE_SIZE = 16;

// Our parent's own.
const { service, account, mark }: SessionToTest = JSON.parse(process.argv[2] ?? "{}");

/** Modules may tell something, which nobody hears, and ask nothing that could be answered: responses are empty, and libpam frees them. */
function conversation(calloc: (count: number, size: number) => unknown): unknown {
  const converse = koffi.proto("int converse(int count, const void **messages, void **responses, void *data)");
  return koffi.register((count: number, _messages: unknown, responses: unknown) => {
    const room = calloc(count, RESPONSE_SIZE);
    if (room === null) return PAM_BUF_ERR;
    koffi.encode(responses, "void *", room);
    return PAM_SUCCESS;
  }, koffi.pointer(converse));
}

function openedSession(): string | undefined {
  const pam = koffi.load("libpam.so.0");
  const start = pam.func("int pam_start(const char *, const char *, const void *, _Out_ void **)");
  const setItem = pam.func("int pam_set_item(void *, int, const char *)");
  const open = pam.func("int pam_open_session(void *, int)");
  const close = pam.func("int pam_close_session(void *, int)");
  const end = pam.func("int pam_end(void *, int)");
  const inWords = pam.func("const char *pam_strerror(void *, int)");
  const callback = conversation(koffi.load("libc.so.6").func("void *calloc(size_t, size_t)"));
  // struct pam_conv: the function, and what it is given.
  const talk = Buffer.alloc(2 * POINTER_SIZE);
  koffi.encode(talk, "void *", callback);
  const handles: unknown[] = [null];
  const started: number = start(service, account.name, talk, handles);
  if (started !== PAM_SUCCESS) return `PAM cannot be started (${started})`;
  const [handle] = handles;
  setItem(handle, PAM_TTY, service === "sshd" ? "ssh" : "tty1");
  setItem(handle, PAM_RHOST, "localhost");
  const opened: number = open(handle, PAM_SILENT);
  const wrong = opened === PAM_SUCCESS ? whatIsWrong() : `PAM opens no session: ${inWords(handle, opened)}`;
  if (opened === PAM_SUCCESS) close(handle, PAM_SILENT);
  end(handle, opened);
  return wrong;
}

const ofParent = readlinkSync(`/proc/${process.ppid}/ns/mnt`);
const STATUS = 37;

function whatIsWrong(): string | undefined {
  const isApart = readlinkSync("/proc/self/ns/mnt") !== ofParent;
  if (account.uid === 0) return isApart ? "root does not stay in the host's mount namespace" : undefined;
  if (!isApart) return "the session gets no mount namespace";
  if (!readFileSync("/proc/self/mountinfo", "latin1").includes(`nr_inodes=${mark},`)) return "the session shows no disguise";
  const { uid, gid, shell } = account;
  const { status, error } = spawnSync(shell, ["-c", `exit ${STATUS}`], { uid, gid, cwd: "/", stdio: "ignore", timeout: 60_000 });
  if (error !== undefined) return `the user's shell cannot be started: ${error.message}`;
  return status === null ? "the user's shell was killed" : undefined;
}

process.stdout.write(openedSession() ?? "");
