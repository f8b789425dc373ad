// Everything secret that a test sent or was sent, so that the server's logs can be searched for it at the end.

const secretMembers = new Set(["password", "new_password", "current_password", "token", "device_token", "access_token", "code", "secret", "totp_secret", "otpauth_uri", "client_secret"]);
const tokenText = /gth[a-z]_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g;

/** A checkpoint of the audit log is meant to be seen: it leaves the store as an event and as a line of the log. */
function isCheckpoint(token) {
  try {
    return JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString()).typ === "audit-checkpoint+jws";
  } catch {
    return false;
  }
}

export class SecretsSeen {
  #texts = new Set();

  add(text) {
    if (typeof text === "string" && text.length >= 6) this.#texts.add(text);
  }

  /** Remembers tokens anywhere in a text: headers, links, cookies. */
  addTokensIn(text) {
    for (const [token] of String(text ?? "").matchAll(tokenText)) if (!isCheckpoint(token)) this.#texts.add(token);
  }

  /** Remembers the secret members of a JSON value, at any depth. */
  addFrom(value) {
    if (Array.isArray(value)) return value.forEach((each) => this.addFrom(each));
    if (typeof value === "string") return this.addTokensIn(value);
    if (value === null || typeof value !== "object") return;
    for (const [name, member] of Object.entries(value)) {
      if (name === "backup_codes" && Array.isArray(member)) member.forEach((code) => this.add(code));
      // A problem's `code` is a name out of errors.yaml, and a field error's likewise.
      else if (secretMembers.has(name) && !(name === "code" && /^[a-z_]+$/.test(member))) this.add(member);
      this.addFrom(member);
    }
  }

  /** The secrets that occur in a text. Short codes only count where they stand alone, not inside a time or an id. */
  foundIn(text) {
    const escaped = (secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return [...this.#texts].filter((secret) =>
      secret.length > 8 ? text.includes(secret) : new RegExp(`(?<![\\w.:-])${escaped(secret)}(?![\\w.:-])`).test(text),
    );
  }
}
