// Events: how fast the relay drains a backlog, how soon an event is out, and what an absent broker costs the API.
import { setTimeout as sleep } from "node:timers/promises";
import { Broker, checkOrder } from "../support/broker.mjs";
import { collectGarbage, interleave, quantile, wrk } from "../support/load.mjs";
import { startPostgres } from "../support/postgres.mjs";
import { makeUser, startServer } from "../support/server.mjs";

const kPeople = 60;
const kBacklog = 50_000;
const kRate = 200; // changes a second while the API is looked at
const kLagWindows = 5; // of which every event counts
const kWindows = 8; // of each, taking turns; the quieter ones are compared, since one stall of the disk decides a p99

const people = (url) => Promise.all(Array.from({ length: kPeople }, (_, i) => makeUser(url, `busy${i}`).then(({ session }) => session.token)));

async function gauge(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)[1]);
}

/** The 99th percentile in milliseconds of changes of name, so many a second for so long: open loop, so that waiting shows. */
async function steady(url, tokens, rate, seconds) {
  const times = [];
  collectGarbage();
  const began = performance.now();
  const answers = [];
  for (let i = 0; i < rate * seconds; i++) {
    const due = began + (i * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    const headers = { "content-type": "application/json", authorization: `Bearer ${tokens[i % tokens.length]}` };
    answers.push(
      fetch(`${url}/v1/me`, { method: "PATCH", headers, body: `{"name":"Name ${i}"}` }).then(async (answer) => {
        await answer.text();
        if (!answer.ok) throw new Error(`PATCH /v1/me answered ${answer.status}`);
        times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(answers);
  return quantile(times, 0.99);
}

async function grow(server, tokens, events) {
  for (let waiting = 0; waiting < events; waiting = await gauge(server.url, "gatehouse_events_waiting")) {
    await wrk(`${server.url}/v1/me`, { seconds: 2, script: "bench/patch.lua", env: { BENCH_TOKENS: tokens.join() }, allowErrors: true });
    await sleep(1_100);
  }
}

/** Events a second from the first to the last of a backlog, as the broker stored them. */
async function drain(broker, server) {
  while ((await gauge(server.url, "gatehouse_events_waiting")) > 0) await sleep(300);
  const messages = await broker.read();
  checkOrder(messages);
  return { rate: (messages.length / (messages.at(-1).stored - messages[0].stored)) * 1000, messages };
}

/** A server with a broker of its own, which is away until it is started. */
async function make({ folder, database }) {
  const broker = await Broker.make(folder());
  const env = { GATEHOUSE_EVENTS__BUS: "nats", GATEHOUSE_EVENTS__NATS_URL: broker.url, GATEHOUSE_EVENTS__CONSUME: "false" };
  const server = await startServer({ data: folder(), database, env });
  return { broker, server, tokens: await people(server.url) };
}

async function measure(name, { folder, seconds, row, option, database = () => undefined, settle = () => {} }) {
  const backlog = Number(option("backlog", kBacklog));
  const up = await make({ folder, database: database("up") });
  let away;
  try {
    await grow(up.server, up.tokens, backlog);
    await up.broker.start();
    const { rate, messages } = await drain(up.broker, up.server);
    row(`${name}: events/s from a backlog of ${messages.length}`, Math.round(rate), "10000", rate / 10_000, ">= 1");

    settle(["up"]); // the burst's own wake is not what is asked for
    const lags = [];
    for (let seen = messages.length, i = 0; i < kLagWindows; i++) {
      await steady(up.server.url, up.tokens, 250, seconds);
      await drain(up.broker, up.server);
      const fresh = (await up.broker.read()).slice(seen);
      seen += fresh.length;
      lags.push(...fresh.map(({ stored, event }) => stored - Date.parse(event.time)));
    }
    const lag = quantile(lags, 0.99);
    row(`${name}: event to stored, p99 ms at 500/s`, lag.toFixed(1), "50", lag / 50, "<= 1");

    away = await make({ folder, database: database("away") });
    await away.broker.start();
    await drain(away.broker, away.server);
    await away.broker.stop();
    const gone = performance.now();
    await grow(away.server, away.tokens, backlog);
    settle(["up", "away"]);
    const looked = ({ server, tokens }) => steady(server.url, tokens, kRate, seconds);
    const found = await interleave(kWindows, { up: () => looked(up), away: () => looked(away) });
    const [present, absent] = [quantile(found.up, 0.25), quantile(found.away, 0.25)];
    await sleep(Math.max(0, 30_000 - (performance.now() - gone)));
    await away.broker.start();
    const draining = await looked(away);
    await drain(away.broker, away.server);
    row(`${name}: API p99 ms, broker away 30 s`, absent.toFixed(2), `up ${present.toFixed(2)}`, absent / present, "<= 1.3");
    row(`${name}: API p99 ms, backlog draining`, draining.toFixed(2), `up ${present.toFixed(2)}`, draining / present);
  } finally {
    for (const { server, broker } of away ? [up, away] : [up]) {
      await server.stop();
      if (broker.link) await broker.stop();
    }
  }
}

export default async function events(tools) {
  await measure("SQLite", tools);
  const postgres = await startPostgres(tools.folder());
  try {
    await measure("PostgreSQL", {
      ...tools,
      database: (which) => postgres.create(which),
      settle: (databases) => databases.forEach((which) => postgres.sql(which, "VACUUM ANALYZE; CHECKPOINT")),
    });
  } finally {
    postgres.stop();
  }
}
