// What must hold after each crash (R1): what was answered is there; what was not is there wholly or not at all; nothing is
// spent twice; each change has its audit row and its events, once; the ledgers have no gap and the chain verifies.
import { requestPrefix, tracePrefix } from "./calls.mjs";
import { pause } from "../support/nats.mjs";
import { gatehouse } from "../support/server.mjs";

const sorted = (list) => [...list].sort().join(" ");
const quoted = (words) => words.map((word) => `'${word}'`).join(",");

/** Rows by a key, as lists. */
function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** Each call's rows are those of a call that happened once, or none; calls left open by the crash are settled by them. */
export function judgeCalls(store, round, calls) {
  const findings = [];
  const audits = grouped(store.rows(`SELECT request_id, action, subject_id, details FROM auth_audit_log WHERE outcome = 'success' AND request_id LIKE '${requestPrefix(round)}%'`), (row) => row.request_id);
  const failures = grouped(store.rows(`SELECT request_id FROM auth_audit_log WHERE outcome <> 'success' AND request_id LIKE '${requestPrefix(round)}%'`), (row) => row.request_id);
  const events = grouped(store.rows(`SELECT topic, traceparent FROM outbox_events WHERE traceparent LIKE '${tracePrefix(round)}%'`), (row) => row.traceparent.slice(0, 35));
  const known = new Set();
  for (const call of calls) {
    const rows = audits.get(call.request) ?? [];
    const topics = (events.get(call.trace) ?? []).map(({ topic }) => topic.replace("identity.", ""));
    const refused = (failures.get(call.request) ?? []).map(() => "audit.recorded");
    known.add(call.request);
    const whole = sorted(["audit.recorded", ...refused, ...call.events]);
    const what = `${call.path} (${call.request}, ${call.status ?? "no answer"})`;
    const happened = rows.length > 0;
    if (happened && (rows.length !== 1 || rows[0].action !== call.audit)) findings.push(`${what} left the audit rows ${rows.map(({ action }) => action)}`);
    if (sorted(topics) !== (happened ? whole : sorted(refused))) findings.push(`${what}, which ${happened ? "happened" : "did not happen"}, left the events [${topics}] instead of [${happened ? whole : refused}]`);
    if (call.applied && !happened) findings.push(`${what} was acknowledged and is lost`);
    if (happened && call.status >= 400) findings.push(`${what} was refused and yet happened`);
    if (happened && !call.applied) {
      call.applied = true;
      call.happened({ row: { subject_id: rows[0].subject_id, details: JSON.parse(rows[0].details) } });
    }
  }
  for (const request of audits.keys()) if (!known.has(request)) findings.push(`nobody called ${request}`);
  return [...findings, ...judgeRivals(calls)];
}

/** Of the calls that wanted the same use-once thing, one at most had it; exactly one where all were answered. */
function judgeRivals(calls) {
  const findings = [];
  for (const [rival, all] of grouped(calls.filter((call) => call.rival), (call) => call.rival)) {
    const won = all.filter(({ applied }) => applied);
    if (won.length > 1) findings.push(`a token was spent ${won.length} times: ${won.map(({ path, request }) => `${path} (${request})`)}`);
    if (won.length === 0 && rival.answered === rival.calls) findings.push(`a good token was refused to all: ${all.map(({ path, request }) => `${path} (${request})`)}`);
  }
  return findings;
}

/** What the store holds of people is what they believe. */
export function judgePeople(store, people) {
  const findings = [];
  if (people.length === 0) return findings;
  const emails = quoted(people.map(({ email }) => email));
  const users = new Map(store.rows(`SELECT id, email, name, status, credential_version FROM users WHERE email IN (${emails})`).map((row) => [row.email, row]));
  const ids = quoted(people.map(({ id }) => id ?? ""));
  const sessions = grouped(store.rows(`SELECT id, user_id FROM sessions WHERE user_id IN (${ids})`), (row) => row.user_id);
  const roles = grouped(store.rows(`SELECT role, user_id FROM role_assignments WHERE user_id IN (${ids})`), (row) => row.user_id);
  const mails = grouped(store.rows(`SELECT recipient, template_name FROM mail_messages WHERE template_name IN ('verify_email', 'reset_password') AND recipient IN (${emails})`), (row) => `${row.recipient} ${row.template_name}`);
  const waiting = grouped(store.rows(`SELECT email, purpose FROM verification_tokens WHERE purpose IN ('verify_email', 'reset_password') AND email IN (${emails})`), (row) => `${row.email} ${row.purpose}`);
  for (const person of people) {
    const differs = (what, found, believed) => String(found) === String(believed) || findings.push(`${person.email}: ${what} is ${found}, not ${believed}`);
    const user = users.get(person.email);
    const count = (groups, key) => (groups.get(key) ?? []).length;
    differs("there", Boolean(user), person.stage === "confirmed");
    differs("mails to confirm the address", count(mails, `${person.email} verify_email`), person.verificationMails);
    differs("mails to reset the password", count(mails, `${person.email} reset_password`), person.resetMails);
    differs("links that confirm", count(waiting, `${person.email} verify_email`), person.stage === "asked" ? 1 : 0);
    differs("links that reset", count(waiting, `${person.email} reset_password`), person.resetWaits ? 1 : 0);
    if (!user || person.stage !== "confirmed") continue;
    differs("id", user.id, person.id);
    differs("name", user.name, person.name);
    differs("status", user.status, "active");
    differs("credential version", user.credential_version, person.version);
    differs("roles", sorted((roles.get(user.id) ?? []).map(({ role }) => role)), sorted(person.roles));
    differs("sessions", sorted((sessions.get(user.id) ?? []).map(({ id }) => id)), sorted(person.sessions.keys()));
  }
  return findings;
}

const ledgers = {
  "audit rows without place": "SELECT count(*) AS n FROM auth_audit_log WHERE sequence IS NULL",
  "outbox rows without place": "SELECT count(*) AS n FROM outbox_events WHERE sequence IS NULL",
  "endings without place": "SELECT count(*) AS n FROM session_invalidations WHERE sequence IS NULL",
};
const gaps = {
  "gaps in the audit log": "SELECT coalesce(max(sequence), 0) - count(*) AS n FROM auth_audit_log",
  "gaps in the outbox": "SELECT coalesce(max(sequence), 0) - count(*) AS n FROM outbox_events",
  "audit rows without their event, or the reverse": "SELECT (SELECT count(*) FROM auth_audit_log) - (SELECT count(*) FROM outbox_events WHERE topic = 'identity.audit.recorded') AS n",
  "users whose events don't count up by one": "SELECT count(*) AS n FROM (SELECT subject FROM outbox_events WHERE subject IS NOT NULL GROUP BY subject HAVING count(*) <> max(userversion) OR count(DISTINCT userversion) <> count(*)) AS bad",
  "counts of a user's events that are behind": "SELECT count(*) AS n FROM subject_versions AS v JOIN (SELECT subject, max(userversion) AS most FROM outbox_events GROUP BY subject) AS o ON o.subject = v.subject WHERE o.most <> v.userversion",
  "two events in one place": "SELECT count(*) - count(DISTINCT event_id) AS n FROM outbox_events",
};

/** The ledgers: everything gets its place, with no gap, and the chain verifies. */
export async function judgeLedgers(store, program) {
  const findings = [];
  const count = (text) => Number(store.rows(text)[0].n);
  for (const [what, text] of Object.entries(ledgers)) {
    const deadline = Date.now() + 5_000;
    while (count(text) > 0 && Date.now() < deadline) await pause(50);
    if (count(text) > 0) findings.push(`${count(text)} ${what}`);
  }
  for (const [what, text] of Object.entries(gaps)) if (count(text) !== 0) findings.push(`${count(text)} ${what}`);
  const damage = store.damage();
  if (damage) findings.push(`the database: ${damage}`);
  const verified = gatehouse(["audit", "verify", "--dev", "--data", store.data, ...store.args], { program });
  if (verified.status !== 0 || !verified.stdout.startsWith("whole")) findings.push(`audit verify: ${verified.status} ${verified.stdout} ${verified.stderr}`);
  return findings;
}

/** What the server itself says: live sessions are good, dead ones are not, and nothing that was spent is taken again. */
export async function judgeAnswers(client, people) {
  const findings = [];
  const check = async (token, wanted, who) => {
    const { status } = await client.get("/v1/session", { headers: { Authorization: `Bearer ${token}` } });
    if (status !== wanted) findings.push(`${who}: a session that must be ${wanted === 200 ? "alive" : "dead"} was answered ${status}`);
  };
  for (const person of people) {
    for (const token of person.sessions.values()) if (token) await check(token, 200, person.email);
    for (const token of person.dead.splice(0)) await check(token, 401, person.email);
    if (!person.spent) continue;
    const { status } = await client.call("POST", person.spent.path, { json: person.spent.json });
    if (status < 400 || status >= 500) findings.push(`${person.email}: a spent token was answered ${status} by ${person.spent.path}`);
    delete person.spent;
  }
  return findings;
}
