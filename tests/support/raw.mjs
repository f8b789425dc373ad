// Bytes over a socket, for what an HTTP client would never send.
import net from "node:net";

/** Sends bytes and answers everything that comes back until the server closes or `quiet` ms pass without a byte. */
export function sendRaw(server, bytes, { quiet = 400 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(server.port, "localhost");
    let text = "";
    let timer;
    const finish = (closed) => (clearTimeout(timer), socket.destroy(), resolve({ text, closed, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)) }));
    const wait = () => (clearTimeout(timer), (timer = setTimeout(() => finish(false), quiet)));
    socket.on("connect", () => (socket.write(bytes), wait()));
    socket.on("data", (chunk) => ((text += chunk), wait()));
    socket.on("end", () => finish(true));
    socket.on("error", (error) => (error.code === "ECONNRESET" || error.code === "EPIPE" ? finish(true) : reject(error)));
  });
}
