// Nobody learns from sign-up, sign-in, forgot or resend whether an address has an account (decision 5, T42).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { advance, freshEmail, goodPassword, median, person, signIn, signUp } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";

const rounds = 15;
let server, admin;
before(async () => {
  server = await startServer({ config: "[throttle]\nmails_per_address = 1000\nsign_ups_per_network = 1000\naccount_failures = 1000\nnetwork_failures = 10000\npair_failures = 1000\n" });
  admin = await person(server, { roles: ["admin"] });
});
after(() => server.stop());

/** What a stranger can see of an answer: all but what differs from call to call. */
function visible({ status, headers, body }) {
  const { date, "x-request-id": id, "content-length": length, ...others } = headers;
  const { request_id: request, ...rest } = body ?? {};
  return { status, headers: others, body: rest };
}

async function known() {
  return (await signUp(server)).email;
}
async function pending() {
  const email = freshEmail("pending");
  await server.client.post("/v1/sign-up", { email, password: goodPassword() });
  return email;
}
async function disabled() {
  const { id, email } = await person(server);
  const { status } = await admin.client.patch(`/v1/admin/users/${id}`, { status: "disabled", reason: "a test" });
  assert.equal(status, 200);
  return email;
}
const kinds = { fresh: async () => freshEmail("fresh"), known, pending, disabled };

/** Interleaves a call for each kind and reports the medians. */
async function compare(t, call, prepare = kinds) {
  const seen = Object.fromEntries(Object.keys(prepare).map((kind) => [kind, { answers: [], ms: [] }]));
  for (let round = 0; round < rounds; ++round)
    for (const [kind, make] of Object.entries(prepare)) {
      const answer = await call(await make());
      seen[kind].answers.push(visible(answer));
      seen[kind].ms.push(answer.ms);
    }
  const medians = Object.fromEntries(Object.entries(seen).map(([kind, { ms }]) => [kind, Number(median(ms).toFixed(2))]));
  t.diagnostic(`medians in ms: ${JSON.stringify(medians)}`);
  const [first, ...others] = Object.values(seen);
  for (const each of others) assert.deepEqual(each.answers, first.answers);
  const values = Object.values(medians);
  assert.ok(Math.max(...values) < 3 * Math.min(...values) + 5, `the medians are far apart: ${JSON.stringify(medians)}`);
}

test("sign-up answers a fresh, a known, a pending and a disabled address alike in status, headers, body and time", async (t) => {
  await compare(t, (email) => server.client.post("/v1/sign-up", { email, password: goodPassword() }));
});

test("sign-up followed by sign-in with the same password answers alike for a fresh and a taken address", async (t) => {
  await compare(t, async (email) => {
    const password = goodPassword();
    await server.client.post("/v1/sign-up", { email, password });
    const answer = await signIn(server, { email, password });
    assert.equal(answer.body.code, "email_unverified");
    return answer;
  });
});

test("sign-in with a wrong password answers an unknown, a known and a pending address alike", async (t) => {
  await compare(t, (email) => signIn(server, { email, password: goodPassword() }));
});

test("forgot and resend answer every address alike", async (t) => {
  await compare(t, (email) => server.client.post("/v1/password/forgot", { email }));
  await compare(t, (email) => server.client.post("/v1/email/verify/resend", { email }));
});

test("the owner of a known address is told by mail that somebody tried, and gets no confirmation token", async () => {
  const who = await signUp(server);
  await server.client.delete("/dev/mailbox");
  await server.client.post("/v1/sign-up", { email: who.email, password: goodPassword() });
  const mail = await server.mailbox.newest(who.email);
  assert.notEqual(mail.template, "verify_email");
  assert.equal((await signIn(server, who)).status, 200, "the account is as it was");
});

test("T21 one canonical form of an address decides uniqueness, and what isn't an address is refused", async () => {
  const who = await signUp(server, { email: "Mixed.Case@Example.COM" });
  assert.equal((await signIn(server, { ...who, email: "mixed.case@example.com" })).status, 200);
  assert.equal((await signIn(server, { ...who, email: "MIXED.CASE@EXAMPLE.COM" })).status, 200);
  assert.equal((await signIn(server, { ...who, email: "mixedcase@example.com" })).status, 401, "dots count");
  for (const email of ["a@b@example.com", "a,b@example.com", "a@example.com,c@evil.com", "a b@example.com", "\u00e4@example.com", "a\uff20example.com", "a@example.com\r\nBcc: c@evil.com", '"a b"@example.com', "a..b@example.com", ".a@example.com", "a@-example.com", "@example.com", "a@", "a"]) {
    const answer = await server.client.post("/v1/sign-up", { email, password: goodPassword() });
    assert.equal(answer.status, 400, email);
    assert.equal(answer.body.code, "invalid_email", email);
  }
});

test("T22 many forgot requests for one address always answer 202, and the mails are capped", async () => {
  const limited = await startServer();
  try {
    const who = await signUp(limited);
    const answers = await Promise.all(Array.from({ length: 200 }, () => limited.client.post("/v1/password/forgot", { email: who.email })));
    assert.ok(answers.every(({ status }) => status === 202));
    const resets = (await limited.mailbox.of(who.email)).filter((mail) => mail.template === "reset_password");
    assert.equal(resets.length, 1, "further ones are absorbed while the first is fresh (decision 7)");
    assert.ok(resets[0].token);
  } finally {
    await limited.stop();
  }
});

test("T22 forgot requests past the cap leave no audit rows, whether or not the address has an account", async () => {
  const limited = await startServer();
  try {
    const staff = await person(limited, { roles: ["admin"] });
    const rows = async () => (await staff.client.get("/v1/admin/audit", { query: { action: "password.reset_requested", limit: 200 } })).body.items.length;
    for (const [email, written] of [[(await person(limited)).email, 5], [freshEmail("nobody"), 10]]) {
      for (let i = 0; i < 20; ++i) assert.equal((await limited.client.post("/v1/password/forgot", { email })).status, 202);
      assert.equal(await rows(), written);
    }
  } finally {
    await limited.stop();
  }
});

test("T22 many sign-ups for one address, free or taken, always answer 202, and the mails are capped", async () => {
  const limited = await startServer();
  try {
    const taken = (await person(limited)).email;
    const free = freshEmail("free");
    const mails = async (email, template) => (await limited.mailbox.of(email)).filter((mail) => mail.template === template).length;
    const answers = { [free]: [], [taken]: [] };
    for (let i = 0; i < 12; ++i) for (const email of [free, taken]) answers[email].push(visible(await limited.client.post("/v1/sign-up", { email, password: goodPassword() })));
    assert.deepEqual([await mails(free, "verify_email"), await mails(taken, "already_registered")], [5, 5]);
    assert.equal(answers[free][0].status, 202);
    for (const answer of [...answers[free], ...answers[taken]]) assert.deepEqual(answer, answers[free][0]);

    const password = goodPassword();
    for (const email of [free, taken]) {
      await limited.client.post("/v1/sign-up", { email, password });
      assert.equal((await signIn(limited, { email, password })).body.code, "email_unverified", "it waits for its confirmation as before the cap");
    }
    await advance(limited, "2h");
    for (const email of [free, taken]) await limited.client.post("/v1/sign-up", { email, password });
    assert.deepEqual([await mails(free, "verify_email"), await mails(taken, "already_registered")], [6, 6]);
  } finally {
    await limited.stop();
  }
});

test("T42 a password at or over the cap costs a known and an unknown address the same answer", async () => {
  const who = await signUp(server);
  for (const length of [256, 257, 4096, 4097]) {
    const answers = [];
    for (const email of [who.email, freshEmail()]) answers.push(visible(await signIn(server, { email, password: "x".repeat(length) }, {}, { wrong: true })));
    assert.deepEqual(answers[0], answers[1]);
    assert.ok([400, 401].includes(answers[0].status));
  }
});
