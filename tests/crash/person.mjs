// A person as the client that owns them believes them to be. Each call that happened is applied once: when its answer came,
// or, where a crash left that open, when the judge found its audit row.

let made = 0;

export class Person {
  ip = `10.${(++made >> 16) & 255}.${(made >> 8) & 255}.${made & 255}`; // each lives in a network of its own
  stage = "stranger"; // then "asked", then "confirmed"
  name = null;
  roles = new Set();
  sessions = new Map(); // id → token, or undefined where the answer with it was lost
  dead = []; // tokens of ended sessions
  version = 1; // of the credentials
  resetWaits = false; // a mailed link that was not used yet
  verificationMails = 0;
  resetMails = 0;

  constructor(email, password) {
    this.email = email;
    this.password = password;
  }

  /** A session whose token is known. */
  get session() {
    return [...this.sessions].find(([, token]) => token);
  }

  endSessions({ except } = {}) {
    for (const [id, token] of this.sessions) {
      if (id === except) continue;
      if (token) this.dead.push(token);
      this.sessions.delete(id);
    }
  }
}
