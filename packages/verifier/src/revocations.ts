import type { AccessTokenClaims } from "./claims.js";

export interface FollowOptions {
  /** Gatehouse's public_url. */
  baseUrl: string;
  /** A service key with `identity.revocations.read`. */
  serviceKey: string;
  /** Told when the feed has been silent for more than 10 s, and when it is heard again. */
  onStale?: (stale: boolean) => void;
  /** Told why a reading failed; the feed goes on by itself. */
  onError?: (error: unknown) => void;
  fetch?: typeof fetch;
}

/** What has been heard of the feed so far. */
export interface RevocationFeed {
  /** Resolves when everything that still matters has been read once. */
  readonly ready: Promise<void>;
  /** Whether the feed has been silent for more than 10 s, or was never heard. */
  readonly stale: boolean;
  isRevoked(claims: Pick<AccessTokenClaims, "sub" | "sid" | "iat">): boolean;
  /** Ends the following; what was heard stays. */
  stop(): Promise<void>;
}

interface Revocation {
  session_id?: string;
  user_id?: string;
  before: string;
  expires_at: string;
}

const staleAfter = 10_000;
const patience = 4; // seconds of one long poll: silence past 10 s is an outage then, and never mere quiet
const pageSize = 1000;
const readLimit = 8_000;
const forgetEvery = 30_000;
const clockSlack = 60_000; // entries outlive their tokens by this, for clocks that differ

/** Ended sessions, and for users the time before which a token is void. */
class Endings {
  #sessions = new Map<string, number>();
  #users = new Map<string, { before: number; until: number }>();

  add({ session_id, user_id, before, expires_at }: Revocation): void {
    const until = Date.parse(expires_at) + clockSlack;
    if (session_id !== undefined) this.#sessions.set(session_id, Math.max(until, this.#sessions.get(session_id) ?? 0));
    if (user_id === undefined) return;
    const known = this.#users.get(user_id);
    this.#users.set(user_id, { before: Math.max(Date.parse(before), known?.before ?? 0), until: Math.max(until, known?.until ?? 0) });
  }

  /** `iat` is whole seconds, cut off: a token of the very second of the ending counts as older. */
  has({ sub, sid, iat }: Pick<AccessTokenClaims, "sub" | "sid" | "iat">): boolean {
    if (sid !== undefined && this.#sessions.has(sid)) return true;
    const user = this.#users.get(sub);
    return user !== undefined && (iat ?? 0) * 1000 < user.before;
  }

  forget(now: number): void {
    for (const [id, until] of this.#sessions) if (until < now) this.#sessions.delete(id);
    for (const [id, { until }] of this.#users) if (until < now) this.#users.delete(id);
  }
}

class Follower implements RevocationFeed {
  readonly ready: Promise<void>;
  readonly #options: FollowOptions;
  readonly #stopping = new AbortController();
  readonly #endings = new Endings();
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #loop: Promise<void>;
  #cursor: string | undefined;
  #heardAt = Number.NEGATIVE_INFINITY;
  #told = false;
  #forgotAt = 0;
  #becomeReady!: () => void;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.ready = new Promise((resolve) => (this.#becomeReady = resolve));
    const started = performance.now();
    this.#watch = setInterval(() => performance.now() - started > staleAfter && this.#tell(), 500);
    this.#loop = this.#follow();
  }

  get stale(): boolean {
    return performance.now() - this.#heardAt > staleAfter;
  }

  isRevoked(claims: Pick<AccessTokenClaims, "sub" | "sid" | "iat">): boolean {
    return this.#endings.has(claims);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#watch);
    await this.#loop;
  }

  #tell(): void {
    if (this.stale === this.#told) return;
    this.#told = this.stale;
    this.#options.onStale?.(this.#told);
  }

  async #follow(): Promise<void> {
    let failures = 0;
    let caughtUp = false;
    while (!this.#stopping.signal.aborted) {
      try {
        const begin = performance.now();
        const items = await this.#read(caughtUp ? patience : 0);
        failures = 0;
        this.#heardAt = performance.now();
        this.#tell();
        if (items < pageSize && !caughtUp) {
          caughtUp = true;
          this.#becomeReady();
        } else if (items === 0 && performance.now() - begin < 100) {
          await this.#pause(200);
        }
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.onError?.(error);
        await this.#pause(Math.min(100 * 2 ** failures++, 1_000));
      }
    }
  }

  async #read(wait: number): Promise<number> {
    const query = new URLSearchParams({ wait: String(wait), limit: String(pageSize) });
    if (this.#cursor !== undefined) query.set("cursor", this.#cursor);
    const limit = new AbortController();
    const giveUp = () => limit.abort();
    const timer = setTimeout(giveUp, readLimit);
    this.#stopping.signal.addEventListener("abort", giveUp, { once: true });
    try {
      const request = this.#options.fetch ?? globalThis.fetch;
      const answer = await request(`${this.#options.baseUrl.replace(/\/$/, "")}/v1/revocations?${query}`, {
        headers: { authorization: `Bearer ${this.#options.serviceKey}`, accept: "application/json" },
        redirect: "error",
        signal: limit.signal,
      });
      if (answer.status !== 200) {
        // Without a cursor the feed begins with all that still matters.
        if (answer.status === 400) this.#cursor = undefined;
        await answer.body?.cancel();
        throw new Error(`the revocation feed answers ${answer.status}`);
      }
      const { items, next_cursor } = (await answer.json()) as { items: Revocation[]; next_cursor: string };
      for (const item of items) this.#endings.add(item);
      this.#cursor = next_cursor;
      this.#forgetOld();
      return items.length;
    } finally {
      clearTimeout(timer);
      this.#stopping.signal.removeEventListener("abort", giveUp);
    }
  }

  #forgetOld(): void {
    if (performance.now() - this.#forgotAt < forgetEvery) return;
    this.#forgotAt = performance.now();
    this.#endings.forget(Date.now());
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        this.#stopping.signal.removeEventListener("abort", over);
        resolve();
      };
      const timer = setTimeout(over, milliseconds);
      this.#stopping.signal.addEventListener("abort", over, { once: true });
    });
  }
}

/** Follows GET /v1/revocations by long polls, so that an ended session's token is refused within two seconds. */
export function followRevocations(options: FollowOptions): RevocationFeed {
  return new Follower(options);
}
