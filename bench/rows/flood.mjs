// A flood of sign-ins, and what those notice of it who ask for something that takes microseconds.
import { interleave, median, pacedP99, wrk } from "../support/load.mjs";
import { makeUser, startServer } from "../support/server.mjs";

const users = 50;

export default async function flood({ folder, seconds, rounds, row }) {
  const server = await startServer({ data: folder() });
  try {
    for (let n = 0; n < users; n++) await makeUser(server.url, `bench${n}`);
    const { session } = await makeUser(server.url, "checker");
    const asked = (path) => pacedP99(`${server.url}${path}`, { seconds, headers: { Authorization: `Bearer ${session.token}` } });
    const flooded = async (path) => {
      const [signIns, p99] = await Promise.all([wrk(`${server.url}/`, { seconds, script: "bench/sign_in.lua", connections: 8, env: { BENCH_USERS: String(users) } }), asked(path)]);
      return { rate: signIns.rate, p99 };
    };
    for (const [name, path] of Object.entries({ "session checks": "/v1/session", "a database route": "/v1/me/sessions" })) {
      const found = await interleave(rounds, { quiet: () => asked(path), flooded: () => flooded(path) });
      const quiet = median(found.quiet);
      const p99 = median(found.flooded.map((each) => each.p99));
      const rate = median(found.flooded.map((each) => each.rate));
      row(`p99 of ${name}, us, beside ${Math.round(rate)} sign-ins/s`, Math.round(p99), `without them ${Math.round(quiet)}`, p99 / quiet, "<= 4");
    }
  } finally {
    await server.stop();
  }
}
