// The session check and the cheapest answer, beside nginx.
import { startNginx } from "../support/nginx.mjs";
import { interleave, median, wrk } from "../support/load.mjs";
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
    const rate = (name) => median(found[name].map((r) => r.rate));
    const p99 = (name) => median(found[name].map((r) => r.p99));
    row("session check, requests/s", Math.round(rate("session")), `nginx ${Math.round(rate("nginx"))}`, rate("session") / rate("nginx"), ">= 0.75");
    row("session check, p99 us", Math.round(p99("session")), `nginx ${Math.round(p99("nginx"))}`, p99("session") / p99("nginx"), "<= 2");
    row("healthz, requests/s", Math.round(rate("healthz")), `nginx ${Math.round(rate("nginx"))}`, rate("healthz") / rate("nginx"));
  } finally {
    await server.stop();
    await nginx.stop();
  }
}
