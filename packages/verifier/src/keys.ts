import { createLocalJWKSet, errors, type CompactJWSHeaderParameters, type FlattenedJWSInput, type JSONWebKeySet } from "jose";
import { TokenError } from "./errors.js";

type Resolve = ReturnType<typeof createLocalJWKSet>;

/** Where verification keys come from: a remote JWKS, or a test issuer's. */
export interface KeySource {
  find(header: CompactJWSHeaderParameters, token: FlattenedJWSInput): Promise<Awaited<ReturnType<Resolve>>>;
}

export interface RemoteKeysOptions {
  /** Least milliseconds between two readings that an unknown `kid` causes; 5,000 by default. */
  cooldown?: number;
  /** How long one reading may take; 5,000 ms by default. */
  timeout?: number;
  /** How long keys past their max-age serve while the JWKS can't be read; one hour by default. */
  staleFor?: number;
  fetch?: typeof fetch;
}

const defaultAge = 300_000;
const greatestAge = 3_600_000;

/** The age that Cache-Control allows, in milliseconds and within an hour. */
function ageOf(answer: Response): number {
  const seconds = /(?:^|[\s,])max-age=(\d+)/i.exec(answer.headers.get("cache-control") ?? "")?.[1];
  return seconds === undefined ? defaultAge : Math.min(Number(seconds) * 1000, greatestAge);
}

/** A JWKS that is kept as long as its max-age says, read again for an unknown `kid` at most once a cooldown, and kept on when it can't be read. */
export class RemoteKeys implements KeySource {
  readonly #uri: string;
  readonly #cooldown: number;
  readonly #timeout: number;
  readonly #staleFor: number;
  readonly #fetch: typeof fetch;
  #resolve: Resolve | undefined;
  #goodUntil = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(uri: string, options: RemoteKeysOptions = {}) {
    this.#uri = uri;
    this.#cooldown = options.cooldown ?? 5_000;
    this.#timeout = options.timeout ?? 5_000;
    this.#staleFor = options.staleFor ?? 3_600_000;
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  }

  async find(header: CompactJWSHeaderParameters, token: FlattenedJWSInput): ReturnType<KeySource["find"]> {
    const now = performance.now();
    if (!this.#resolve || now >= this.#goodUntil) await this.#refresh(now);
    if (!this.#resolve || performance.now() >= this.#goodUntil + this.#staleFor) throw new TokenError("unavailable", "the verification keys can't be read");
    try {
      return await this.#resolve(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.#refresh(performance.now()))) throw error;
      return await this.#resolve(header, token);
    }
  }

  /** Reads the set unless that was just tried; whether it was read. Callers at the same time share one reading. */
  async #refresh(now: number): Promise<boolean> {
    if (!this.#reading) {
      if (now - this.#triedAt < this.#cooldown) return false;
      this.#triedAt = now;
      this.#reading = this.#read().finally(() => (this.#reading = undefined));
    }
    try {
      await this.#reading;
      return true;
    } catch {
      return false;
    }
  }

  async #read(): Promise<void> {
    const answer = await this.#fetch(this.#uri, { signal: AbortSignal.timeout(this.#timeout), redirect: "error", headers: { accept: "application/json" } });
    if (answer.status !== 200) throw new Error(`${this.#uri} answers ${answer.status}`);
    this.#resolve = createLocalJWKSet((await answer.json()) as JSONWebKeySet);
    this.#goodUntil = performance.now() + ageOf(answer);
  }
}
