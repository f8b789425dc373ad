// Several workers beside a server that has none, on one PostgreSQL: each mail goes out once, events keep their order, one
// relay leads, and when it is killed another takes over.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { SMTPServer } from "smtp-server";
import { drained } from "../support/events.mjs";
import { Nats, freePort, until } from "../support/nats.mjs";
import { metrics, readiness } from "../support/ops.mjs";
import { freshEmail, goodPassword, person, times } from "../support/people.mjs";
import { PostgresCluster, createDatabase } from "../support/postgres.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { Worker } from "../support/workers.mjs";

const kPublished = 'gatehouse_events_published_total{outcome="acknowledged"}';

/** An SMTP server that takes its time, so that claims of several workers overlap. */
async function sink() {
  const taken = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      stream.on("end", () => setTimeout(() => (taken.push({ to: session.envelope.rcptTo[0].address, text }), done()), 50));
    },
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { taken, port: server.server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
}

async function published(workers) {
  return Promise.all(workers.map(async ({ ops }) => (await metrics(ops)).get(kPublished)));
}

test("three workers share the work and one's death stops none of it", async (t) => {
  const cluster = await PostgresCluster.start();
  const database = createDatabase(cluster.url, "workers");
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  const mail = await sink();
  const ops = `localhost:${await freePort()}`;
  const config = `[server]\nops_listen = "${ops}"\n[events]\nbus = "nats"\nnats_url = "${nats.url}"\n[mail]\nprovider = "smtp"\nfrom = "Gatehouse <id@example.com>"\nsmtp_url = "smtp://127.0.0.1:${mail.port}"\n`;
  const data = temporaryFolder();
  const server = await startServer({ config, data, args: ["--database", database, "--no-workers"] });
  const file = `${temporaryFolder()}/gatehouse.toml`;
  writeFileSync(file, config, { mode: 0o600 });
  const where = ["--dev", "--data", data, "--database", database, "--config", file];
  const made = gatehouse(["service", "create", "reader", ...where, "--permission", "identity.events.read"]);
  assert.equal(made.status, 0, made.stderr);
  const key = made.stdout.trim();
  server.secrets.add(key);
  const workers = await times(3, () => Worker.start(where));
  t.after(() => Promise.all([server.kill(), ...workers.map((each) => each.kill()), broker.close(), mail.close()]).then(() => Promise.all([nats.kill(), cluster.remove()])));

  const addresses = Array.from({ length: 40 }, () => freshEmail());
  for (const { status } of await Promise.all(addresses.map((email) => server.client.post("/v1/sign-up", { email, password: goodPassword() })))) assert.equal(status, 202);
  const people = await times(4, () => person(server));
  const busy = async (rounds) => {
    for (let round = 0; round < rounds; ++round)
      for (const { status } of await Promise.all(people.map(({ client }) => client.patch("/v1/me", { name: `Name ${round}` })))) assert.equal(status, 200);
  };
  await busy(20);
  await drained(server, key, broker);
  const before = await published(workers);
  assert.equal(before.filter((count) => count > 0).length, 1, `one relay leads: ${before}`);

  await until(() => mail.taken.length >= addresses.length, "all mails");
  await until(async () => (await metrics(workers[0].ops)).get("gatehouse_mails_waiting") === 0, "no mail to wait");
  const copies = addresses.map((email) => mail.taken.filter(({ to }) => to === email).length);
  assert.deepEqual(copies, addresses.map(() => 1), "each mail once");

  const leader = workers[before.findIndex((count) => count > 0)];
  const died = Date.now();
  await Promise.all([leader.kill(), busy(10)]);
  const left = workers.filter((each) => each !== leader);
  await until(async () => (await published(left)).some((count) => count > 0), "another relay to lead");
  assert.ok(Date.now() - died < 20_000, "within the ten seconds of the lease, and what a busy machine adds");
  await busy(10);
  await drained(server, key, broker);

  const second = left[(await published(left)).findIndex((count) => count > 0)];
  const stopped = Date.now();
  await second.stop();
  const [last] = left.filter((each) => each !== second);
  await busy(1);
  await until(async () => (await metrics(last.ops)).get(kPublished) > 0, "the last relay to lead");
  assert.ok(Date.now() - stopped < 5_000, "a lease that was given back is not waited for");
  await drained(server, key, broker);

  assert.equal((await readiness(ops)).word, "ready", "the server without workers knows that all is well");
  assert.equal((await readiness(last.ops)).word, "ready");

  await last.stop();
  await busy(1);
  await until(async () => (await readiness(ops)).dependencies.broker.status === "degraded", "the server to tell that nobody publishes", 60_000);
  await server.stop();
});
