// People for tests: made through /dev/users in one call, or by signing up as anybody does.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { totp } from "./totp.mjs";

export const goodPassword = () => `quiet ${randomBytes(9).toString("hex")} harbour`;

let count = 0;
export const freshEmail = (name = "person") => `${name}.${++count}.${randomBytes(3).toString("hex")}@example.com`;

/** A confirmed person with a session: `{id, email, password, token, session, client}`. */
export async function person(server, { email = freshEmail(), password = goodPassword(), ...more } = {}) {
  const { body, status, text } = await server.client.post("/dev/users", { email, password, ...more });
  assert.equal(status, 201, text);
  const { user, session } = body;
  return { id: user.id, email, password, user, session, token: session.token, backupCodes: body.backup_codes, client: server.client.as(session.token) };
}

export const signIn = (server, { email, password }, more = {}, options = {}) => server.client.post("/v1/sign-in", { email, password, ...more }, options);

/** Signs up and confirms, as a person does; answers the user's id. */
export async function signUp(server, { email = freshEmail(), password = goodPassword(), ...more } = {}) {
  const asked = await server.client.post("/v1/sign-up", { email, password, ...more });
  assert.equal(asked.status, 202, asked.text);
  const confirmed = await server.client.post("/v1/email/verify", { token: await server.mailbox.token(email, "verify_email") });
  assert.equal(confirmed.status, 200, confirmed.text);
  return { id: confirmed.body.user_id, email, password };
}

/** The server's own time, which /dev/clock may have moved. */
export async function serverTime(server) {
  const { body } = await server.client.post("/dev/clock", { advance: "0s" });
  return Date.parse(body.now);
}
export const advance = (server, by) => server.client.post("/dev/clock", { advance: by });

/** A person with an authenticator app: `code()` is a code that was not used before, moving the server's clock when it must. */
export async function personWithTotp(server, options = {}) {
  const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  const made = await person(server, { ...options, totp_secret: secret });
  return { ...made, secret, code: async () => (await advance(server, "60s"), totp(secret, await serverTime(server))) };
}

export const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));
export const tally = (answers) => answers.reduce((sum, { status }) => ({ ...sum, [status]: (sum[status] ?? 0) + 1 }), {});
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
