// A strict stand-in for HashiCorp Vault's Transit engine on loopback: its key types, defaults, answers and errors as the
// documentation has them, with real signatures; and its bad days, for tests of outages. Not a Vault.
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, sign, constants } from "node:crypto";
import http from "node:http";
import https from "node:https";

const keyTypes = {
  "aes256-gcm96": {},
  ed25519: { pair: () => generateKeyPairSync("ed25519") },
  "ecdsa-p256": { label: "P-256", pair: () => generateKeyPairSync("ec", { namedCurve: "P-256" }) },
  "rsa-2048": { label: "rsa-2048", pair: () => generateKeyPairSync("rsa", { modulusLength: 2048 }) },
};
const hashes = { "sha2-256": "sha256", "sha2-384": "sha384", "sha2-512": "sha512" };

class Refusal extends Error {
  constructor(status, ...errors) {
    super(errors[0]);
    Object.assign(this, { status, errors });
  }
}
const bad = (...errors) => new Refusal(400, ...errors);
const decode64 = (text, what) => {
  if (typeof text !== "string" || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw bad(`unable to decode ${what} as base64`);
  return Buffer.from(text, "base64");
};

export class VaultTransit {
  keys = new Map();
  tokens = new Map();
  calls = [];
  sealed = false;
  /** `(call) => undefined | { status, body, raw, delay }` decides over a call before anything else does. */
  intercept = () => undefined;
  lease = 3600;
  renewable = true;

  constructor({ mount = "transit", namespace, token = "root-token", roleId = "role", secretId = "secret", tls } = {}) {
    Object.assign(this, { mount, namespace, roleId, secretId, tls });
    this.addToken(token, 0);
    this.#server = this.#make();
  }
  #make() {
    const receive = (request, response) => this.#receive(request, response);
    return this.tls ? https.createServer(this.tls, receive) : http.createServer(receive);
  }
  #server;

  async start(port = 0) {
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(port, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    this.address = `${this.tls ? "https" : "http"}://127.0.0.1:${this.port}`;
    return this;
  }
  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
  /** The same Vault at the same address again, after stop(). */
  async restart() {
    this.#server = this.#make();
    return await this.start(this.port);
  }

  /** A token of `seconds`; 0 never ends. */
  addToken(token, seconds = this.lease, renewable = this.renewable) {
    this.tokens.set(token, { ends: seconds === 0 ? Infinity : Date.now() + seconds * 1000, ttl: seconds, renewable: seconds > 0 && renewable });
    return token;
  }
  revoke(token) {
    this.tokens.delete(token);
  }
  callsTo(part) {
    return this.calls.filter(({ path }) => path.includes(part));
  }

  async #receive(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = { method: request.method, path: request.url.replace(/^\/v1\//, ""), headers: request.headers, text: Buffer.concat(chunks).toString("utf8") };
    this.calls.push(call);
    const ordered = this.intercept(call);
    if (ordered?.delay) await new Promise((resolve) => setTimeout(resolve, ordered.delay));
    if (ordered?.raw !== undefined) return response.writeHead(ordered.status ?? 200, { "content-type": "text/html" }).end(ordered.raw);
    if (ordered?.status) return this.#answer(response, ordered.status, ordered.body ?? { errors: [] }, ordered.headers);
    try {
      const body = this.#handle(call);
      return this.#answer(response, body === undefined ? 204 : 200, body);
    } catch (error) {
      if (error instanceof Refusal) return this.#answer(response, error.status, { errors: error.errors });
      return this.#answer(response, 500, { errors: [`internal error: ${error.message}`] });
    }
  }

  #answer(response, status, body, headers = {}) {
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #handle(call) {
    if (this.sealed) throw new Refusal(503, "Vault is sealed");
    if ((call.headers["x-vault-namespace"] ?? "") !== (this.namespace ?? "")) throw new Refusal(403, "permission denied");
    let body = {};
    try {
      if (call.text) body = JSON.parse(call.text);
    } catch {
      throw bad("failed to parse JSON input");
    }
    if (call.path === "auth/approle/login" && call.method === "POST") return this.#login(body);
    const token = call.headers["x-vault-token"];
    const known = this.tokens.get(token);
    if (!known || known.ends <= Date.now()) throw new Refusal(403, "permission denied");
    if (call.path === "auth/token/lookup-self") return this.#envelope({ ttl: this.#left(known), renewable: known.renewable, policies: ["gatehouse"], num_uses: 0, expire_time: known.ttl ? new Date(known.ends).toISOString() : null });
    if (call.path === "auth/token/renew-self") return this.#renew(token, known);
    const [mount, verb, name, last, ...rest] = call.path.split("/").map(decodeURIComponent);
    if (mount !== this.mount || !name || rest.length > 0) throw new Refusal(404, "no handler for route");
    return this.#transit(call.method, verb, name, last, body);
  }

  #left = ({ ttl, ends }) => (ttl ? Math.max(0, Math.floor((ends - Date.now()) / 1000)) : 0);
  #envelope = (data, auth = null) => ({ request_id: randomBytes(8).toString("hex"), lease_id: "", renewable: false, lease_duration: 0, data, warnings: null, auth });
  #auth = (token, { ttl, renewable }) => this.#envelope(null, { client_token: token, accessor: "accessor", policies: ["gatehouse"], token_policies: ["gatehouse"], metadata: {}, lease_duration: ttl, renewable });

  #login({ role_id: role, secret_id: secret }) {
    if (role !== this.roleId || secret !== this.secretId) throw bad("invalid role or secret ID");
    const token = this.addToken(`hvs.${randomBytes(12).toString("hex")}`);
    return this.#auth(token, this.tokens.get(token));
  }
  #renew(token, known) {
    if (!known.renewable) throw bad("lease is not renewable");
    this.addToken(token);
    return this.#auth(token, this.tokens.get(token));
  }

  #transit(method, verb, name, last, body) {
    if (verb === "keys") return this.#manage(method, name, last, body);
    if (method !== "POST") throw new Refusal(405, "unsupported operation");
    const key = this.keys.get(name);
    if (verb === "encrypt") return this.#envelope(this.#encrypt(key ?? this.#create(name, {}), body));
    if (verb === "decrypt") return this.#envelope(this.#decrypt(key, body));
    if (verb === "sign") return this.#envelope(this.#sign(key, last, body));
    throw new Refusal(404, "unsupported path");
  }

  #manage(method, name, action, body) {
    const key = this.keys.get(name);
    if (action === undefined && method === "POST") return this.#envelope(this.#describe(key ?? this.#create(name, body)));
    if (action === undefined && method === "GET") {
      if (!key) throw new Refusal(404);
      return this.#envelope(this.#describe(key));
    }
    if (method !== "POST") throw new Refusal(405, "unsupported operation");
    if (!key) throw bad("key not found");
    if (action === "rotate") return void this.#addVersion(key);
    if (action === "config") return void this.#configure(key, body);
    throw new Refusal(404, "unsupported path");
  }

  #create(name, { type = "aes256-gcm96" }) {
    if (!keyTypes[type]) throw bad(`unknown key type ${type}`);
    const key = { name, type, versions: [], minDecryption: 1, minEncryption: 0 };
    this.keys.set(name, key);
    this.#addVersion(key);
    return key;
  }
  #addVersion(key) {
    const pair = keyTypes[key.type].pair?.();
    key.versions.push({ ...(pair ?? { secret: randomBytes(32) }), created: new Date() });
  }
  #configure(key, body) {
    const latest = key.versions.length;
    const { min_decryption_version: decryption = key.minDecryption, min_encryption_version: encryption = key.minEncryption } = body;
    if (decryption > latest || encryption > latest) throw bad("cannot set min version greater than latest key version");
    if (encryption !== 0 && encryption < decryption) throw bad("min encryption version should not be less than min decryption version");
    Object.assign(key, { minDecryption: Math.max(1, decryption), minEncryption: encryption });
  }

  #describe(key) {
    const signing = key.type !== "aes256-gcm96";
    const shown = key.versions.map((version, index) => [String(index + 1), this.#publicOf(key, version)]).slice(key.minDecryption - 1);
    return {
      name: key.name, type: key.type, derived: false, exportable: false, deletion_allowed: false, latest_version: key.versions.length,
      min_available_version: 0, min_decryption_version: key.minDecryption, min_encryption_version: key.minEncryption,
      supports_signing: signing, supports_encryption: !signing || key.type.startsWith("rsa"), auto_rotate_period: 0, imported_key: false, keys: Object.fromEntries(shown),
    };
  }
  #publicOf(key, { publicKey, created }) {
    if (!publicKey) return Math.floor(created.getTime() / 1000);
    const raw = key.type === "ed25519" ? Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url").toString("base64") : publicKey.export({ format: "pem", type: "spki" });
    return { name: keyTypes[key.type].label ?? "ed25519", public_key: raw, creation_time: created.toISOString(), certificate_chain: "" };
  }

  #versionOf(key, asked = 0, what) {
    const latest = key.versions.length;
    if (asked > latest || asked < 0) throw bad(`requested version for ${what} is higher than the latest key version`);
    if (asked !== 0 && asked < key.minEncryption) throw bad(`requested version for ${what} is less than the minimum encryption key version`);
    return asked || latest;
  }

  #sign(key, pathHash, body) {
    if (!key) throw bad("signing key not found");
    if (key.type === "aes256-gcm96") throw bad(`key type ${key.type} does not support signing`);
    const hash = pathHash ?? body.hash_algorithm ?? "sha2-256";
    if (!hashes[hash]) throw bad(`invalid hash algorithm ${hash}`);
    const { signature_algorithm: padding = "pss", marshaling_algorithm: marshaling = "asn1" } = body;
    if (!["pss", "pkcs1v15"].includes(padding)) throw bad(`invalid signature algorithm ${padding}`);
    if (!["asn1", "jws"].includes(marshaling)) throw bad(`invalid marshaling type "${marshaling}"`);
    const version = this.#versionOf(key, body.key_version, "signing");
    const one = (input) => {
      if (input === undefined) throw bad("missing input for HMAC");
      const bytes = this.#signature(key, version, decode64(input, "input"), { hash: hashes[hash], padding, marshaling });
      return { signature: `vault:v${version}:${bytes.toString(marshaling === "jws" ? "base64url" : "base64")}`, key_version: version };
    };
    if (!body.batch_input) return one(body.input);
    if (!Array.isArray(body.batch_input) || body.batch_input.length === 0) throw bad("missing batch input to process");
    return { batch_results: body.batch_input.map((item) => this.#item(item, one)) };
  }
  #item({ input, reference }, one) {
    const named = reference === undefined ? {} : { reference };
    try {
      return { ...one(input), ...named };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { error: error.errors[0], ...named };
    }
  }
  #signature(key, version, input, { hash, padding, marshaling }) {
    const { privateKey } = key.versions[version - 1];
    if (key.type === "ed25519") return sign(null, input, privateKey);
    if (key.type.startsWith("ecdsa")) return sign(hash, input, { key: privateKey, dsaEncoding: marshaling === "jws" ? "ieee-p1363" : "der" });
    return sign(hash, input, padding === "pss" ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN } : privateKey);
  }

  #encrypt(key, body) {
    if (key.type !== "aes256-gcm96") throw bad(`message encryption not supported for key type ${key.type}`);
    const version = this.#versionOf(key, body.key_version, "encryption");
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key.versions[version - 1].secret, nonce);
    const sealed = Buffer.concat([nonce, cipher.update(decode64(body.plaintext, "plaintext")), cipher.final(), cipher.getAuthTag()]);
    return { ciphertext: `vault:v${version}:${sealed.toString("base64")}`, key_version: version };
  }
  #decrypt(key, { ciphertext }) {
    if (!key) throw bad("encryption key not found");
    const [, number, text] = /^vault:v(\d+):(.+)$/.exec(ciphertext ?? "") ?? [];
    if (!number) throw bad("invalid ciphertext: no prefix");
    if (Number(number) < key.minDecryption) throw bad("ciphertext or signature version is disallowed by policy (too old)");
    const bytes = decode64(text, "ciphertext");
    try {
      const opener = createDecipheriv("aes-256-gcm", key.versions[number - 1].secret, bytes.subarray(0, 12));
      opener.setAuthTag(bytes.subarray(-16));
      return { plaintext: Buffer.concat([opener.update(bytes.subarray(12, -16)), opener.final()]).toString("base64") };
    } catch {
      throw bad("cipher: message authentication failed");
    }
  }
}

/** A running stand-in: `const vault = await startVault(); after(() => vault.stop());` */
export const startVault = (options) => new VaultTransit(options).start();
