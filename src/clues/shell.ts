import { drafts } from "./draft.ts";

/** How a shell behaves towards sessions that are suspected: never towards real users. */
export const shell = drafts(
  "shell",
  {
    mechanisms: ["process"],
    scope: ["tree"],
    needs: [],
    cost: 0,
    risk: 0,
    noticed: true,
    source: "Kitazawa and Shinoda, Fake Honeypot; cowrie/cowrie commands; busybox of bots",
  },
  [
    ["missing-commands", "Some commands are not found, or refuse options as Cowrie's do.", "human malware"],
    ["empty-downloads", "Downloads succeed, and the file is empty or another.", "human malware", { risk: 1 }],
    ["reappearing-files", "What was deleted is there again at the next login.", "human", { cost: 1, risk: 1 }],
    ["late-output", "Output comes with pauses, and the echo is odd.", "human", { cost: 1 }],
    ["wrong-output", "Now and then a command's answer is wrong.", "human malware", { cost: 2, risk: 1 }],
    [
      "hidden-processes",
      "Processes of others are hidden, and the kernel's log is refused.",
      "human",
      { cost: 1, source: "proc(5), hidepid" },
    ],
  ],
);
