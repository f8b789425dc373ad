// How a call of the identity service fails.
import type { FieldError, Problem } from "./types.js";

/** A refused or failed call. Decide by `code`, which docs/errors.md lists; `unreachable` is this client's own. */
export class IdentityError extends Error {
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly requestId: string | undefined;
  /** What is wrong with the input, field by field. */
  readonly errors: readonly FieldError[];
  /** Seconds to wait, where the answer said so. */
  readonly retryAfter: number | undefined;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>, retryAfter?: number, options?: { cause?: unknown }) {
    super(problem.detail || problem.title || problem.code || `HTTP ${status}`, options);
    this.name = "IdentityError";
    this.status = status;
    this.code = problem.code ?? "unreachable";
    this.requestId = problem.request_id;
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter;
    this.problem = problem;
  }
}
