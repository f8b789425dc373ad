// Judges recorded histories (R3), as etcd's suite judges its own: each operation has the time at which it was sent and the time
// at which its answer came, on one clock, and one whose answer never came (the process was killed) may have taken effect at
// any later time, or never. Every function answers the list of what is wrong; none means that some order of the
// operations, each within its own time, explains all answers.
//
// An operation: { at, process, begun, ended, outcome }, with no `ended` where the outcome is "unknown".

const never = Infinity;
const earliest = (operations, time) => operations.reduce((least, operation) => Math.min(least, time(operation)), never);

function say(kind, key, why, ...operations) {
  const shown = operations.filter(Boolean).map(({ process, begun, ended, outcome }) => `${outcome} by ${process} from ${begun.toFixed(1)} to ${ended?.toFixed(1) ?? "its death"}`);
  return `${kind} ${key}: ${why} (${shown.join("; ")})`;
}

/**
 * A use-once thing: `taken`, `refused` or `unknown`. One operation at most has it; who is refused must have been able to come
 * after the one that had it, answered or not.
 */
export function checkTakeOnce(key, operations) {
  const taken = operations.filter(({ outcome }) => outcome === "taken");
  if (taken.length > 1) return [say("token", key, "taken more than once", ...taken)];
  const takers = taken.length === 1 ? taken : operations.filter(({ outcome }) => outcome === "unknown");
  const since = earliest(takers, ({ begun }) => begun);
  const tooEarly = operations.filter((operation) => operation.outcome === "refused" && operation.ended < since);
  return tooEarly.map((operation) => say("token", key, "refused before anybody can have taken it", operation, takers[0]));
}

/**
 * A session: `revoked`, `alive`, `dead` or `unknown` (a revocation whose answer never came). Once its revocation was answered,
 * it is dead at once for the process that answered, and within `grace` ms for every other; and once seen dead it stays dead.
 */
export function checkRevocation(key, operations, grace) {
  const findings = [];
  const revocations = operations.filter(({ outcome }) => outcome === "revoked");
  const possible = operations.filter(({ outcome }) => outcome === "revoked" || outcome === "unknown");
  const dead = operations.filter(({ outcome }) => outcome === "dead");
  for (const alive of operations.filter(({ outcome }) => outcome === "alive")) {
    const allowance = (ending) => (ending.process === alive.process ? 0 : grace);
    const ending = [...revocations, ...dead].find((each) => alive.begun > each.ended + allowance(each));
    if (ending) findings.push(say("session", key, "alive after its end", ending, alive));
  }
  const since = earliest(possible, ({ begun }) => begun);
  for (const each of dead) if (each.ended < since) findings.push(say("session", key, "dead before anybody can have ended it", each, possible[0]));
  return findings;
}

/**
 * A counter of guesses with a limit: `counted`, `refused` or `unknown`. No more than the limit are judged, by all processes
 * together; and nobody is refused before that many can have been counted.
 */
export function checkBounded(key, operations, limit) {
  const counted = operations.filter(({ outcome }) => outcome === "counted");
  const findings = [];
  if (counted.length > limit) findings.push(say("counter", key, `${counted.length} were judged with a limit of ${limit}`, ...counted.slice(0, 3)));
  for (const refused of operations.filter(({ outcome }) => outcome === "refused")) {
    const before = operations.filter(({ outcome, begun }) => outcome !== "refused" && begun <= refused.ended).length;
    if (before < limit) findings.push(say("counter", key, `refused when at most ${before} of ${limit} can have been counted`, refused));
  }
  return findings;
}

/** A whole history: its operations by kind and key, each judged by its model. */
export function checkHistory(operations, { grace, limit }) {
  const keys = new Map();
  for (const operation of operations) {
    if (operation.outcome !== "unknown" && !(operation.ended >= operation.begun)) throw new Error(`an operation without its end: ${JSON.stringify(operation)}`);
    const name = `${operation.kind} ${operation.key}`;
    keys.set(name, [...(keys.get(name) ?? []), operation]);
  }
  const judge = { token: checkTakeOnce, session: (key, all) => checkRevocation(key, all, grace), counter: (key, all) => checkBounded(key, all, limit) };
  return [...keys.values()].flatMap((all) => judge[all[0].kind](all[0].key, all));
}
