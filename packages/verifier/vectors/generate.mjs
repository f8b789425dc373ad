// Writes packages/contracts/jwt-vectors.json: access tokens that every verifier must accept, and such that it must refuse.
// Signed with the keys of keys.json, which are public and good for nothing else.
//   node vectors/generate.mjs           writes the file
//   node vectors/generate.mjs --check   ends with 1 when the file is not what would be written
// ECDSA signatures differ each time, so one that is there and verifies is kept.
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../../contracts/jwt-vectors.json", import.meta.url));
const schema = JSON.parse(readFileSync(new URL("../../contracts/jwt.schema.json", import.meta.url), "utf8"));
const jwks = JSON.parse(readFileSync(new URL("keys.json", import.meta.url), "utf8")).keys;
const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { accept: [], reject: [] };
const oldTokens = [...known.accept, ...known.reject].map(({ token }) => token);

const [person, service] = schema.examples;
const now = person.iat + 60;
const secrets = Object.fromEntries(jwks.map((jwk) => [jwk.kid, createPrivateKey({ format: "jwk", key: jwk })]));
const publicKeys = Object.fromEntries(jwks.map((jwk) => [jwk.kid, createPublicKey({ format: "jwk", key: jwk })]));
const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const [ed, es, rs, stranger] = ["test-ed25519", "test-p256", "test-rsa", "test-stranger"];
const algorithmOf = { [ed]: "EdDSA", [es]: "ES256", [rs]: "RS256", [stranger]: "EdDSA" };

function signatureOf(input, kid) {
  if (kid !== es) return sign(kid === rs ? "sha256" : null, Buffer.from(input), secrets[kid]);
  const kept = oldTokens.find((token) => token.startsWith(`${input}.`));
  const old = kept && Buffer.from(kept.slice(input.length + 1), "base64url");
  const key = { key: publicKeys[es], dsaEncoding: "ieee-p1363" };
  return old && verify("sha256", Buffer.from(input), key, old) ? old : sign("sha256", Buffer.from(input), { key: secrets[es], dsaEncoding: "ieee-p1363" });
}

/** A token signed by `kid`; members given as undefined are left out. */
function token({ claims = person, header = {}, kid = ed } = {}) {
  const head = { alg: algorithmOf[kid], typ: "at+jwt", kid, ...header };
  const input = `${encode(head)}.${encode(claims)}`;
  return `${input}.${signatureOf(input, kid).toString("base64url")}`;
}
const withClaims = (change) => token({ claims: { ...person, ...change } });
const good = token();
const [goodHeader, goodPayload, goodSignature] = good.split(".");
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sloppy = goodSignature.slice(0, -1) + alphabet[alphabet.indexOf(goodSignature.at(-1)) + 1];
const forgedByItself = { header: { kid: ed, jwk: publicKeys[stranger].export({ format: "jwk" }) }, kid: stranger };

function hmacHeader() {
  const input = `${encode({ alg: "HS256", typ: "at+jwt", kid: ed })}.${goodPayload}`;
  return `${input}.${goodSignature}`;
}

const accept = [
  ["a person's token, EdDSA", good],
  ["a person's token, ES256", token({ kid: es })],
  ["a person's token, RS256", token({ kid: rs })],
  ["a service's token", token({ claims: service })],
  ["typ in another case", token({ header: { typ: "AT+JWT" } })],
  ["typ as a whole media type", token({ header: { typ: "application/at+jwt" } })],
  ["several audiences, ours among them", withClaims({ aud: ["other", "platform"] })],
  ["a claim that nobody knows", withClaims({ added: { later: true } })],
  ["its last second", withClaims({ exp: now + 1 })],
  ["its first second", withClaims({ iat: now, nbf: now })],
];

const reject = [
  ["another issuer", withClaims({ iss: "https://id.example.com/" })],
  ["no issuer", withClaims({ iss: undefined })],
  ["another audience", withClaims({ aud: "payouts" })],
  ["an audience that only begins like ours", withClaims({ aud: "platform-2" })],
  ["no audience", withClaims({ aud: undefined })],
  ["an empty list of audiences", withClaims({ aud: [] })],
  ["no subject", withClaims({ sub: undefined })],
  ["expired", withClaims({ exp: now - 60 })],
  ["expired this second", withClaims({ exp: now })],
  ["no exp", withClaims({ exp: undefined })],
  ["exp as text", withClaims({ exp: String(person.exp) })],
  ["exp with a fraction", withClaims({ exp: person.exp + 0.5 })],
  ["exp below zero", withClaims({ exp: -1 })],
  ["not valid yet", withClaims({ nbf: now + 60 })],
  ["issued in the future", withClaims({ iat: now + 60 })],
  ["an ID token", token({ header: { typ: "JWT" } })],
  ["no typ", token({ header: { typ: undefined } })],
  ["alg none, no signature", `${encode({ alg: "none", typ: "at+jwt", kid: ed })}.${goodPayload}.`],
  ["alg none with the old signature", `${encode({ alg: "none", typ: "at+jwt", kid: ed })}.${goodPayload}.${goodSignature}`],
  ["HS256 under an asymmetric key's kid", hmacHeader()],
  ["another key's algorithm", token({ header: { alg: "ES256" } })],
  ["an unknown kid", token({ kid: stranger })],
  ["no kid", token({ header: { kid: undefined } })],
  ["an unknown key under a known kid", token({ header: { kid: ed }, kid: stranger })],
  ["a key in its own header", token(forgedByItself)],
  ["a key's address in its header", token({ header: { jku: "https://attacker.example/jwks.json" } })],
  ["a critical extension", token({ header: { crit: ["exp"], exp: 1 } })],
  ["a changed payload", `${goodHeader}.${encode({ ...person, roles: ["admin"] })}.${goodSignature}`],
  ["a cut signature", good.slice(0, -2)],
  ["a signature of nothing", `${goodHeader}.${goodPayload}.`],
  ["a second spelling of the signature", `${goodHeader}.${goodPayload}.${sloppy}`],
  ["padding", `${good}==`],
  ["a line feed at the end", `${good}\n`],
  ["four parts", `${good}.AA`],
  ["two parts", `${goodHeader}.${goodPayload}`],
  ["nothing", ""],
  ["a payload that is a list", token({ claims: [person] })],
  ["a payload that is no JSON", token({ claims: "{" })],
  ["longer than 16 KiB", withClaims({ added: "x".repeat(17_000) })],
];

const publicOf = (jwk) => ({ ...publicKeys[jwk.kid].export({ format: "jwk" }), kid: jwk.kid, alg: algorithmOf[jwk.kid], use: "sig" });
const vectors = {
  about: "Tokens that every verifier of jwt.md accepts or refuses at `now` with no clock tolerance. Made by packages/verifier/vectors/generate.mjs; the keys are public.",
  issuer: person.iss,
  audience: "platform",
  now,
  jwks: { keys: jwks.filter(({ kid }) => kid !== stranger).map(publicOf) },
  accept: accept.map(([name, each]) => ({ name, token: each })),
  reject: reject.map(([name, each]) => ({ name, token: each })),
};
const text = `${JSON.stringify(vectors, null, 2)}\n`;
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
  console.error("packages/contracts/jwt-vectors.json is not what its generator writes: run `npm run vectors` in packages/verifier");
  process.exitCode = 1;
}
