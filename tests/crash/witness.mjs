// An independent consumer of the stream IDENTITY, as another domain would write it: a durable consumer of npm `nats` that
// remembers ids, carries out each event once, and complains when a user's events don't count up by one.
export class Witness {
  events = new Map(); // id → event, in the order of arrival
  complaints = [];
  messages = 0;
  #texts = new Map();
  #versions = new Map();

  static async begin({ jetstream, manager }) {
    const witness = new Witness();
    await manager.consumers.add("IDENTITY", { durable_name: "witness", ack_policy: "explicit" });
    const consumer = await jetstream.consumers.get("IDENTITY", "witness");
    const messages = await consumer.consume();
    witness.end = () => messages.close();
    witness.#follow(messages).catch((error) => witness.complaints.push(String(error)));
    return witness;
  }

  async #follow(messages) {
    for await (const message of messages) {
      this.#hear(message.string(), message.subject, message.headers?.get("Nats-Msg-Id"));
      message.ack();
    }
  }

  #hear(text, subject, id) {
    ++this.messages;
    const event = JSON.parse(text);
    if (event.id !== id || event.type !== subject) this.complaints.push(`${subject} with id ${id} carries ${event.type} ${event.id}`);
    if (this.#texts.has(event.id)) {
      if (this.#texts.get(event.id) !== text) this.complaints.push(`${event.id} came again and says something else`);
      return;
    }
    this.#texts.set(event.id, text);
    this.events.set(event.id, event);
    if (event.subject === undefined) return;
    const expected = (this.#versions.get(event.subject) ?? 0) + 1;
    if (event.userversion !== expected) this.complaints.push(`${event.type} of ${event.subject} came as ${event.userversion} when ${expected} was next`);
    this.#versions.set(event.subject, event.userversion);
  }

  /** How many events of a type concern a user. */
  count(type, user) {
    let found = 0;
    for (const event of this.events.values()) if (event.type === type && event.subject === user) ++found;
    return found;
  }
}
