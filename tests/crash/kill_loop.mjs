// The kill loop (R1): clients write, the server dies by SIGKILL at a random moment or at a named point, it is started again,
// and the judge looks at what is left. A round is one death. Every `roundsOfAnEra` rounds a fresh store begins, so that
// first starts and migrations die too.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Caller, Died } from "./calls.mjs";
import { possibleActs } from "./acts.mjs";
import { Mails } from "./mails.mjs";
import { judgeAnswers, judgeCalls, judgeLedgers, judgePeople } from "./judge.mjs";
import { Person } from "./person.mjs";
import { Random } from "./random.mjs";
import { freshStore } from "./store.mjs";
import { pause, until } from "../support/nats.mjs";
import { goodPassword } from "../support/people.mjs";
import { crashable } from "../support/paths.mjs";
import { Server, temporaryFolder } from "../support/server.mjs";

const clients = 8;
const roundsOfAnEra = 25;
const roundsBetweenMails = 5;
const readyWithin = 15_000; // a build with sanitizers, on a machine that may be loaded
const mostLoad = 15_000;
/** Where a round's death may be, and how many passings it is put off at most. */
export const points = { "before-commit": 60, "after-commit": 60, "before-reply": 60, "while-sealing": 60, "after-mail": 12, "while-migrating": 3 };

// Trusted as a proxy, a caller may name its requests and say where they come from.
const config = `[server]\ntrusted_proxies = ["127.0.0.0/8", "::1/128"]\n[roles.seller]\npermissions = ["shop.sell"]\n[throttle]\nmails_per_address = 1000\nsign_ups_per_network = 100000\nnetwork_failures = 100000\n`;

export class KillLoop {
  report = { rounds: 0, deaths: {}, calls: 0, answered: 0, open: 0, happenedUnanswered: 0, slowestStart: 0 };
  #server;

  /** `death` fixes how every round ends, and `afterDeath` gets the store in between: for the judge's own tests. */
  constructor({ store: kind, cluster, seed, program = crashable, note = () => {}, death, afterDeath = () => {} }) {
    Object.assign(this, { kind, cluster, seed, program, note, death, afterDeath });
  }

  /** Runs until `enough()` says so after a round; fails at the first finding, with all of that round. */
  async run(enough) {
    this.mails = await Mails.start();
    this.config = join(temporaryFolder(), "gatehouse.toml");
    writeFileSync(this.config, config + this.mails.config, { mode: 0o600 });
    try {
      for (let round = 1; !enough(round - 1); ++round) {
        const findings = await this.#round(round);
        this.report.rounds = round;
        if (findings.length > 0) throw new Error(`${this.kind}, seed ${this.seed}, round ${round}:\n  ${findings.slice(0, 40).join("\n  ")}`);
      }
    } finally {
      await this.#end();
      await this.mails.stop();
    }
    return this.report;
  }

  async #round(round) {
    const random = new Random(this.seed, round);
    const freshEra = (round - 1) % roundsOfAnEra === 0;
    const death = this.death ?? this.#chooseDeath(random, freshEra);
    if (freshEra) await this.#beginEra();
    if (death.point || !this.#server) await this.#start(death.point && { GATEHOUSE_FAILPOINT: `${death.point}:${death.count}` });
    const callers = Array.from({ length: clients }, (_, index) => new Caller({ round, index, random: new Random(this.seed, round, index + 1), mails: this.mails }));
    const load = this.#server && Promise.all(callers.map((caller) => this.#live(caller)));
    const how = load ? await this.#awaitDeath(death, callers) : `${death.point} at start`;
    await load;
    const crashed = this.#server?.stderr ?? "";
    await this.#end();
    this.afterDeath(this.store);
    const findings = callers.flatMap(({ violations }) => violations);
    if (/AddressSanitizer|runtime error:/.test(crashed)) findings.push(crashed.slice(-3000));
    await this.#start();
    findings.push(...(await this.#judge(round, callers)));
    this.report.deaths[how] = (this.report.deaths[how] ?? 0) + 1;
    this.note(`round ${round}: ${how}; ${callers.reduce((sum, { log }) => sum + log.length, 0)} calls`);
    return findings;
  }

  #chooseDeath(random, freshEra) {
    const count = (point) => random.between(1, points[point]);
    if (freshEra && random.chance(0.5)) return { point: "while-migrating", count: count("while-migrating") };
    // Counted in calls, so that a slow machine sees as much happen; the moment within a call is the machine's.
    if (random.chance(0.5)) return { calls: random.between(1, 160), and: random.between(0, 40) };
    const point = random.pick(Object.keys(points).filter((each) => each !== "while-migrating"));
    return { point, count: count(point) };
  }

  async #end() {
    this.#server?.client?.close();
    await this.#server?.kill();
    this.#server = undefined;
  }

  async #beginEra() {
    await this.#end();
    this.store = freshStore(this.kind, this.cluster);
    this.people = Array.from({ length: clients }, () => []);
    this.admin = undefined;
    this.mails.forget();
  }

  /** Starts a server and waits until it is ready; leaves none where an armed one died on the way. */
  async #start(env = {}) {
    await this.#end();
    const begun = performance.now();
    const server = new Server({ data: this.store.data, args: ["--config", this.config, ...this.store.args], env, program: this.program });
    const ended = server.ended();
    try {
      await server.started();
    } catch (error) {
      if ((await ended) === "SIGKILL" && env.GATEHOUSE_FAILPOINT) return;
      throw error;
    }
    this.#server = server;
    if (env.GATEHOUSE_FAILPOINT) return;
    const { status } = await server.client.get("/readyz");
    const taken = performance.now() - begun;
    if (status !== 200 || taken > readyWithin) throw new Error(`${this.kind}: ready after ${taken} ms with ${status}`);
    this.report.slowestStart = Math.max(this.report.slowestStart, Math.round(taken));
  }

  /** One client: one act after another on its own people, until the server dies. */
  async #live(caller) {
    const mine = this.people[caller.index];
    const { random } = caller;
    caller.use(this.#server);
    try {
      for (;;) {
        if (mine.length < 2 || (mine.length < 10 && random.chance(0.12))) mine.push(new Person(`p${this.seed}.${caller.round}.${caller.index}.${mine.length}@example.com`, goodPassword()));
        const person = random.pick(mine);
        const acts = possibleActs(person).filter((act) => this.admin || act.length < 3);
        person.touched = caller.round;
        caller.ip = person.ip;
        await random.pick(acts)(caller, person, this.admin);
      }
    } catch (error) {
      if (!(error instanceof Died)) caller.violations.push(error.stack);
    }
    caller.done();
  }

  /** Waits for the round's death, or brings it about; says how it came. */
  async #awaitDeath(death, callers) {
    let over = false;
    const ended = this.#server.ended().then(() => (over = true));
    const end = Date.now() + mostLoad;
    const calls = () => callers.reduce((sum, { log }) => sum + log.length, 0);
    while (!over && Date.now() < end && !(calls() >= death.calls)) await Promise.race([ended, pause(5)]);
    if (!over && death.calls) await pause(death.and);
    const by = over ? death.point : death.point ? `${death.point} not reached` : "at random";
    await this.#server.kill();
    return by;
  }

  async #judge(round, callers) {
    const { client } = this.#server;
    const calls = callers.flatMap(({ log }) => log);
    this.report.calls += calls.length;
    this.report.answered += calls.filter(({ status }) => status).length;
    this.report.open += calls.filter(({ status }) => !status).length;
    const findings = judgeCalls(this.store, round, calls);
    this.report.happenedUnanswered += calls.filter(({ status, applied }) => !status && applied).length;
    const touched = this.people.flat().filter((person) => person.touched === round);
    const lastOfEra = round % roundsOfAnEra === 0;
    findings.push(...judgePeople(this.store, lastOfEra ? this.people.flat() : touched));
    findings.push(...(await judgeLedgers(this.store, this.program)));
    findings.push(...(await judgeAnswers(client, touched)));
    if (!this.admin && findings.length === 0) await this.#makeAdmin(client);
    if (round % roundsBetweenMails === 0) findings.push(...(await this.#judgeMails(client)));
    return findings;
  }

  /** Once the dead senders' claims have lapsed, every mail goes out. The server's clock has moved then, so it is done with. */
  async #judgeMails(client) {
    await client.post("/dev/clock", { advance: "3m" });
    const unsent = () => this.store.rows("SELECT template_name, state, attempts FROM mail_messages WHERE state <> 'sent'");
    await until(() => unsent().length === 0, "all mails to be sent", 20_000).catch(() => {});
    const left = unsent().map(({ template_name: name, state, attempts }) => `a mail ${name} is ${state} after ${attempts} attempts`);
    const came = this.mails.ids();
    for (const { id } of this.store.rows("SELECT id FROM mail_messages")) if (!came.has(id)) left.push(`the mail ${id} is lost`);
    await this.#end();
    return left;
  }

  async #makeAdmin(client) {
    const { status, body, text } = await client.post("/dev/users", { email: "admin@example.com", password: goodPassword(), roles: ["admin"] });
    if (status !== 201) throw new Error(text);
    this.admin = { token: body.session.token };
  }
}
