import type { User } from "../../decoy/persona.ts";
import { type Facts, type Rule, unless } from "./rule.ts";

/** Who has an account, and what the tree says of it. */
const noLogin = /\/(?:nologin|false|sync)$|^$/;

export const accountRules: readonly Rule[] = [
  {
    name: "root",
    holds: "there is one account root with user id 0",
    find: ({ persona: { users } }) =>
      unless(
        users.some(({ name, uid }) => uid === 0 && (name === "root" || name === "admin")),
        ["users"],
        "have no root",
      ),
  },
  {
    name: "accounts-once",
    holds: "no name and no user id stands twice",
    find: ({ persona: { users, groups } }) => [
      ...unless(new Set(users.map(({ name }) => name)).size === users.length, ["users"], "name one account twice"),
      ...unless(new Set(users.map(({ uid }) => uid)).size === users.length, ["users"], "have one user id twice"),
      ...unless(new Set(groups.map(({ gid }) => gid)).size === groups.length, ["groups"], "have one group id twice"),
    ],
  },
  {
    name: "account-group",
    holds: "each account's group is in /etc/group",
    find: ({ persona: { users, groups } }) =>
      users.flatMap((user, index) =>
        unless(
          groups.some(({ gid }) => gid === user.gid),
          ["users", index, "gid"],
          `is no group: ${user.gid} of ${user.name}`,
        ),
      ),
  },
  {
    name: "group-members",
    holds: "each member of a group has an account",
    find: ({ persona: { users, groups } }) =>
      groups.flatMap(({ name, members }, index) =>
        members.flatMap((member) =>
          unless(
            users.some((user) => user.name === member),
            ["groups", index, "members"],
            `of ${name} have no account: ${member}`,
          ),
        ),
      ),
  },
  {
    name: "home",
    holds: "an account that can log in has a home directory, its own",
    find: (facts) => loginAccounts(facts).flatMap(([user, index]) => homeOf(user, index, facts)),
  },
  {
    name: "stray-home",
    holds: "each directory in /home belongs to an account",
    find: ({ persona: { users }, entries }) =>
      [...entries.values()]
        .filter(({ path, type }) => type === "d" && /^\/home\/[^/]+$/.test(path))
        .flatMap(({ path, uid }) =>
          unless(
            users.some((user) => user.uid === uid),
            ["tree", "entries"],
            `have ${path} of user ${uid}, who has no account`,
          ),
        ),
  },
  {
    name: "login-shell",
    holds: "each account's shell is a program in the tree",
    find: ({ persona: { users }, tree }) =>
      users.flatMap((user, index) =>
        unless(user.shell === "" || tree.isProgram(user.shell), ["users", index, "shell"], `is no program in the tree: ${user.shell}`),
      ),
  },
  {
    name: "valid-shells",
    holds: "/etc/shells lists the shells of those who can log in",
    find: (facts) => {
      const shells = facts.text("/etc/shells")?.split("\n");
      return shells === undefined
        ? []
        : loginAccounts(facts).flatMap(([user, index]) =>
            unless(shells.includes(user.shell), ["users", index, "shell"], `is not in /etc/shells: ${user.shell}`),
          );
    },
  },
  {
    name: "shell-kind",
    holds: "root's shell is the kind of shell that the machine gives",
    find: ({ persona: { machine, users }, tree }) => {
      const shell = users.find(({ uid }) => uid === 0)?.shell ?? "";
      const real = tree.resolve(shell)?.path ?? shell;
      const isBash = real.endsWith("/bash");
      return unless(isBash === (machine.shell === "bash"), ["machine", "shell"], `is ${machine.shell} where root's shell is ${real}`);
    },
  },
  {
    name: "generated-accounts",
    holds: "a profile's own /etc/passwd tells the same accounts",
    find: ({ persona: { users }, text }) => {
      const told = text("/etc/passwd")
        ?.split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split(":")[0]);
      return unless(
        told === undefined || told.join() === users.map(({ name }) => name).join(),
        ["tree", "files", "/etc/passwd"],
        "has other accounts than users",
      );
    },
  },
];

function loginAccounts({ persona: { users } }: Facts): readonly (readonly [User, number])[] {
  return users
    .map((user, index) => [user, index] as const)
    .filter(([{ uid, shell, home }]) => (uid === 0 || uid >= 1000) && !noLogin.test(shell) && home !== "/nonexistent");
}

function homeOf(user: User, index: number, { tree }: Facts) {
  const home = tree.resolve(user.home);
  return [
    ...unless(home?.type === "d", ["users", index, "home"], `is no directory in the tree: ${user.home}`),
    ...unless(
      home === undefined || home.uid === user.uid,
      ["users", index, "home"],
      `belongs to user ${home?.uid} instead of ${user.uid}: ${user.home}`,
    ),
  ];
}
