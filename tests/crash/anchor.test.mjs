// The anchor file after a power cut or on a full disk, which may leave half a line at its end: the server starts, and what it
// writes next is a line of its own again.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { person } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

test("half a line at the end of the anchor file is cut off before the next checkpoint", async () => {
  const data = temporaryFolder();
  const anchors = join(temporaryFolder(), "anchors");
  const lifetime = async () => {
    const server = await startServer({ data, config: `[audit]\nanchor_file = "${anchors}"\n` });
    await person(server);
    await server.stop(); // with a last checkpoint
  };
  const lines = () => readFileSync(anchors, "utf8").trimEnd().split("\n");
  await lifetime();
  const [first] = lines();
  for (const torn of [first.slice(0, first.length / 2), first.slice(0, 1)]) {
    const before = lines().length;
    appendFileSync(anchors, torn);
    await lifetime();
    assert.ok(lines().length > before, lines().join("\n"));
    const verified = gatehouse(["audit", "verify", "--anchor", anchors, "--dev", "--data", data]);
    assert.equal(verified.status, 0, verified.stdout);
    assert.match(verified.stdout, /^whole/m);
  }
  await lifetime();
});
