import { connect } from "node:net";

/**
 * Connects so many times, a hundred at once, says something each time, and counts what it heard and how each connection ended: by the other end,
 * by an error, by itself once it was `served`, or still `open` when its patience was at an end.
 */
const [address = "", port = "", count = "1", said = "", patience = "5000"] = process.argv.slice(2);
const AT_ONCE = 100;
const results = new Map<string, number>();
let left = Number(count);

function once(): Promise<string> {
  return new Promise((resolve) => {
    const heard: Buffer[] = [];
    const socket = connect({ port: Number(port), host: address }, () => socket.write(said));
    const tell = (why: string) => {
      resolve(`${why} ${Buffer.concat(heard).toString("latin1")}`.trim());
      socket.destroy();
    };
    socket.setTimeout(Number(patience), () => tell("open"));
    socket
      .on("data", (bytes) => {
        heard.push(Buffer.from(bytes));
        if (heard.at(0)?.toString("latin1").startsWith("served")) tell("heard");
      })
      .on("error", (error) => tell("code" in error ? String(error.code) : error.message))
      .on("end", () => tell("ended"));
  });
}

async function worker(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const result = await once();
    results.set(result, (results.get(result) ?? 0) + 1);
  }
}
await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, worker));
console.log(JSON.stringify(Object.fromEntries(results)));
