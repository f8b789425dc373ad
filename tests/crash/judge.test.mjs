// The judge of the kill loop is judged first: from what a crash left, something is taken or changed by hand, as a store that
// loses or invents would, and the loop must say so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { KillLoop } from "./kill_loop.mjs";
import { databaseFile } from "../support/database.mjs";

// The first confirmation: the last one may be a call that the death left without an answer.
const faults = {
  "an acknowledged change without its audit row": ["DELETE FROM auth_audit_log WHERE position = (SELECT min(position) FROM auth_audit_log WHERE action = 'sign_up.completed')", /was acknowledged and is lost/],
  "an audit row that says something else": ["UPDATE auth_audit_log SET reason = 'another' WHERE position = 3", /audit verify/],
  "a change without its event": ["DELETE FROM outbox_events WHERE position = (SELECT max(position) FROM outbox_events WHERE topic = 'identity.user.signed_up')", /left the events/],
  "an event twice": ["INSERT INTO outbox_events (event_id, topic, subject, data, occurred_at, traceparent, sequence, userversion) SELECT event_id || 'x', topic, subject, data, occurred_at, traceparent, (SELECT max(sequence) + 1 FROM outbox_events), 99 FROM outbox_events WHERE topic = 'identity.user.signed_up' LIMIT 1", /left the events/],
  "half a user": ["DELETE FROM users WHERE id = (SELECT id FROM users WHERE email LIKE 'p%' LIMIT 1)", /there is false, not true/],
  "credentials that nobody changed": ["UPDATE users SET credential_version = 7 WHERE email LIKE 'p%'", /credential version is 7/],
  "a lost mail": ["DELETE FROM mail_messages WHERE template_name = 'verify_email'", /mails to confirm the address/],
};

async function sabotaged(statement, rounds, finding) {
  const sabotage = (store) => {
    const { status, stderr } = spawnSync("sqlite3", ["-cmd", ".timeout 5000", databaseFile(store.data), statement], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const loop = new KillLoop({ store: "sqlite", seed: 7, death: { calls: 60, and: 0 }, afterDeath: sabotage });
  await assert.rejects(loop.run((done) => done >= rounds), finding);
}

for (const [what, [statement, finding]] of Object.entries(faults)) test(`the kill loop finds ${what}`, () => sabotaged(statement, 1, finding));

test("the kill loop finds a mail that is marked as sent and was not", () => sabotaged("UPDATE mail_messages SET id = id || 'x' WHERE state = 'sent' AND id NOT LIKE '%x'", 5, /the mail [0-9a-f-]+x is lost/));
