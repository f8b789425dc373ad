// Signing in with providers in a real browser: from our own page to the provider's, through its consent, and back. The provider
// is at 127.0.0.1 and we at localhost, which are two sites to a browser, so that its cookie rules are what decides. (Chromium
// takes a Secure cookie from http://localhost, which is why Apple's flow can be shown without TLS.)
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser } from "../support/browser.mjs";
import { serverWith } from "../support/oauth.mjs";
import { freshEmail } from "../support/people.mjs";
import { AppleLike, GoogleLike } from "../support/providers/oidc.mjs";
import { totp } from "../support/totp.mjs";

describe("signing in with providers in a browser", () => {
  const standIns = { google: new GoogleLike(), apple: new AppleLike() };
  const { google, apple } = standIns;
  let server;
  let browser;
  before(async () => {
    await Promise.all(Object.values(standIns).map((each) => each.start()));
    for (const each of Object.values(standIns)) each.interactive = true;
    server = await serverWith(standIns);
    // A browser of its own for each test would cost more than the tests: each begins without cookies instead.
    browser = new Browser();
  });
  after(async () => {
    await browser.close();
    await server.stop();
    await Promise.all(Object.values(standIns).map((each) => each.stop()));
    assert.deepEqual([google.complaints, apple.complaints], [[], []]);
  });

  const fresh = async (path) => {
    const page = await browser.open("about:blank");
    await page.send("Network.clearBrowserCookies");
    await page.go(server.url + path);
    return page;
  };
  // While a page is being left there is nothing to ask.
  const holds = (page, expression) => page.until(() => page.value(`Boolean(${expression})`).catch(() => false), expression);
  // A page whose beginning is there may not have come to its end.
  async function click(page, selector) {
    const element = `document.querySelector(${JSON.stringify(selector)})`;
    await holds(page, element);
    await page.value(`${element}.click()`);
  }
  const atProvider = (page, provider, title) => holds(page, `location.origin === ${JSON.stringify(provider.url)} && document.querySelector("h1")?.innerText === ${JSON.stringify(title)}`);
  const back = (page) => holds(page, `location.href.startsWith(${JSON.stringify(`${server.url}/sign-in`)}) && document.getElementById("status")`);
  async function through(page, name, provider, answer = "#yes") {
    await click(page, `.providers a[href*="/oauth/${name}/"]`);
    await atProvider(page, provider, "Who are you?");
    await click(page, `input[value=${JSON.stringify(provider.signedIn)}]`);
    await click(page, "#yes");
    await atProvider(page, provider, "Do you agree?");
    await click(page, answer);
    await back(page);
  }
  const session = (page) => page.value(`fetch("/v1/session").then((answer) => answer.status)`);

  test("Google: from our page through sign-in and consent and back, signed in by a cookie that no script can read", async () => {
    const email = freshEmail("grace");
    google.signedIn = google.add(email);
    const page = await fresh("/sign-in");
    assert.deepEqual(await page.value(`[...document.querySelectorAll(".providers a")].map((each) => each.innerText)`), ["Continue with Google", "Continue with Apple"]);
    await through(page, "google", google);
    await page.says(new RegExp(`signed in as ${email}`));
    assert.equal(await page.value("document.cookie"), "");
    assert.equal(await session(page), 200);
    assert.equal(await page.value("location.href"), `${server.url}/sign-in`);
    assert.deepEqual(page.complaints, []);
    const leaked = page.requests.filter(({ url, headers }) => /gth[a-z]_/.test(url + (headers.Referer ?? "")));
    assert.deepEqual(leaked, [], "no token of ours in any address or Referer");
  });

  test("Google: a second factor is asked for on our page", async () => {
    google.signedIn = google.add(freshEmail("grace"));
    const page = await fresh("/sign-in");
    await through(page, "google", google);
    await page.says(/signed in as/);
    const post = (path, body) => page.value(`fetch(${JSON.stringify(path)}, { method: "POST", headers: { "Content-Type": "application/json" }, body: ${JSON.stringify(JSON.stringify(body ?? {}))} }).then((answer) => answer.json())`);
    const { secret } = await page.value(`fetch("/v1/me/mfa/totp", { method: "POST" }).then((answer) => answer.json())`);
    assert.ok(secret);
    assert.equal((await post("/v1/me/mfa/totp/confirm", { code: totp(secret) })).backup_codes.length, 10);
    const again = await fresh("/sign-in");
    await through(again, "google", google);
    await again.says(/second factor/);
    assert.equal(await session(again), 401, "no session before the factor");
    assert.equal(await again.value("location.hash"), "", "the challenge has left the address");
    await again.type("code", totp(secret, Date.now(), 1));
    await again.press();
    await again.says(/You are signed in/);
    assert.equal(await session(again), 200);
    assert.deepEqual(again.complaints, []);
  });

  test("Google: a no is explained on our page, and the next try works", async () => {
    google.signedIn = google.add(freshEmail("grace"));
    const page = await fresh("/sign-in");
    await through(page, "google", google, "#no");
    await page.says(/consent was refused/i);
    assert.equal(await session(page), 401);
    await click(page, '.providers a[href*="/oauth/google/"]');
    await atProvider(page, google, "Do you agree?");
    await click(page, "#yes");
    await back(page);
    await page.says(/signed in as/);
  });

  test("Apple: the form that its page posts from another site brings the flow's cookie and no other, and signs in", async () => {
    const email = freshEmail("johnny");
    apple.signedIn = apple.add(email);
    const page = await fresh("/sign-in");
    await through(page, "apple", apple);
    await page.says(new RegExp(`signed in as ${email}`));
    const posted = page.requests.find(({ method, url }) => method === "POST" && url === `${server.url}/v1/oauth/apple/callback`);
    assert.ok(posted, "it was a POST");
    assert.equal(await session(page), 200);
    assert.deepEqual(page.complaints, []);
  });

  test("a flow's answer that is opened in a browser which did not begin it is explained", async () => {
    google.signedIn = google.add(freshEmail("grace"));
    const page = await fresh("/sign-in");
    await holds(page, `document.querySelector(".providers")`);
    const begun = await page.value(`document.querySelector('.providers a[href*="/oauth/google/"]').href`);
    const left = await fetch(begun, { redirect: "manual" });
    const state = new URL(left.headers.get("location")).searchParams.get("state");
    await page.go(`${server.url}/v1/oauth/google/callback?code=x&state=${state}`);
    await page.says(/another browser/i);
    await page.go(`${server.url}/v1/oauth/google/callback?code=x&state=made-up`);
    await page.says(/cannot be continued/i);
  });

  test("the buttons fit a phone, by day and by night", async () => {
    for (const dark of [false, true]) {
      const page = await browser.open(`${server.url}/sign-in`, { dark, width: 320 });
      await holds(page, `document.querySelector(".providers")`);
      assert.ok((await page.value("document.documentElement.scrollWidth")) <= 320);
      assert.ok((await page.value(`Math.min(...[...document.querySelectorAll(".providers a")].map((each) => each.offsetHeight))`)) >= 44);
    }
  });
});
