// The pages that mailed links lead to, in a real browser: the key leaves the address, nothing is sent before the person
// presses the button, and errors are said in plain words.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser } from "../support/browser.mjs";
import { Server } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

const password = "correct horse battery staple";
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

describe("pages", () => {
  let server;
  let browser;
  before(async () => {
    server = await new Server().started();
    browser = new Browser();
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const linkTo = async (to, template) => (await server.mailbox.newest(to, template)).links[0];
  const shown = (page, id) => page.value(`(() => { const e = document.getElementById("${id}"); return Boolean(e && e.offsetParent); })()`);

  test("a confirmation takes the key out of the address and waits for the person", async () => {
    await server.client.post("/v1/sign-up", { email: "ada@example.com", password });
    const link = await linkTo("ada@example.com", "verify_email");
    const key = link.split("#token=")[1];
    const page = await browser.open(link);
    assert.equal(await page.value("location.hash"), "");
    assert.ok(!(await page.value("document.documentElement.outerHTML")).includes(key));
    assert.deepEqual(page.requests.map((each) => each.method), ["GET"], "opening it asks for the page alone");
    assert.ok(page.requests.every((each) => !each.url.split("#")[0].includes(key)));

    await page.press();
    await page.says(/address is confirmed/);
    assert.equal(await page.value('document.querySelector("form").hidden'), true);
    const { status } = await server.client.post("/v1/sign-in", { email: "ada@example.com", password });
    assert.equal(status, 200);
    assert.deepEqual(page.complaints, []);

    const again = await browser.open(link);
    await again.press();
    await again.says(/not valid any more/);
  });

  test("a reset says why a password is refused, and keeps the link good", async () => {
    await server.client.post("/dev/users", { email: "bob@example.com", password });
    await server.client.post("/v1/password/forgot", { email: "bob@example.com" });
    const page = await browser.open(await linkTo("bob@example.com", "reset_password"));
    await page.press();
    await page.says(/every field/);
    await page.type("password", "short");
    await page.press();
    await page.says(/does not meet the policy/);
    await page.type("password", "a much longer pass phrase");
    await page.press();
    await page.says(/new password is set/);
    const { status } = await server.client.post("/v1/sign-in", { email: "bob@example.com", password: "a much longer pass phrase" });
    assert.equal(status, 200);
    assert.deepEqual(page.complaints, []);
  });

  test("signing in asks for the second factor, and sets a cookie that no script can read", async () => {
    await server.client.post("/dev/users", { email: "eve@example.com", password, totp_secret: secret });
    const page = await browser.open(`${server.url}/sign-in`);
    await page.type("email", "eve@example.com");
    await page.type("password", "wrong " + password);
    await page.press();
    await page.says(/email or the password is wrong/);
    await page.type("password", password);
    await page.press();
    await page.says(/second factor/);
    assert.equal(await shown(page, "code"), true);
    await page.type("code", totp(secret));
    await page.press();
    await page.says(/You are signed in/);
    assert.equal(await page.value("document.cookie"), "");
    assert.equal(await page.value(`fetch("/v1/session").then((answer) => answer.status)`), 200);
    assert.deepEqual(page.complaints, []);
  });

  for (const path of ["verify-email", "reset-password", "accept-invitation", "confirm-email", "undo-email", "not-me", "cancel-deletion", "mfa"]) {
    test(`${path} without a key offers nothing to press`, async () => {
      const page = await browser.open(`${server.url}/${path}`);
      await page.says(/no key in the address/);
      assert.equal(await page.value('document.querySelector("form").hidden'), true);
      assert.deepEqual(page.complaints, []);
    });
  }

  test("the bare address leads to where people sign in", async () => {
    const page = await browser.open(server.url);
    assert.equal(await page.value("location.pathname"), "/sign-in");
    assert.equal(await shown(page, "email"), true);
    assert.deepEqual(page.complaints, []);
  });

  test("the page for errors explains a code by its name alone", async () => {
    const page = await browser.open(`${server.url}/error?error=oauth_denied`);
    await page.says(/consent was refused/);
    const strange = await browser.open(`${server.url}/error?error=%3Cimg%20src%3Dx%3E`);
    assert.equal(await strange.value('document.getElementById("status").innerText'), "");
    assert.equal(strange.requests.length, 1);
  });

  test("it fits a phone, by day and by night, and every field has its label", async () => {
    const colours = [];
    for (const dark of [false, true]) {
      const page = await browser.open(`${server.url}/sign-in`, { dark, width: 320 });
      assert.ok((await page.value("document.documentElement.scrollWidth")) <= 320);
      colours.push(await page.value("getComputedStyle(document.body).backgroundColor"));
      assert.equal(await page.value('[...document.querySelectorAll("input, select")].every((each) => each.labels.length > 0)'), true);
      assert.ok((await page.value('document.querySelector("button").offsetHeight')) >= 44);
    }
    assert.notEqual(colours[0], colours[1]);
  });
});
