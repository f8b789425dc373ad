import type { AccessTokenClaims } from "./claims.js";
import { TokenError } from "./errors.js";
import type { Requirement } from "./require.js";
import { verifyAccessToken, type VerifyOptions } from "./verify.js";

export interface GuardOptions extends VerifyOptions {
  /** Conditions, checked in order after the token. */
  require?: readonly Requirement[];
}

/** What the guards need of a request; they set `auth`. */
export interface GuardedRequest {
  headers: Record<string, string | string[] | undefined>;
  auth?: AccessTokenClaims;
}
export interface ExpressResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}
export interface FastifyReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string): unknown;
}

async function authenticate(request: GuardedRequest, options: GuardOptions): Promise<void> {
  const given = request.headers.authorization;
  const token = typeof given === "string" ? /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(given)?.[1] : undefined;
  if (token === undefined) throw new TokenError("invalid_token", "an access token is needed");
  const claims = await verifyAccessToken(token, options);
  for (const requirement of options.require ?? []) requirement(claims, options.now?.());
  request.auth = claims;
}

function headersOf(error: TokenError): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
  if (error.challenge !== undefined) headers["www-authenticate"] = error.challenge;
  if (error.status === 503) headers["retry-after"] = "1";
  return headers;
}

/** Express (or plain node:http with `next`): `app.use(expressGuard({ issuer, audience, require: [requireRole("seller")] }))`. */
export function expressGuard(options: GuardOptions): (request: GuardedRequest, response: ExpressResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      await authenticate(request, options);
    } catch (error) {
      if (!(error instanceof TokenError)) return next(error);
      response.statusCode = error.status;
      for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value);
      response.end(JSON.stringify(error.problem));
      return;
    }
    next();
  };
}

/** Fastify: `app.addHook("onRequest", fastifyGuard({ issuer, audience }))`, or a route's `onRequest`. */
export function fastifyGuard(options: GuardOptions): (request: GuardedRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    try {
      await authenticate(request, options);
      return undefined;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      reply.code(error.status);
      for (const [name, value] of Object.entries(headersOf(error))) reply.header(name, value);
      reply.send(JSON.stringify(error.problem));
      return reply;
    }
  };
}
