// Writes a folder of seeds for each fuzz target: node tests/fuzz/seeds.mjs OUT. From tests/vectors and the contracts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = process.argv[2];
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const json = (path) => JSON.parse(read(path));
const vectors = (name) => json(`tests/vectors/${name}.json`);
const separator = Buffer.from([0xff]);
const together = (...texts) => Buffer.concat(texts.flatMap((text, index) => (index === 0 ? [Buffer.from(text)] : [separator, Buffer.from(text)])));

const naughty = vectors("blns/blns").filter((text) => text.length < 300);
const contract = json("packages/contracts/jwt-vectors.json");
const tokens = [...contract.accept, ...contract.reject].map(({ token }) => token);
const payloads = tokens.map((token) => Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")).filter(Boolean);
const webKeys = vectors("wycheproof/json_web_key_test").testGroups.flatMap((group) => [group.public, group.private].filter(Boolean));
const signatures = vectors("wycheproof/json_web_signature_test").testGroups.flatMap(({ tests }) => tests.map(({ jws }) => (typeof jws === "string" ? jws : JSON.stringify(jws))));
const request = (line, ...fields) => [line, "Host: localhost", ...fields, "", ""].join("\r\n");
const idToken = (more) => JSON.stringify({ iss: "https://accounts.google.com", aud: "client", sub: "1", exp: 1800000300, iat: 1800000000, nonce: "n-0S6", email: "a@example.com", email_verified: "true", ...more });

const seeds = {
  http_head: [request("GET / HTTP/1.1"), request("POST /v1/sign-in?x=%20 HTTP/1.1", "Content-Length: 5", "Expect: 100-continue"), request("POST / HTTP/1.1", "Transfer-Encoding: chunked"), request("GET http://localhost:8080/a HTTP/1.0", "Connection: keep-alive"), request("GET / HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"), "\r\n" + request("OPTIONS * HTTP/1.1")],
  http_chunked: ["5\r\nhello\r\n0\r\n\r\n", "A;x=y\r\n0123456789\r\n0\r\nTrailer: a\r\n\r\n", "ffffffffffffffff\r\n", "0\r\nContent-Length: 5\r\n\r\n"],
  json_body: ['{"email":"ada@example.com","password":"p","flag":true,"number":-1,"list":["a"],"name":null}', '{"email":"a","email":"b","password":""}', "email=ada%40example.com&password=x+y", '{"a":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}', '{"n":1e9999}', '"\\ud800"'],
  jwt: [...tokens, ...signatures],
  claims: [...payloads, idToken(), idToken({ aud: ["client", "other"], azp: "client", auth_time: 1799999999 }), idToken({ exp: 1.5 })],
  jwks: [JSON.stringify(contract.jwks), ...webKeys.map((key) => JSON.stringify(key.keys ? key : { keys: [key] }))],
  redirect: [together("https://shop.example.com/signed-in", "same-origin"), together("http://127.0.0.1:4321/callback", ""), together("com.example.app:/cb", "com.example.app:/cb"), together("https://shop.example.com", "cross-site"), together("https://shop.example.com@evil.example/signed-in", "null"), together("https://shop.example.com/signed-in/../x", "*")],
  email: ["ada@example.com", "Ada.Lovelace+x@Bücher.example", "a@xn--bcher-kva.example", '"a b"@example.com', "a@[127.0.0.1]", ...naughty],
  forwarded: [together("203.0.113.7, 10.0.0.2", "10.0.0.3", 'for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"'), together("::ffff:203.0.113.7", "2001:DB8:0:0::1", "for=unknown"), together(",,,", "", "for=_hidden")],
  cursor: ["eyJ4IjoxfQ", "gths_0123456789abcdefghijklABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefgABCDEF", ...naughty.slice(0, 40)],
  password_hash: JSON.stringify(vectors("kdf/argon2_phc_vectors")).match(/\$argon2[^"\\]+/g),
  totp: ["123456", "000000", "12 34 56", "１２３４５６", "JBSWY3DPEHPK3PXP", "AQI=", ...JSON.stringify(vectors("otp/rfc4226_rfc6238")).match(/"\d{6,8}"/g).map((code) => code.slice(1, -1))],
  cookie: ["__Host-gatehouse-session=gths_x; a=1", 'a="quoted"; a=2', "a=;;=b; gatehouse-session", ...naughty.slice(0, 40)],
  vault_reply: ["vault:v3:AQI", "vault:v4:AQI", "vault:v3:", '{"batch_results":[{"signature":"vault:v3:AQI","key_version":3},{"error":"signing key not found"}]}', '{"batch_results":[{"signature":"vault:v2:AQI"}]}', '{"batch_results":{}}'],
  svix: [together("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,x", '{"test": 2432232314}'), together("", "-1", "v1,", "")],
  incoming_event: ['{"specversion":"1.0","id":"e1","source":"https://accounts.example.com","type":"accounts.user.role_required","time":"2026-11-25T00:00:00Z","data":{"user_id":"0199c7a2-7b1e-7c11-8d0a-3f0f6f0a9b01","role":"seller","expires_at":null}}', '{"data":[]}', "[]"],
};

for (const [name, texts] of Object.entries(seeds)) {
  mkdirSync(join(out, name), { recursive: true });
  texts.forEach((text, index) => writeFileSync(join(out, name, `seed-${String(index).padStart(4, "0")}`), text));
}
