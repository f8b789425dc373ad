// Kill points around the broker (the Proof of events): the server dies before and after commits, between publishing and the
// acknowledgement, between that and the mark, and between a consumed event's effect and its acknowledgement. A witness
// at the stream must miss nothing, see nothing out of its user's order, and, remembering ids, carry out nothing twice.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "./random.mjs";
import { freshStore } from "./store.mjs";
import { Witness } from "./witness.mjs";
import { Nats, freePort, pause, readStream, until } from "../support/nats.mjs";
import { crashable } from "../support/paths.mjs";
import { goodPassword } from "../support/people.mjs";
import { Server, temporaryFolder } from "../support/server.mjs";

const topic = "accounts.user.role_required";
/** What Gatehouse calls its own consumer (nats_source.hpp). */
const durable = "gatehouse-role-required";
const namers = 4;
const roundsBetweenChecks = 10;
const mostLoad = 3_000;
const second = 1_000_000_000;
/** Where a round's death may be, and how many passings it is put off at most. */
export const points = { "before-commit": 80, "after-commit": 80, "after-publish": 12, "after-acknowledgement": 12, "after-effect": 4, "after-dead-letter": 2 };

export class EventLoop {
  report = { rounds: 0, deaths: {}, events: 0, duplicates: 0, roles: 0, deadLetters: 0, answeredRenames: 0 };
  #roles = new Map(); // event id → the user that it concerns
  #poison = [];
  #starts = 0;

  constructor({ store: kind, cluster, seed, program = crashable, note = () => {} }) {
    Object.assign(this, { kind, seed, program, note, store: freshStore(kind, cluster) });
  }

  async run(enough) {
    await this.#prepare();
    try {
      for (let round = 1; !enough(round - 1); ++round) {
        await this.#round(round);
        this.report.rounds = round;
        if (round % roundsBetweenChecks === 0) await this.#check(round);
      }
      await this.#check(this.report.rounds + 1);
    } finally {
      await this.server?.kill();
      await this.witness.end();
      await this.broker.close();
      await this.nats.kill();
    }
    return this.report;
  }

  async #prepare() {
    this.nats = await (await Nats.onFreePort()).start();
    this.broker = await this.nats.connection();
    const { manager } = this.broker;
    // A memory for ids of a tenth of a second, so that a second publishing is seen as the duplicate that it is; and a
    // redelivery within a second.
    await manager.streams.add({ name: "IDENTITY", subjects: ["identity.>"], duplicate_window: second / 10 });
    await manager.streams.add({ name: "ACCOUNTS", subjects: ["accounts.>"] });
    await manager.consumers.add("ACCOUNTS", { durable_name: durable, filter_subject: topic, ack_policy: "explicit", ack_wait: second, max_ack_pending: 1_000 });
    this.witness = await Witness.begin(this.broker);
    this.config = join(temporaryFolder(), "gatehouse.toml");
    writeFileSync(this.config, `[events]\nbus = "nats"\nnats_url = "${this.nats.url}"\n[roles.seller]\npermissions = ["shop.sell"]\n`, { mode: 0o600 });
    this.listen = `localhost:${await freePort()}`; // part of each event's source
    await this.#start();
    this.people = [];
    for (let i = 0; i < namers; ++i) this.people.push({ ...(await this.#newPerson()), answered: 0, open: 0 });
  }

  /** Starts a server at a time when the dead leader's lease has run out. None is left where it died meanwhile. */
  async #start(env = {}) {
    await this.server?.kill();
    this.server = undefined;
    const server = new Server({ data: this.store.data, args: ["--config", this.config, ...this.store.args], env, listen: this.listen, program: this.program });
    try {
      await server.started();
      await server.client.post("/dev/clock", { advance: `${15 * ++this.#starts}s` });
      this.server = server;
    } catch (error) {
      const how = await Promise.race([server.ended(), pause(5_000)]);
      if (how !== "SIGKILL" || !env.GATEHOUSE_FAILPOINT) throw error;
    }
  }

  async #newPerson() {
    const { status, text, body } = await this.server.client.post("/dev/users", { email: `e${this.seed}.${randomUUID()}@example.com`, password: goodPassword() });
    if (status !== 201) throw new Error(text);
    return { id: body.user.id, token: body.session.token };
  }

  async #round(round) {
    const random = new Random(this.seed, round);
    const point = random.chance(0.75) ? random.pick(Object.keys(points)) : undefined;
    const armed = point && { GATEHOUSE_FAILPOINT: `${point}:${random.between(1, points[point])}` };
    await this.#start(armed);
    const server = this.server;
    let how = `${point} at start`;
    if (server) {
      let over = false;
      const ended = server.ended().then(() => (over = true));
      const load = Promise.all([...this.people.map((person, index) => this.#rename(person, server, new Random(this.seed, round, index), () => over)), this.#requireRoles(random, server, () => over)]);
      await Promise.race([ended, pause(point ? mostLoad : random.between(100, 900))]);
      how = over ? point : point ? `${point} not reached` : "at random";
      await server.kill();
      over = true;
      await load;
      server.client.close();
      if (/AddressSanitizer|runtime error:/.test(server.stderr)) throw new Error(server.stderr.slice(-3000));
    }
    this.report.deaths[how] = (this.report.deaths[how] ?? 0) + 1;
    this.note(`round ${round}: ${how}; ${this.witness.events.size} events seen`);
    this.#mustBeFine(round, this.witness.complaints);
  }

  async #rename(person, server, random, isOver) {
    const client = server.client.as(person.token);
    while (!isOver()) {
      try {
        const { status, text } = await client.patch("/v1/me", { name: `Name ${random.hex(8)}` });
        if (status !== 200) throw new Error(`a rename was answered ${status} ${text}`);
        ++person.answered;
      } catch (error) {
        if (error.code === undefined && error.message !== "socket hang up") throw error;
        ++person.open;
        return;
      }
    }
  }

  /** Asks for roles, each one to three times, and now and then for something impossible. */
  async #requireRoles(random, server, isOver) {
    const publish = (body) => this.broker.jetstream.publish(topic, body);
    while (!isOver()) {
      let person;
      try {
        person = await this.#newPerson();
      } catch {
        return;
      }
      const id = randomUUID();
      const body = JSON.stringify({ specversion: "1.0", id, source: "https://accounts.example.com", type: topic, data: { user_id: person.id, role: "seller", reason: "shop opened" } });
      this.#roles.set(id, person.id);
      for (let times = random.between(1, 3); times > 0; --times) await publish(body);
      if (random.chance(0.3)) {
        this.#poison.push(`no event ${id}`);
        await publish(this.#poison.at(-1));
      }
      await pause(random.between(0, 120));
    }
  }

  #mustBeFine(round, findings) {
    if (findings.length > 0) throw new Error(`${this.kind}, seed ${this.seed}, round ${round}:\n  ${findings.slice(0, 40).join("\n  ")}`);
  }

  /** Lets everything drain, and looks for what is missing, invented or done twice. */
  async #check(round) {
    await this.#start();
    const count = (text) => Number(this.store.rows(text)[0].n);
    const { manager } = this.broker;
    await until(async () => {
      const { num_pending: waiting, num_ack_pending: open } = await manager.consumers.info("ACCOUNTS", durable);
      return waiting + open === 0 && count("SELECT count(*) AS n FROM outbox_events WHERE published_at IS NULL") === 0;
    }, "the backlog to drain", 90_000);
    const made = new Set(this.store.rows("SELECT event_id FROM outbox_events").map((row) => row.event_id));
    await until(() => this.witness.events.size >= made.size, "the witness to hear of all", 30_000).catch(() => {});
    const seen = new Set(this.witness.events.keys());
    const findings = [...this.witness.complaints, ...this.#lost(made, seen), ...this.#renames(), ...this.#grants(), ...(await this.#letters())];
    Object.assign(this.report, { events: seen.size, duplicates: this.witness.messages - seen.size, roles: this.#roles.size, deadLetters: this.#poison.length });
    this.report.answeredRenames = this.people.reduce((sum, { answered }) => sum + answered, 0);
    this.#mustBeFine(round, findings);
    await this.server.kill();
    this.server = undefined;
  }

  #lost(made, seen) {
    const missing = [...made].filter((id) => !seen.has(id)).map((id) => `the event ${id} never came`);
    return [...missing, ...[...seen].filter((id) => !made.has(id)).map((id) => `the event ${id} came and is in no outbox`)];
  }

  #renames() {
    return this.people.flatMap(({ id, answered, open }) => {
      const came = this.witness.count("identity.user.updated", id);
      return came >= answered && came <= answered + open ? [] : [`${came} events for ${answered} answered renames and ${open} open ones`];
    });
  }

  /** Each role event, however often it came, was carried out once: one grant, one audit row, one event. */
  #grants() {
    const grouped = (text) => new Map(this.store.rows(text).map(({ user_id: user, n }) => [user, Number(n)]));
    const held = grouped("SELECT user_id, count(*) AS n FROM role_assignments WHERE role = 'seller' GROUP BY user_id");
    const audited = grouped("SELECT subject_id AS user_id, count(*) AS n FROM auth_audit_log WHERE action = 'role.assigned' GROUP BY subject_id");
    return [...this.#roles.values()].flatMap((user) => {
      const counts = [held.get(user) ?? 0, audited.get(user) ?? 0, this.witness.count("identity.role.assigned", user)];
      return counts.every((count) => count === 1) ? [] : [`${user} has ${counts[0]} roles, ${counts[1]} audit rows and ${counts[2]} events of one request`];
    });
  }

  /** What can't be carried out is set aside; after a crash it may be there twice, never not at all. */
  async #letters() {
    if (this.#poison.length === 0) return [];
    const letters = new Set((await readStream(this.broker, "IDENTITY_DEAD")).map(({ event }) => Buffer.from(event.data.original_base64, "base64").toString("utf8")));
    return this.#poison.filter((body) => !letters.has(body)).map((body) => `"${body}" is in no dead letter`);
  }
}
