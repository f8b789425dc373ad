// A TCP proxy that holds every byte back for a while, in both directions and in order: a broker far away, or a tired one.
import { connect, createServer } from "node:net";

export class SlowProxy {
  #sockets = new Set();
  #server = createServer((from) => this.#join(from, connect(this.target, "127.0.0.1")));

  /** `delay` in milliseconds may be changed at any time. */
  constructor(target, delay) {
    this.target = target;
    this.delay = delay;
  }

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    return this;
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #join(a, b) {
    for (const [from, to] of [[a, b], [b, a]]) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), this.delay));
      from.on("error", () => to.destroy());
      from.on("close", () => (this.#sockets.delete(from), setTimeout(() => to.destroy(), this.delay)));
    }
  }
}
