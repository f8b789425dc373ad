// The session check and the cheapest answer, beside nginx.
import { startNginx } from "../support/nginx.mjs";
import { interleave, median, ratioOf, wrk } from "../support/load.mjs";
import { makeUser, startServer } from "../support/server.mjs";

export default async function edge({ folder, seconds, rounds, row }) {
  const nginx = await startNginx(folder());
  const server = await startServer({ data: folder() });
  try {
    const { session } = await makeUser(server.url, "checker");
    const found = await interleave(rounds, {
      nginx: () => wrk(nginx.url, { seconds }),
      session: () => wrk(`${server.url}/v1/session`, { seconds, headers: [`Authorization: Bearer ${session.token}`] }),
      healthz: () => wrk(`${server.url}/healthz`, { seconds }),
    });
    const report = (what, name, figure, ...bar) => {
      const [ours, nginx] = [name, "nginx"].map((each) => found[each].map((run) => run[figure]));
      row(what, Math.round(median(ours)), `nginx ${Math.round(median(nginx))}`, ratioOf(ours, nginx), ...bar);
    };
    report("session check, requests/s", "session", "rate", ">= 0.75");
    report("session check, p99 us", "session", "p99", "<= 2");
    report("healthz, requests/s", "healthz", "rate");
  } finally {
    await server.stop();
    await nginx.stop();
  }
}
