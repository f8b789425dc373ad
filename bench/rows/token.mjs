// Fresh JWTs over HTTP, beside session checks.
import { interleave, median, wrk } from "../support/load.mjs";
import { makeUser, startServer } from "../support/server.mjs";

export default async function token({ folder, seconds, rounds, row }) {
  const server = await startServer({ data: folder() });
  try {
    const { session } = await makeUser(server.url, "minter");
    const headers = [`Authorization: Bearer ${session.token}`];
    const found = await interleave(rounds, {
      session: () => wrk(`${server.url}/v1/session`, { seconds, headers }),
      token: () => wrk(`${server.url}/v1/token`, { seconds, headers, script: "bench/post.lua" }),
    });
    const rate = (name) => median(found[name].map((r) => r.rate));
    row("JWTs/s", Math.round(rate("token")), `session ${Math.round(rate("session"))}`, rate("token") / rate("session"), ">= 0.3");
  } finally {
    await server.stop();
  }
}
