// A restore that is killed in its middle, over a database whose last changes are still in its WAL: the database is the old
// one, whole, until it is the restored one, and the restore may simply be repeated.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { crashable } from "../support/paths.mjs";
import { person, signIn } from "../support/people.mjs";
import { Server, gatehouse, temporaryFolder } from "../support/server.mjs";

const program = crashable;
const serve = (data) => new Server({ data, program }).started();
const run = (data, words, env = {}) => gatehouse([...words, "--dev", "--data", data], { program, env });

/** Who of these can sign in at a server on this folder. */
async function known(data, people) {
  const server = await serve(data);
  const answers = [];
  for (const each of people) answers.push((await signIn(server, each)).status);
  await server.kill();
  return answers;
}

test("killed in its middle, a restore on SQLite leaves the old database whole, and is repeated", async () => {
  const origin = temporaryFolder();
  const file = join(temporaryFolder(), "backup");
  const server = await serve(origin);
  const ada = await person(server);
  assert.equal(run(origin, ["backup", file]).status, 0);
  const bob = await person(server);
  await server.kill(); // bob is in the WAL alone

  for (const time of [1, 2]) {
    const data = join(temporaryFolder(), "data");
    cpSync(origin, data, { recursive: true });
    const killed = run(data, ["restore", file], { GATEHOUSE_FAILPOINT: `while-restoring:${time}` });
    assert.match(String(killed.status), /SIGKILL/, killed.stderr);
    assert.deepEqual(await known(data, [ada, bob]), [200, 200], "the old database, with what it had acknowledged last");

    const repeated = run(data, ["restore", file]);
    assert.equal(repeated.status, 0, repeated.stderr);
    const fenced = run(data, ["fence"]);
    assert.equal(fenced.status, 0, fenced.stderr);
    assert.deepEqual(await known(data, [ada, bob]), [200, 401], "the backup");
  }
});
