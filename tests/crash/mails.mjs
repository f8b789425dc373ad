// What came of the kill loop's mails at a real SMTP server: at least once each, late where their sender died.
import { MailSink } from "../support/smtp.mjs";

export class Mails {
  #sink;

  static async start() {
    const mails = new Mails();
    mails.#sink = await MailSink.start();
    return mails;
  }

  get config() {
    return `[mail]\nprovider = "smtp"\nfrom = "Gatehouse <id@example.com>"\nsmtp_url = "${this.#sink.url}"\n`;
  }

  /** The tokens mailed to an address for a page, one for each mail, oldest first: ids are in the order of their making. */
  tokens(email, page) {
    const found = new Map();
    for (const { envelope, mail } of this.#sink.taken) {
      const token = envelope.rcptTo[0].address === email && new RegExp(`/${page}#token=(\\S+)`).exec(mail.text)?.[1];
      if (token) found.set(mail.messageId, token);
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, token]) => token);
  }

  /** The ids that came. */
  ids() {
    return new Set(this.#sink.taken.map(({ mail }) => /^<([^@]+)@/.exec(mail.messageId)[1]));
  }

  forget() {
    this.#sink.taken.length = 0;
  }
  stop() {
    return this.#sink.stop();
  }
}
