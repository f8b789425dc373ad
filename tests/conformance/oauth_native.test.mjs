// Native sign-in sheets (decision 24): an ID token from the platform, bound by a nonce of ours to provider and client, for an
// audience that the configuration names, young, and good once.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { sql } from "../support/database.mjs";
import { serverWith } from "../support/oauth.mjs";
import { advance, freshEmail, person, times } from "../support/people.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";

const ios = "com.example.app";
const standIns = { sheet: new RogueProvider(), other: new RogueProvider() };
const { sheet, other } = standIns;
let server;
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  server = await serverWith(standIns, { settings: { sheet: { accepted_audiences: [ios, "com.example.app.watch"] }, other: { accepted_audiences: [ios] } } });
});
after(async () => {
  await server.stop();
  await Promise.all(Object.values(standIns).map((each) => each.stop()));
});
let count = 0;
beforeEach(() => (sheet.behave(), other.behave()));

const nonceFor = async (provider = "sheet", client_id = "app") => {
  const { status, body, text } = await server.client.post(`/v1/oauth/${provider}/nonce`, { client_id });
  assert.equal(status, 200, text);
  return body.nonce;
};
const claims = (more) => ({ aud: ios, sub: `s-${++count}`, email: freshEmail(), email_verified: true, ...more });
const hand = (id_token, { provider = "sheet", client_id = "app", ...more } = {}) => server.client.post(`/v1/oauth/${provider}/id-token`, { id_token, client_id, ...more });
const rows = () => sql(server.data, "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM sessions) AS sessions")[0];
const now = () => Math.floor(Date.now() / 1000);

test("a token with our nonce signs up, then in, and takes the name that the sheet told once", async () => {
  const who = claims();
  const first = await hand(sheet.idToken({ ...who, nonce: await nonceFor() }), { name: "Ann Lee" });
  assert.equal(first.status, 200, first.text);
  assert.match(first.body.session.token, /^gths_/);
  const again = await hand(sheet.idToken({ ...who, nonce: await nonceFor() }), { name: "Somebody Else" });
  assert.equal(again.body.actor.user_id, first.body.actor.user_id);
  assert.equal((await server.client.as(again.body.session.token).get("/v1/me")).body.name, "Ann Lee");
});

test("the nonce may come as its SHA-256, in hex or base64url, as the sheets send it", async () => {
  for (const encoding of ["hex", "base64url"]) {
    const hashed = createHash("sha256").update(await nonceFor()).digest(encoding);
    assert.equal((await hand(sheet.idToken(claims({ nonce: hashed })))).status, 200, encoding);
  }
});

test("each accepted audience, and no other, not even the web client's own", async () => {
  assert.equal((await hand(sheet.idToken(claims({ aud: "com.example.app.watch", nonce: await nonceFor() })))).status, 200);
  for (const aud of [sheet.clientId, "com.example", `${ios}.evil`, [ios, "another"], undefined]) {
    const before = rows();
    const { status, body } = await hand(sheet.idToken(claims({ aud, nonce: await nonceFor() })));
    assert.deepEqual([status, body.code], [400, "invalid_provider_token"], String(aud));
    assert.deepEqual(rows(), before);
  }
});

test("without a nonce, with one that we did not make, of another provider or client, or spent, it is nobody", async () => {
  const before = rows();
  const spent = await nonceFor();
  assert.equal((await hand(sheet.idToken(claims({ nonce: spent })))).status, 200);
  const after = rows();
  assert.notDeepEqual(after, before);
  for (const [what, nonce] of Object.entries({ missing: undefined, empty: "", own: "a".repeat(43), number: 7, spent, "other provider's": await nonceFor("other"), "other client's": await nonceFor("sheet", "default"), "hash of nothing": createHash("sha256").update("").digest("hex") })) {
    const { status, body } = await hand(sheet.idToken(claims({ nonce })));
    assert.deepEqual([status, body.code], [400, "invalid_provider_token"], what);
  }
  assert.deepEqual(rows(), after);
});

test("a token that was used, fifty times at once too, signs in once", async () => {
  const token = sheet.idToken(claims({ nonce: await nonceFor() }));
  const answers = await times(50, () => hand(token));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.filter(({ status }) => status !== 200).every(({ status, body }) => status === 400 && body.code === "invalid_provider_token"));
  assert.equal((await hand(token)).status, 400);
});

test("a token that is old, expired, from the future, or without its time is refused", async () => {
  const wrong = { "iat eleven minutes ago": { iat: now() - 720 }, "no iat": { iat: undefined }, expired: { exp: now() - 120 }, "iat ahead": { iat: now() + 600 }, "nbf ahead": { nbf: now() + 600 }, "no exp": { exp: undefined } };
  for (const [what, change] of Object.entries(wrong)) {
    const { status, body } = await hand(sheet.idToken(claims({ nonce: await nonceFor(), ...change })));
    assert.deepEqual([status, body.code], [400, "invalid_provider_token"], what);
  }
});

test("T07 no trick with the signature or the issuer makes it past", async () => {
  for (const signature of ["none", "hs256_with_public_key", "embedded_jwk", "strangers_key", "unknown_kid", "cut"]) {
    sheet.signature = signature;
    const { status, body } = await hand(sheet.idToken(claims({ nonce: await nonceFor() })));
    assert.deepEqual([status, body.code], [400, "invalid_provider_token"], signature);
  }
  sheet.behave();
  // V17: another issuer's token, at the endpoint of this one.
  const { status, body } = await hand(other.idToken(claims({ nonce: await nonceFor() })));
  assert.deepEqual([status, body.code], [400, "invalid_provider_token"]);
});

test("T01 an address in a token links nothing by itself", async () => {
  const victim = await person(server);
  for (const email_verified of [true, false, "true", 1, null, undefined]) {
    const { status, body } = await hand(sheet.idToken(claims({ email: victim.email, email_verified, nonce: await nonceFor() })));
    assert.deepEqual([status, body.code], [409, "account_exists"], String(email_verified));
  }
  assert.deepEqual(sql(server.data, `SELECT count(*) AS n FROM accounts WHERE user_id = '${victim.id}'`), [{ n: 0 }]);
});

test("a provider without accepted audiences, an unknown one and an unknown client are refused by name", async () => {
  const web = { plain: new RogueProvider() };
  await web.plain.start();
  const second = await serverWith(web);
  try {
    const { items } = (await second.client.get("/v1/oauth/providers")).body;
    const taken = items[0].nonce;
    const nonce = (await second.client.post("/v1/oauth/plain/nonce", {})).body?.nonce;
    const { status } = await second.client.post("/v1/oauth/plain/id-token", { id_token: web.plain.idToken(claims({ aud: ios, nonce })) });
    assert.equal(status, 400, `nonce: ${taken}`);
  } finally {
    await second.stop();
    await web.plain.stop();
  }
  assert.equal((await server.client.post("/v1/oauth/nobody/nonce", {}, { unchecked: true })).status, 404);
  assert.equal((await server.client.post("/v1/oauth/sheet/nonce", { client_id: "nobody" })).body.code, "invalid_client");
});

test("what is no token at all is refused at once", async () => {
  for (const id_token of ["x", "a.b", "a.b.c", ".".repeat(8000), "e30.e30.", `${"A".repeat(8000)}.A.A`]) assert.equal((await hand(id_token)).status, 400, id_token.slice(0, 20));
});

test("a disabled user's token is refused, and a nonce older than ten minutes", async () => {
  const who = claims();
  const { body } = await hand(sheet.idToken({ ...who, nonce: await nonceFor() }));
  const admin = await person(server, { roles: ["admin"] });
  assert.equal((await admin.client.patch(`/v1/admin/users/${body.actor.user_id}`, { status: "disabled", reason: "test" })).status, 200);
  const refused = await hand(sheet.idToken({ ...who, nonce: await nonceFor() }));
  assert.deepEqual([refused.status, refused.body.code], [403, "account_disabled"]);
  const nonce = await nonceFor();
  await advance(server, "601s"); // the last of this file: the provider's clock stays behind
  const late = await hand(sheet.idToken(claims({ nonce, iat: now() + 601, exp: now() + 1200 })));
  assert.deepEqual([late.status, late.body.code], [400, "invalid_provider_token"]);
});
