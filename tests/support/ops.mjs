// What a process says of itself on its ops listener: readiness, dependency by dependency, and metrics.
import assert from "node:assert/strict";

/** `{status, word, dependencies: {name: {status, detail}}}`. */
export async function readiness(ops) {
  const answer = await fetch(`http://${ops}/readyz`);
  const body = await answer.json();
  return { status: answer.status, word: body.status, dependencies: Object.fromEntries(body.dependencies.map((each) => [each.name, each])) };
}

/** All samples as a Map from `name{labels}` to the number. */
export async function metrics(ops) {
  const answer = await fetch(`http://${ops}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
