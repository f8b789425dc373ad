// What people and staff do in the kill loop, and what each act must leave behind: its audit row and its events, once, in the
// transaction of the change.
import { pause } from "../support/nats.mjs";
import { goodPassword } from "../support/people.mjs";

/** The token of the newest of the mails that were promised; undefined while one is missing, which a sender that died may hold back for minutes. */
async function mailedToken(caller, person, page, promised) {
  const tokens = caller.mails.tokens(person.email, page);
  if (tokens.length >= promised) return tokens.at(-1);
  await pause(20);
  await caller.ask("/healthz"); // where the server died meanwhile, nothing is waited for
}

const revoked = (count) => Array.from({ length: count }, () => "session.revoked");

/** The same call once, or now and then four times at once: of those one must happen. */
async function take(caller, method, path, options) {
  const rival = { calls: 0, answered: 0 };
  const once = async (mayBeRefused) => {
    ++rival.calls;
    const { status } = await caller.send(method, path, { ...options, rival, mayBeRefused });
    ++rival.answered;
    return status;
  };
  if (!caller.random.chance(0.25)) return once(false);
  const ends = await Promise.allSettled([once(true), once(true), once(true), once(true)]);
  const died = ends.find(({ status }) => status === "rejected");
  if (died) throw died.reason;
}

export async function signUp(caller, person) {
  await caller.send("POST", "/v1/sign-up", {
    json: { email: person.email, password: person.password },
    audit: "sign_up.requested",
    happened: () => ((person.stage = "asked"), ++person.verificationMails),
  });
}

export async function confirm(caller, person) {
  const token = await mailedToken(caller, person, "verify-email", person.verificationMails);
  if (!token) return;
  person.spendable = { path: "/v1/email/verify", json: { token } };
  await take(caller, "POST", "/v1/email/verify", {
    json: { token },
    audit: "sign_up.completed",
    events: ["user.signed_up"],
    happened: ({ body, row }) => Object.assign(person, { stage: "confirmed", id: body?.user_id ?? row.subject_id, spent: person.spendable }),
  });
}

export async function signIn(caller, person) {
  await caller.send("POST", "/v1/sign-in", {
    json: { email: person.email, password: person.password },
    audit: "sign_in",
    events: ["user.signed_in"],
    happened: ({ body, row }) => person.sessions.set(body?.session.id ?? row.details.session_id, body?.session.token),
  });
}

export async function rename(caller, person) {
  const name = `Name ${caller.random.hex(8)}`;
  await caller.send("PATCH", "/v1/me", {
    json: { name },
    headers: { "Content-Type": "application/merge-patch+json" },
    token: person.session[1],
    audit: "user.updated",
    events: ["user.updated"],
    happened: () => (person.name = name),
  });
}

export async function changePassword(caller, person) {
  const [own, token] = person.session;
  const password = goodPassword();
  await caller.send("POST", "/v1/me/password", {
    json: { current_password: person.password, new_password: password },
    token,
    audit: "password.changed",
    events: ["password.changed", ...revoked(person.sessions.size - 1)],
    happened: () => {
      Object.assign(person, { password, version: person.version + 1, resetWaits: false });
      person.endSessions({ except: own });
    },
  });
}

export async function forgetPassword(caller, person) {
  await caller.send("POST", "/v1/password/forgot", {
    json: { email: person.email },
    audit: "password.reset_requested",
    happened: () => ((person.resetWaits = true), ++person.resetMails),
  });
}

export async function resetPassword(caller, person) {
  const token = await mailedToken(caller, person, "reset-password", person.resetMails);
  if (!token) return;
  const password = goodPassword();
  person.spendable = { path: "/v1/password/reset", json: { token, password: goodPassword() } };
  await take(caller, "POST", "/v1/password/reset", {
    json: { token, password },
    audit: "password.reset",
    events: ["password.reset", ...revoked(person.sessions.size)],
    happened: () => {
      Object.assign(person, { password, version: person.version + 1, resetWaits: false, spent: person.spendable });
      person.endSessions();
    },
  });
}

export async function signOut(caller, person) {
  const [id, token] = person.session;
  await caller.send("POST", "/v1/sign-out", {
    token,
    audit: "sign_out",
    happened: () => (person.dead.push(token), person.sessions.delete(id)),
  });
}

export async function endOtherSessions(caller, person) {
  const [own, token] = person.session;
  await caller.send("DELETE", "/v1/me/sessions?scope=others", {
    token,
    audit: "session.all_revoked",
    events: revoked(person.sessions.size - 1),
    happened: () => person.endSessions({ except: own }),
  });
}

export async function changeRole(caller, person, admin) {
  const path = `/v1/admin/users/${person.id}/roles`;
  if (person.roles.has("seller")) {
    return caller.send("DELETE", `${path}/seller`, { token: admin.token, audit: "role.revoked", events: ["role.revoked"], happened: () => person.roles.delete("seller") });
  }
  await caller.send("POST", path, { json: { role: "seller" }, token: admin.token, audit: "role.assigned", events: ["role.assigned"], happened: () => person.roles.add("seller") });
}

export async function revokeSessions(caller, person, admin) {
  await caller.send("DELETE", `/v1/admin/users/${person.id}/sessions`, {
    token: admin.token,
    audit: "session.all_revoked",
    events: revoked(person.sessions.size),
    happened: () => person.endSessions(),
  });
}

/** The acts that a person may do or suffer now. */
export function possibleActs(person) {
  if (person.stage === "stranger") return [signUp];
  if (person.stage === "asked") return [confirm];
  const acts = [signIn, changeRole, revokeSessions, person.resetWaits ? resetPassword : forgetPassword];
  if (person.resetWaits) acts.push(resetPassword);
  if (person.session) acts.push(rename, rename, changePassword, signOut, endOtherSessions);
  return person.sessions.size > 8 ? [revokeSessions] : acts;
}
