import assert from "node:assert/strict";
import test from "node:test";
import { disguised, type ProcessFiles } from "./processes.ts";

const MOUNTS = {
  ours: "31 22 0:5 /f0 /etc/issue ro,nosuid shared:1 - tmpfs none rw,size=8192k,nr_inodes=123456,mode=755\n",
  almost: "31 22 0:5 / /run rw - tmpfs tmpfs rw,nr_inodes=1234567\n32 22 0:6 / /x rw - ext4 /dev/nr_inodes=123456 rw,nr_inodes=123456\n",
  none: "31 22 0:5 / / rw - ext4 /dev/sda1 rw\n",
};

const files: ProcessFiles = {
  pids: () => [1, 70, 71, 72, 73],
  accounts: () => "root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/var/www:/bin/false\n",
  read: (pid, file) => {
    if (pid === undefined) return "cpu 1 2 3\nbtime 1700000000\n";
    const mounts: Readonly<Record<number, string>> = {
      1: MOUNTS.none,
      70: MOUNTS.ours,
      71: MOUNTS.almost,
      72: MOUNTS.ours,
      73: MOUNTS.ours,
    };
    const texts: Readonly<Record<string, string>> = {
      mountinfo: mounts[pid] ?? "",
      stat: `${pid} (a) (b c) S 1 70 70 0 -1 4194560 9 0 0 0 0 0 0 0 20 0 1 0 12300 0 0`,
      status: `Name:\tx\nUid:\t${pid === 70 ? 33 : 4711}\t33\t33\t33\n`,
      cgroup: pid === 70 ? "0::/system.slice/web.service\n" : "0::/user.slice/user-1000.slice/session-4.scope\n",
    };
    return pid === 73 && file === "status" ? undefined : texts[file];
  },
};

test("who has a mount with the site's mark is under the disguise, with unit, user and beginning", () => {
  assert.deepEqual(disguised(123456, files), [
    { pid: 70, name: "a) (b c", unit: "web.service", user: "web", since: "2023-11-14T22:15:23.000Z" },
    { pid: 72, name: "a) (b c", unit: "session-4.scope", user: "4711", since: "2023-11-14T22:15:23.000Z" },
  ]);
});

test("another site's mark, a longer number or another kind of file system is nobody of ours", () => {
  assert.deepEqual(disguised(12345, files), []);
  assert.equal(disguised(1234567, files).length, 1);
});
