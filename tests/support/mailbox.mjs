// The development mailbox as a person's inbox.
import assert from "node:assert/strict";

export class Mailbox {
  constructor(client) {
    this.client = client;
  }

  /** All mails to an address, newest first. */
  async of(to) {
    const { body } = await this.client.get("/dev/mailbox", { query: { to } });
    return body.items;
  }

  /** The newest mail to an address (of a template); waits a little for it. */
  async newest(to, template) {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const found = (await this.of(to)).find((mail) => !template || mail.template === template);
      if (found) return found;
      assert.ok(Date.now() < deadline, `no ${template ?? "mail"} came to ${to}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async token(to, template) {
    return (await this.newest(to, template)).token;
  }
}
