// A real SMTP server that keeps what it is sent, parsed.
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { until } from "./nats.mjs";

export class MailSink {
  taken = [];
  #server;

  static async start() {
    const sink = new MailSink();
    sink.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      logger: false,
      onData(stream, { envelope }, done) {
        simpleParser(stream).then((mail) => (sink.taken.push({ envelope, mail }), done()), done);
      },
    });
    sink.#server.on("error", () => {}); // a sender that was killed while it sent
    await new Promise((resolve) => sink.#server.listen(0, "127.0.0.1", resolve));
    sink.url = `smtp://localhost:${sink.#server.server.address().port}`;
    return sink;
  }

  /** The text of the newest mail to an address; waits for one. */
  async textTo(address) {
    const to = ({ envelope }) => envelope.rcptTo.some((each) => each.address === address);
    return (await until(() => this.taken.findLast(to), `a mail to ${address}`)).mail.text;
  }
  stop() {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
