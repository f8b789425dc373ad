// Fresh JWTs over HTTP, beside session checks.
import { interleave, median, ratioOf, wrk } from "../support/load.mjs";
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
    const [tokens, checks] = ["token", "session"].map((name) => found[name].map((each) => each.rate));
    row("JWTs/s", Math.round(median(tokens)), `session ${Math.round(median(checks))}`, ratioOf(tokens, checks), ">= 0.3");
  } finally {
    await server.stop();
  }
}
