// The run behind `script/test --deploy`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import { connect } from "nats";
import { readStream, until } from "./nats.mjs";
import { openapiFile, root } from "./paths.mjs";
import { freshEmail, goodPassword, tally, times } from "./people.mjs";
import { freePort } from "./ports.mjs";
import { PostgresCluster, psql } from "./postgres.mjs";
import { Server, gatehouse, gatehouseBeside, temporaryFolder } from "./server.mjs";
import { MailSink } from "./smtp.mjs";

const folder = join(root, "deploy/docker");
const { parse } = createRequire(join(root, "packages/contracts/package.json"))("yaml");
const say = (text) => console.log(`    ok    ${text}`);

/** What the compose file must say for itself, and what compose says of it where it is installed. */
function readCompose() {
  const compose = parse(readFileSync(join(folder, "compose.yaml"), "utf8"), { merge: true });
  const { services } = compose;
  assert.deepEqual(Object.keys(services).sort(), ["gatehouse-1", "gatehouse-2", "keys", "nats", "nginx", "postgres"]);
  for (const [name, service] of Object.entries(services)) {
    assert.ok(service.image, `${name} has an image`);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(":")[0];
      if (source.startsWith("./")) assert.ok(readdirSync(folder).includes(source.slice(2)), `${name} mounts ${source}, which is there`);
      else assert.ok(source in compose.volumes, `${name} mounts ${source}, which is declared`);
    }
    for (const needed of Object.keys(service.depends_on ?? {})) assert.ok(needed in services, `${name} depends on ${needed}`);
    assert.doesNotMatch(JSON.stringify(service.environment ?? {}), /password":"[^$/]/i, "no password in the file");
  }
  for (const command of [["docker", "compose"], ["docker-compose"]]) {
    if (spawnSync(command[0], [...command.slice(1), "version"], { stdio: "ignore" }).status !== 0) continue;
    const env = { ...process.env, MAIL_FROM: "id@example.com", SMTP_URL: "smtps://mail.example.com" };
    const { status, stderr } = spawnSync(command[0], [...command.slice(1), "--file", join(folder, "compose.yaml"), "config"], { env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    say(`${command.join(" ")} config accepts the compose file`);
    break;
  }
  return services;
}

/** The environment of a replica out of the compose file, led to this machine's ports. */
function environmentOf(services, { keys, places, smtp }) {
  const given = { MAIL_FROM: "Gatehouse <id@example.com>", SMTP_URL: smtp, PUBLIC_URL: `https://localhost:${places.nginx}` };
  const filled = (value) => String(value).replace(/\$\{(\w+)(?::[-?][^}]*)?\}/g, (_, name) => given[name]).replaceAll("/keys/", `${keys}/`);
  return Object.fromEntries(Object.entries(services["gatehouse-1"].environment).map(([name, value]) => [name, filled(value)]));
}

function call(port, ca, method, path, { json, token } = {}) {
  return new Promise((resolve, reject) => {
    const body = json && JSON.stringify(json);
    const headers = { ...(body && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }), ...(token && { Authorization: `Bearer ${token}` }) };
    const request = https.request({ host: "localhost", port, ca, method, path, headers, agent: false, timeout: 20_000 }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text, body: /json/.test(response.headers["content-type"]) && text ? JSON.parse(text) : undefined }));
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.end(body);
  });
}

export async function run() {
  assert.ok(openapiFile);
  const services = readCompose();
  say("the compose file names what is there");

  const keys = join(temporaryFolder(), "keys");
  const places = { postgres: await freePort(), nats: await freePort(), nginx: await freePort(), one: await freePort(), two: await freePort(), opsOne: await freePort(), opsTwo: await freePort() };
  const makeKeys = () => spawnSync(join(folder, "make-keys"), [keys], { encoding: "utf8", env: { ...process.env, POSTGRES_AT: `localhost:${places.postgres}`, NATS_AT: `localhost:${places.nats}`, POSTGRES_UID: spawnSync("id", ["-u", "postgres"], { encoding: "utf8" }).stdout.trim() } });
  assert.equal(makeKeys().status, 0);
  const kek = readFileSync(join(keys, "kek"), "utf8");
  assert.equal(makeKeys().status, 0, "a second run");
  assert.equal(readFileSync(join(keys, "kek"), "utf8"), kek, "a second run changes nothing");
  say("make-keys makes certificates and secrets, once");
  const ca = readFileSync(join(keys, "ca.pem"));
  spawnSync("chmod", ["a+rx", join(keys, "..")]);

  const tls = services.postgres.command.filter((word) => word.startsWith("ssl")).map((word) => {
    const [name, value] = word.split("=");
    return `${name} = '${value.replace("/keys/", `${keys}/`)}'`;
  });
  const cluster = await PostgresCluster.start({ port: places.postgres, settings: [...tls, "password_encryption = 'scram-sha-256'"] });
  const password = readFileSync(join(keys, "postgres.password"), "utf8");
  cluster.sql(`CREATE ROLE gatehouse LOGIN PASSWORD '${password}'`);
  cluster.sql("CREATE DATABASE gatehouse OWNER gatehouse");
  cluster.requirePasswords();

  const children = [];
  const start = (program, args, env = {}) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    child.said = "";
    child.stderr.on("data", (chunk) => (child.said += chunk));
    child.ended = new Promise((resolve) => child.on("close", resolve));
    children.push(child);
    return child;
  };
  const replicas = [];
  let mail;
  try {
    const jetstream = join(temporaryFolder(), "jetstream");
    const natsPassword = readFileSync(join(keys, "nats.password"), "utf8");
    start("nats-server", ["--config", join(folder, "nats.conf"), "--addr", "127.0.0.1", "--port", String(places.nats)], { NATS_PASSWORD: natsPassword, NATS_DATA: jetstream, NATS_CERT: join(keys, "nats.pem"), NATS_KEY: join(keys, "nats.key") });
    const broker = () => connect({ servers: `tls://localhost:${places.nats}`, user: "gatehouse", pass: natsPassword, tls: { caFile: join(keys, "ca.pem") }, reconnect: false, timeout: 1000 });
    const link = await until(() => broker().catch(() => undefined), "NATS with TLS and its user");
    say("NATS runs with the given file, by TLS, for its user alone");

    mail = await MailSink.start();
    const environment = environmentOf(services, { keys, places, smtp: mail.url });
    const data = join(temporaryFolder(), "data");
    mkdirSync(data, { mode: 0o700 });
    const join_ = (port, ops) =>
      new Server({ production: true, data, listen: `127.0.0.1:${port}`, env: { ...environment, GATEHOUSE_SERVER__TRUSTED_PROXIES: "127.0.0.1", GATEHOUSE_SERVER__OPS_LISTEN: `127.0.0.1:${ops}` } }).started();
    replicas.push(...(await Promise.all([join_(places.one, places.opsOne), join_(places.two, places.opsTwo)])));
    say("two replicas start together on an empty database, in production, by verify-full");
    const connections = psql(cluster.url, "SELECT count(*) AS n FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'gatehouse' AND NOT ssl")[0].n;
    assert.equal(connections, 0, "every connection to PostgreSQL has TLS");

    const conf = readFileSync(join(folder, "nginx.conf"), "utf8")
      .replace("gatehouse-1:8080", `127.0.0.1:${places.one}`)
      .replace("gatehouse-2:8080", `127.0.0.1:${places.two}`)
      .replace("listen 8443", `listen 127.0.0.1:${places.nginx}`)
      .replaceAll("/keys/", `${keys}/`)
      .replaceAll("/tmp/nginx", join(temporaryFolder(), "nginx"));
    const file = join(temporaryFolder(), "nginx.conf");
    writeFileSync(file, conf);
    const tested = spawnSync("nginx", ["-t", "-c", file], { encoding: "utf8" });
    assert.equal(tested.status, 0, tested.stderr);
    say("nginx -t accepts nginx.conf");
    start("nginx", ["-c", file, "-g", "daemon off;"]);
    const through = (method, path, options) => call(places.nginx, ca, method, path, options);
    await until(async () => (await through("GET", "/healthz").catch(() => ({}))).status === 200, "nginx");

    const email = freshEmail();
    const secret = goodPassword();
    assert.equal((await through("POST", "/v1/sign-up", { json: { email, password: secret } })).status, 202);
    const [, token] = (await mail.textTo(email)).match(/#token=(gthv_[A-Za-z0-9_-]+)/);
    assert.equal((await through("POST", "/v1/email/verify", { json: { token } })).status, 200);
    const signedIn = await through("POST", "/v1/sign-in", { json: { email, password: secret } });
    assert.equal(signedIn.status, 200, signedIn.text);
    assert.match(signedIn.headers["strict-transport-security"], /max-age/);
    const session = signedIn.body.session.token;
    assert.deepEqual(tally(await times(20, () => through("GET", "/v1/session", { token: session }))), { 200: 20 });
    say("a person signs up, confirms by mail, signs in and is known on both replicas, through nginx");

    const admin = gatehouse(["user", "create", "--email", "admin@example.com", "--role", "admin", "--verified", "--password-stdin", "--data", data], { input: `${goodPassword()}\n`, env: environment });
    assert.equal(admin.status, 0, admin.stderr);
    // Beside this process, which is the mail server that it asks.
    const doctor = await gatehouseBeside(["doctor", "--data", data], { env: environment });
    assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
    say("the command line makes the first administrator, and doctor finds everything in order");

    const reader = { jetstream: link.jetstream(), manager: await link.jetstreamManager() };
    const events = await until(async () => {
      const found = await readStream(reader, "IDENTITY").catch(() => []);
      return found.some(({ subject }) => subject === "identity.user.signed_in") && found;
    }, "the events of the sign-in");
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length, "each once, though both replicas relay");
    say("its events are in NATS, each once");

    // One replica goes, in good order and then by force: nobody is turned away.
    const seen = [];
    let running = true;
    const load = times(4, async () => {
      while (running) seen.push(await through("GET", "/v1/session", { token: session }).catch((error) => ({ status: error.message })));
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await replicas[0].stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    replicas[0] = await join_(places.one, places.opsOne);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    running = false;
    await load;
    assert.deepEqual(Object.keys(tally(seen)), ["200"], JSON.stringify(tally(seen)));
    await replicas[0].kill();
    assert.deepEqual(tally(await times(40, () => through("GET", "/v1/session", { token: session }))), { 200: 40 });
    replicas.shift();
    say("a replica that leaves, comes back, or is killed turns nobody away");
    assert.equal((await through("DELETE", "/v1/session", { token: session })).status, 204);
    assert.equal((await through("GET", "/v1/session", { token: session })).status, 401);
    await link.close();
  } finally {
    for (const server of replicas) await server.stop();
    await mail?.stop();
    for (const child of children.reverse()) {
      child.kill("SIGTERM");
      await child.ended;
    }
    cluster.remove();
  }
  console.log("the topology of the compose file works");
  process.exit(0);
}
