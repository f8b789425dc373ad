// What the `large` row measures: one call each, at an installation as support/installation.mjs makes it.
import { address, userId } from "./population.mjs";
import { password } from "./server.mjs";

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const someone = ({ users }) => 1 + Math.floor(Math.random() * users);

/** Walks a list page by page; a step is one page, from the first one again after the last or the 200th. */
function pages(query, limit = 20) {
  const places = new Map();
  return async (place) => {
    const { cursor, count } = places.get(place) ?? { count: 0 };
    const answer = await place.admin.call("GET", `${query}${query.includes("?") ? "&" : "?"}limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    places.set(place, { cursor: count < 200 ? answer.body.next_cursor : undefined, count: count < 200 ? count + 1 : 0 });
    return answer;
  };
}
const admin = (path) => (place) => place.admin.call("GET", path(place));

export const measurements = {
  "session checks past the map": (place) => place.public.call("GET", "/v1/session", { headers: { Authorization: `Bearer ${pick(place.tokens)[1]}` } }),
  "sign-ins": (place) => place.public.call("POST", "/v1/sign-in", { json: { email: address(1 + 10 * Math.floor(Math.random() * (place.users / 10))), password } }),
  "sign-ins of nobody": (place) => place.public.call("POST", "/v1/sign-in", { json: { email: `nobody${someone(place)}@example.com`, password } }),
  "a user by id": admin((place) => `/v1/admin/users/${userId(someone(place))}`),
  "a user by address": admin((place) => `/v1/admin/users?email=${address(someone(place))}`),
  "sessions of a user": admin((place) => `/v1/admin/users/${userId(someone(place))}/sessions`),
  "users, page by page": pages("/v1/admin/users"),
  "users by a prefix of many": pages("/v1/admin/users?query=ada"),
  "users by a prefix of few": admin((place) => `/v1/admin/users?query=${address(someone(place)).slice(0, 9)}`),
  "users by nobody's prefix": admin(() => "/v1/admin/users?query=zzz"),
  "users disabled": pages("/v1/admin/users?status=disabled"),
  "users of a rare role": pages("/v1/admin/users?role=support"),
  "users of a common role": pages("/v1/admin/users?role=seller"),
  "users of a role and status": pages("/v1/admin/users?role=seller&status=disabled"),
  "users by prefix and status": pages("/v1/admin/users?query=ada&status=disabled", 3),
  "users by prefix and role": pages("/v1/admin/users?query=ada&role=support", 3),
  "attempts, page by page": pages("/v1/admin/login-attempts"),
  "attempts that failed": pages("/v1/admin/login-attempts?outcome=failure"),
  "attempts of a user": admin((place) => `/v1/admin/login-attempts?user_id=${userId(someone(place))}`),
  "audit, page by page": pages("/v1/admin/audit"),
  "counts for the front page": admin(() => "/v1/admin/stats"),
};
