// A line on loopback between a client and a server that a test can break: cut it, or let its bytes vanish in silence, as
// a firewall does that drops packets.
import net from "node:net";

export class FaultyLine {
  #lines = new Set();
  #server;
  #silent = false;
  #trap;
  /** How many lines were asked for. */
  asked = 0;

  static async to(port) {
    const line = new FaultyLine();
    line.#server = net.createServer((client) => line.#carry(client, port)).listen(0, "127.0.0.1");
    await new Promise((resolve) => line.#server.on("listening", resolve));
    line.port = line.#server.address().port;
    return line;
  }

  #carry(client, port) {
    ++this.asked;
    const server = net.connect(port, "127.0.0.1");
    const pair = { client, server };
    this.#lines.add(pair);
    const forget = () => {
      client.destroy();
      server.destroy();
      this.#lines.delete(pair);
    };
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on("data", (bytes) => {
        if (this.#silent) return;
        if (from === client && this.#trap && bytes.includes(this.#trap)) {
          this.#trap = undefined;
          // The server gets the message; its answer is lost.
          to.write(bytes, () => to.end());
          client.destroy();
          return;
        }
        to.write(bytes);
      });
      from.on("error", forget);
      from.on("close", () => this.#silent || forget());
    }
  }

  /** From now on nothing that is sent arrives, in either direction, and nothing is closed; until mend(). */
  swallow() {
    this.#silent = true;
  }
  /** New lines work; what was swallowed is lost, and the old lines end. */
  mend() {
    this.#silent = false;
    this.cut();
  }
  /** Cuts the line on which the client next sends these bytes, once the server has them. Once. */
  cutAfter(bytes) {
    this.#trap = bytes;
  }
  get sprung() {
    return this.#trap === undefined;
  }
  cut() {
    for (const { client, server } of this.#lines) {
      client.destroy();
      server.destroy();
    }
    this.#lines.clear();
  }
  close() {
    this.#server.close();
    this.cut();
  }
}

/** The same URL through another port of loopback. */
export const through = (url, port) => Object.assign(new URL(url), { port: String(port) }).href;
