// Records what two processes on one PostgreSQL answer while they are killed and started again, for the models of model.mjs.
import { Random } from "./random.mjs";
import { Client } from "../support/client.mjs";
import { goodPassword } from "../support/people.mjs";
import { crashable } from "../support/paths.mjs";
import { pause } from "../support/nats.mjs";
import { Server, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

/** Failed passwords from one network, and wrong codes for one challenge, before both are refused: docs/limits.md. */
export const limit = 5;
/** How long another process may answer from memory (decision 1). */
export const grace = 1_000;
const workers = 6;
const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const config = `[server]\ntrusted_proxies = ["127.0.0.0/8", "::1/128"]\n[throttle]\nfirst_delay = "1h"\npair_failures = ${limit}\naccount_failures = 1000\nmails_per_address = 1000\nnetwork_failures = 100000\n`;

export class History {
  operations = [];
  kills = 0;
  #data = temporaryFolder();
  #people = 0;

  constructor({ url, seed, program = crashable }) {
    Object.assign(this, { url, seed, program });
  }

  /** Runs the workers and the killer for a time; the history is in `operations`. */
  async record(milliseconds) {
    this.processes = { A: undefined, B: undefined };
    for (const name of ["A", "B"]) await this.#start(name);
    const random = new Random(this.seed, 0);
    this.admin = await this.#made({ roles: ["admin"] }, random);
    const end = Date.now() + milliseconds;
    const isOver = () => this.fault || Date.now() > end;
    const work = Promise.all(Array.from({ length: workers }, (_, index) => this.#work(new Random(this.seed, index + 1), isOver)));
    try {
      while (!isOver()) {
        await pause(random.between(300, 1_500));
        await this.#restart(random.pick(["A", "B"]));
      }
      await work;
      if (this.fault) throw this.fault;
    } finally {
      await Promise.all(Object.values(this.processes).map((server) => server?.kill()));
    }
    return this;
  }

  async #start(name) {
    const server = new Server({ config, data: this.#data, args: ["--database", this.url], program: this.program });
    await server.started();
    server.calls = new Client(server.url, { secrets: server.secrets, connections: 64 });
    this.processes[name] = server;
  }

  async #restart(name) {
    const server = this.processes[name];
    this.processes[name] = undefined;
    await server.kill();
    server.calls.close();
    ++this.kills;
    if (/AddressSanitizer|runtime error:/.test(server.stderr)) throw new Error(server.stderr.slice(-3000));
    await this.#start(name);
  }

  async #work(random, isOver) {
    const scenarios = [confirmOnce, resetOnce, backupCodeOnce, stepOnce, revocation, revocation, wrongPasswords, wrongCodes];
    try {
      while (!isOver()) await random.pick(scenarios)(this, random);
    } catch (error) {
      this.fault ??= error; // the others end with their scenario
    }
  }

  /** A call to a process, recorded as an operation of a kind and key; the outcome is read off the answer. */
  async call(process, [kind, key], outcomes, ask) {
    const server = this.processes[process];
    if (!server) return undefined;
    const operation = { kind, key, process, begun: performance.now() };
    let answer;
    try {
      answer = await ask(server.calls);
    } catch (error) {
      if (error.name === "AssertionError") throw error;
      if (error.code === "ECONNREFUSED") return undefined; // it never was sent
    }
    operation.ended = performance.now();
    const code = answer?.body?.code ?? answer?.status;
    if (!answer || answer.status === 503) Object.assign(operation, { outcome: "unknown", ended: undefined });
    else operation.outcome = outcomes[code];
    if (operation.outcome === "none") return answer;
    if (!operation.outcome) throw new Error(`${kind} ${key}: ${answer.status} ${answer.text}`);
    this.operations.push(operation);
    return answer;
  }

  /** Asks whichever process lives until one answers as wanted: for what is no part of the history. */
  async insist(random, ask, wanted = (answer) => answer.status < 300) {
    for (let tries = 1; ; ++tries) {
      const server = this.processes[random.pick(["A", "B"])];
      const answer = server && (await ask(server.calls).catch((error) => void (error.name === "AssertionError" && Promise.reject(error))));
      if (answer && wanted(answer)) return answer;
      if (tries > 300 || this.fault) throw new Error(`in vain: ${answer?.status} ${answer?.text}`);
      await pause(30);
    }
  }

  /** A confirmed person with a session and a network of their own. */
  async made(random, more = {}) {
    return this.#made(more, random);
  }

  async #made(more, random) {
    for (;;) {
      const number = ++this.#people;
      const who = { email: `h${this.seed}.${number}@example.com`, password: goodPassword(), from: { "X-Forwarded-For": `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}` } };
      const { status, body } = await this.insist(random, (client) => client.post("/dev/users", { email: who.email, password: who.password, ...more }), () => true);
      if (status === 201) return { ...who, id: body.user.id, session: body.session };
    }
  }

  async mailed(random, email, template) {
    const { body } = await this.insist(random, (client) => client.get("/dev/mailbox", { query: { to: email } }), ({ body }) => body?.items?.some((mail) => mail.template === template));
    return body.items.find((mail) => mail.template === template).token;
  }
}

/** Several at once to both processes, killed or not, and one more each afterwards. */
async function scramble(history, random, subject, outcomes, ask, crowd) {
  const one = () => history.call(random.pick(["A", "B"]), subject, outcomes, ask);
  await Promise.all(Array.from({ length: crowd }, one));
  for (const process of ["A", "B"]) await history.call(process, subject, outcomes, ask);
}

async function confirmOnce(history, random) {
  const email = `c${history.seed}.${random.hex(10)}@example.com`;
  const headers = { "X-Forwarded-For": `11.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(0, 255)}` };
  await history.insist(random, (client) => client.post("/v1/sign-up", { email, password: goodPassword() }, { headers }));
  const token = await history.mailed(random, email, "verify_email");
  await scramble(history, random, ["token", `verify ${email}`], { 200: "taken", invalid_token: "refused" }, (client) => client.post("/v1/email/verify", { token }, { headers }), random.between(2, 5));
}

async function resetOnce(history, random) {
  const who = await history.made(random);
  await history.insist(random, (client) => client.post("/v1/password/forgot", { email: who.email }, { headers: who.from }));
  const token = await history.mailed(random, who.email, "reset_password");
  await scramble(history, random, ["token", `reset ${who.email}`], { 204: "taken", invalid_token: "refused" }, (client) => client.post("/v1/password/reset", { token, password: goodPassword() }, { headers: who.from }), random.between(2, 4));
}

/** A challenge of a sign-in, its password right. */
async function challenged(history, random, who) {
  const { body } = await history.insist(random, (client) => client.post("/v1/sign-in", { email: who.email, password: who.password }, { headers: who.from }));
  return body.challenge.id;
}
const prove = (challenge, method, code, headers) => (client) => client.post(`/v1/mfa/challenges/${challenge}/verify`, { method, code }, { headers });

/** One code shown to several challenges at once. */
async function codeOnce(history, random, method, code, who, name) {
  const challenges = await Promise.all([1, 2, 3].map(() => challenged(history, random, who)));
  const value = code();
  const subject = ["token", `${name} ${who.email}`];
  const outcomes = { 200: "taken", invalid_code: "refused", challenge_expired: "none" };
  await Promise.all(challenges.map((challenge) => history.call(random.pick(["A", "B"]), subject, outcomes, prove(challenge, method, value, who.from))));
}

async function backupCodeOnce(history, random) {
  const who = await history.made(random, { totp_secret: secret });
  const { body } = await history.insist(random, (client) => client.post("/v1/me/mfa/backup-codes", undefined, { headers: { Authorization: `Bearer ${who.session.token}`, ...who.from } }));
  await codeOnce(history, random, "backup_code", () => body.backup_codes[0], who, "backup code");
}

async function stepOnce(history, random) {
  const who = await history.made(random, { totp_secret: secret });
  await codeOnce(history, random, "totp", () => totp(secret), who, "step");
}

/** Two watchers, one at each process, before, while and after somebody ends the session. */
async function revocation(history, random) {
  const who = await history.made(random);
  const subject = ["session", who.session.id];
  const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}`, ...who.from } });
  const end = Date.now() + 1_800;
  const watch = async (process) => {
    while (Date.now() < end) {
      await history.call(process, subject, { 200: "alive", no_session: "dead" }, (client) => client.get("/v1/session", bearer(who.session.token)));
      await pause(15);
    }
  };
  const endings = [
    (client) => client.delete(`/v1/admin/sessions/${who.session.id}`, bearer(history.admin.session.token)),
    (client) => client.delete(`/v1/admin/users/${who.id}/sessions`, bearer(history.admin.session.token)),
    (client) => client.patch(`/v1/admin/users/${who.id}`, { status: "disabled", reason: "a test" }, bearer(history.admin.session.token)),
    (client) => client.post("/v1/sign-out", undefined, bearer(who.session.token)),
  ];
  const revoke = async () => {
    await pause(random.between(50, 400));
    await history.call(random.pick(["A", "B"]), subject, { 200: "revoked", 204: "revoked" }, random.pick(endings));
  };
  await Promise.all([watch("A"), watch("B"), revoke()]);
}

async function wrongPasswords(history, random) {
  const who = await history.made(random);
  const guess = (client) => client.post("/v1/sign-in", { email: who.email, password: "a wrong quiet harbour" }, { headers: who.from });
  await scramble(history, random, ["counter", `passwords ${who.email}`], { invalid_credentials: "counted", throttled: "refused" }, guess, 12);
}

async function wrongCodes(history, random) {
  const who = await history.made(random, { totp_secret: secret });
  const challenge = await challenged(history, random, who);
  const right = [-2, -1, 0, 1, 2].map((steps) => totp(secret, Date.now(), steps));
  const wrong = ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !right.includes(code));
  await scramble(history, random, ["counter", `codes ${who.email}`], { invalid_code: "counted", challenge_expired: "refused" }, prove(challenge, "totp", wrong, who.from), 9);
}
