// A real Chromium, driven by its own protocol over a pipe: just enough to open a page, look at it, type and press, and to
// hear what it complained of. There is no library between the test and the browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { temporaryFolder } from "./server.mjs";

const program = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));

export class Browser {
  #process;
  #next = 1;
  #waiting = new Map();
  #pages = new Map();

  constructor() {
    assert.ok(program, "there is no Chromium to test with: script/bootstrap --browser installs it");
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", `--user-data-dir=${temporaryFolder("gatehouse-browser-")}`, "--remote-debugging-pipe", "about:blank"];
    this.#process = spawn(program, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let pending = "";
    this.#process.stdio[4].on("data", (chunk) => {
      const messages = (pending + chunk).split("\0");
      pending = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  #receive(message) {
    if (message.id) {
      const { resolve, reject } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      return message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
    this.#pages.get(message.sessionId)?.hear(message);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** A fresh page at an address; `dark` and `width` as a phone at night would have them. */
  async open(url, { dark = false, width = 1280 } = {}) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.#pages.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
    await page.send("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    await page.go(url);
    return page;
  }

  /** Ends the browser, and waits until it has. */
  close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    return ended;
  }
}

class Page {
  complaints = [];
  requests = [];

  constructor(browser, sessionId) {
    this.browser = browser;
    this.sessionId = sessionId;
  }

  send(method, params) {
    return this.browser.send(method, params, this.sessionId);
  }

  hear({ method, params }) {
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.text);
    if (method === "Log.entryAdded" && params.entry.source !== "network" && params.entry.level !== "verbose") this.complaints.push(params.entry.text);
    if (method === "Network.requestWillBeSent") this.requests.push({ method: params.request.method, url: params.request.url, headers: params.request.headers });
    if (method === "Page.loadEventFired") this.loaded = true;
  }

  async go(url) {
    this.loaded = false;
    await this.send("Page.navigate", { url });
    await this.until(() => this.loaded, `${url} to load`);
  }

  /** What an expression is in the page. */
  async value(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    assert.ok(!exceptionDetails, exceptionDetails?.exception?.description);
    return result.value;
  }

  async until(condition, what) {
    const deadline = Date.now() + 10_000;
    while (!(await condition())) {
      assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Types into a field as a person does: it gets the focus, and the text comes as input. */
  async type(id, text) {
    await this.value(`document.getElementById(${JSON.stringify(id)}).focus(), document.getElementById(${JSON.stringify(id)}).select()`);
    await this.send("Input.insertText", { text });
  }

  /** Presses the page's button by the Enter key. */
  async press() {
    await this.value('document.querySelector("button").focus()');
    for (const type of ["keyDown", "keyUp"]) await this.send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: type === "keyDown" ? "\r" : undefined });
  }

  /** Waits for the page to say something that fits. */
  async says(pattern) {
    await this.until(async () => pattern.test(await this.value('document.getElementById("status").innerText')), String(pattern));
  }
}
