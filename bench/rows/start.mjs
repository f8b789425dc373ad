// From exec to the first 200 on an existing database, and the size of the binary.
import { statSync } from "node:fs";
import { get } from "node:http";
import { median } from "../support/load.mjs";
import { binary, makeUser, startServer } from "../support/server.mjs";

const status = (url) => new Promise((resolve, reject) => get(url, (answer) => (answer.resume(), resolve(answer.statusCode))).on("error", reject));

export default async function start({ folder, row }) {
  const data = folder();
  const first = await startServer({ data });
  for (let n = 0; n < 20; n++) await makeUser(first.url, `early${n}`);
  await first.stop();
  const times = [];
  for (let i = 0; i < 11; i++) {
    const begin = performance.now();
    const server = await startServer({ data });
    const answer = await status(`${server.url}/readyz`);
    times.push(performance.now() - begin);
    await server.stop();
    if (answer !== 200) throw new Error(`/readyz answered ${answer}`);
  }
  row("exec to first 200, ms", median(times).toFixed(1), "100", median(times) / 100, "<= 1");
  const size = statSync(binary).size / 1024 / 1024;
  row("release binary, MiB", size.toFixed(1), "20", size / 20, "<= 1");
}
