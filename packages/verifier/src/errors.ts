/** What a caller is told. `insufficient_user_authentication` is RFC 9470's, the others are RFC 6750's or plain outages. */
export type TokenErrorCode = "invalid_token" | "insufficient_scope" | "insufficient_user_authentication" | "unavailable";

const statusOf = { invalid_token: 401, insufficient_scope: 403, insufficient_user_authentication: 401, unavailable: 503 } as const;

/** A refusal: `status` and `challenge` are what the answer should carry; the message may be shown, `cause` is for the log. */
export class TokenError extends Error {
  readonly code: TokenErrorCode;
  readonly status: number;
  /** Further parameters of WWW-Authenticate, as RFC 9470's `max_age` and `acr_values`. */
  readonly parameters: Readonly<Record<string, string>>;

  constructor(code: TokenErrorCode, message: string, { parameters = {}, cause }: { parameters?: Record<string, string>; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TokenError";
    this.code = code;
    this.status = statusOf[code];
    this.parameters = parameters;
  }

  /** The value of WWW-Authenticate; undefined with 503. */
  get challenge(): string | undefined {
    if (this.code === "unavailable") return undefined;
    const parameters = { error: this.code, error_description: this.message, ...this.parameters };
    return "Bearer " + Object.entries(parameters).map(([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`).join(", ");
  }

  /** The answer's body, application/problem+json. */
  get problem(): { type: string; title: string; status: number; code: string } {
    return { type: "about:blank", title: this.message, status: this.status, code: this.code };
  }
}
