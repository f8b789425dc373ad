// A population for the `large` row: users, two sessions each, attempts and roles, written by SQL alone, since a million
// sign-ups would take a day of hashing. The rows look as the service writes them; what needs a secret (the tokens of some
// sessions, the password that all share) is made here by the documented format.
import { createHash, randomBytes } from "node:crypto";
import { crc32 as zlibCrc } from "node:zlib";

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const table = Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; ++bit) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const crc32 = zlibCrc ?? ((text) => (~Buffer.from(text).reduce((crc, byte) => (crc >>> 8) ^ table[(crc ^ byte) & 255], ~0)) >>> 0);

/** A session token for a row id, as packages/auth/token.hpp describes it. */
export function sessionToken(id) {
  const checked = `gths_${base64url(Buffer.from(id.replaceAll("-", ""), "hex"))}${base64url(randomBytes(32))}`;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(checked));
  return checked + base64url(sum);
}
export const tokenHash = (token) => createHash("sha256").update(token).digest("hex");

const hex = (n) => n.toString(16).padStart(12, "0");
export const userId = (n) => `01990000-0000-7000-8000-${hex(n)}`;
export const sessionId = (n) => `0199aaaa-0000-7000-8000-${hex(n)}`;
const names = "adabobcaldaneveflogusheaidajonkaylealizmianednoraolpampiaquiravroysalsuetedtimunavalvicwynyan";
const nameCount = names.length / 3;
export const address = (n) => `${names.slice((n % nameCount) * 3, (n % nameCount) * 3 + 3)}.${((n * 2654435761) % 4294967296).toString(16).padStart(8, "0")}@example.com`;

/** What differs between the two databases, as SQL. */
const dialects = {
  sqlite: {
    schema: "",
    series: (count) => `(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count}) SELECT n FROM series)`,
    hex: (n, width) => `printf('%0${width}x', ${n})`,
    ago: (seconds) => `(CAST(strftime('%s', 'now') AS INTEGER) - (${seconds})) * 1000000`,
    random: () => "randomblob(32)",
    bytes: (text) => `x'${text}'`,
    yes: "1", no: "0", empty: "'[]'", password: "'[\"pwd\"]'",
  },
  postgres: {
    schema: "SET search_path = identity;",
    series: (count) => `generate_series(1::bigint, ${count}::bigint) AS series(n)`,
    hex: (n, width) => `lpad(to_hex(${n}), ${width}, '0')`,
    ago: (seconds) => `now() - make_interval(secs => (${seconds})::double precision)`,
    random: (n) => `sha256((${n})::text::bytea)`,
    bytes: (text) => `'\\x${text}'`,
    yes: "true", no: "false", empty: "'[]'::jsonb", password: "'[\"pwd\"]'::jsonb",
  },
};

/** Every tenth is disabled, and failed at the last try. */
export const isDisabled = (n) => n % 10 === 0;

/** The SQL that adds `users` people; all have the password of `passwordHash`. */
export function populationSql(kind, { users, passwordHash }) {
  const d = dialects[kind];
  const id = (n) => `'01990000-0000-7000-8000-' || ${d.hex(n, 12)}`;
  const who = "substr('" + names + `', CAST(n % ${nameCount} AS integer) * 3 + 1, 3)`;
  const tail = d.hex("(n * 2654435761) % 4294967296", 8);
  const day = 86_400;
  return `${d.schema}
BEGIN;
INSERT INTO users (id, email, email_canonical, email_verified_at, name, name_folded, status, status_reason, password_hash, password_changed_at, credential_version, password_exposed, reset_required, identity_verification, screening, screening_public, compliance_hold, mail_undeliverable, created_at, updated_at, last_sign_in_at, version)
SELECT ${id("n")}, ${who} || '.' || ${tail} || '@example.com', ${who} || '.' || ${tail} || '@example.com', ${d.ago("n % 100000")}, upper(${who}) || ' ' || ${tail}, ${who} || ' ' || ${tail},
  CASE WHEN n % 10 = 0 THEN 'disabled' ELSE 'active' END, CASE WHEN n % 10 = 0 THEN 'bench' END, '${passwordHash}', ${d.ago("1000")}, 1, ${d.no}, ${d.no}, 'unverified', 'unscreened', 'unscreened', ${d.no}, ${d.no}, ${d.ago("n % 100000")}, ${d.ago("10")}, ${d.ago("n % 100000")}, 1
FROM ${d.series(users)};
INSERT INTO sessions (id, user_id, token_hash, client_id, created_at, authenticated_at, last_seen_at, expires_at, idle_timeout, ends_at, acr, amr, ip, user_agent, device)
SELECT '0199aaaa-0000-7000-8000-' || ${d.hex("n", 12)}, ${id("(n + 1) / 2")}, ${d.random("n")}, 'default', ${d.ago(60)}, ${d.ago(60)}, ${d.ago(0)}, ${d.ago(-30 * day)}, ${14 * day}000000, ${d.ago(-14 * day)}, 'aal1', ${d.password}, '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0', 'Firefox on Linux'
FROM ${d.series(2 * users)};
INSERT INTO login_attempts (id, occurred_at, user_id, identifier_hmac, outcome, factor, reason, client_id, ip, network, user_agent, device, latency, risk_level, risk_score, risk_reasons, request_id)
SELECT '0199bbbb-0000-7000-8000-' || ${d.hex("n", 12)}, ${d.ago(`${users} - n`)}, ${id("n")}, 'h' || ${tail}, CASE WHEN n % 10 = 0 THEN 'failure' ELSE 'success' END, 'password', CASE WHEN n % 10 = 0 THEN 'invalid_credentials' ELSE '' END, 'default', '203.0.113.7', '203.0.113.' || (n % 250), 'bench', 'Firefox on Linux', 30000, 'low', 0, ${d.empty}, 'bench'
FROM ${d.series(users)};
INSERT INTO role_assignments (id, user_id, role, granted_by_type, granted_by, created_at)
SELECT '0199cccc-0000-7000-8000-' || ${d.hex("n", 12)}, ${id("n")}, CASE WHEN n <= 100 THEN 'support' ELSE 'seller' END, 'system', 'bench', ${d.ago(60)}
FROM ${d.series(users)} WHERE n <= 100 OR n % 4 = 0;
COMMIT;
${kind === "postgres" ? "VACUUM (ANALYZE) users; VACUUM (ANALYZE) sessions; VACUUM (ANALYZE) login_attempts; VACUUM (ANALYZE) role_assignments;" : ""}`;
}

/** The SQL that gives sessions the tokens of `tokens`: pairs of session id and token. */
export function tokensSql(kind, tokens) {
  const d = dialects[kind];
  return `${d.schema}\nBEGIN;\n${tokens.map(([id, token]) => `UPDATE sessions SET token_hash = ${d.bytes(tokenHash(token))} WHERE id = '${id}';`).join("\n")}\nCOMMIT;`;
}
