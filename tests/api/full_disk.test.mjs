// A disk that fills up (R5, decision 17): at the start it stops the server with one line that names cause and mend; while it
// runs, writes are 503 and nothing that was acknowledged is lost; with room again it goes on without a restart. The disk is
// a small tmpfs, which only root may mount; CI runs as root.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sql } from "../support/database.mjs";
import { freshEmail, goodPassword, person, signIn } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const root = process.getuid() === 0;

/** A disk of so many KiB of its own. */
function smallDisk(kib) {
  const folder = temporaryFolder("gatehouse-disk-");
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kib}k,mode=0700`, "tmpfs", folder]);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  const stuffing = join(folder, "stuffing");
  return {
    data,
    /** Takes all room but so many bytes. */
    fill(left = 0) {
      const free = Number(execFileSync("df", ["--output=avail", "-B1", folder], { encoding: "utf8" }).split("\n")[1]);
      writeFileSync(stuffing, Buffer.alloc(Math.max(0, free - left)));
    },
    empty: () => rmSync(stuffing, { force: true }),
    remove: () => execFileSync("umount", ["-l", folder]),
  };
}

describe("a full disk", { skip: root ? false : "mounting needs root" }, () => {
  test("at the start stops it with one line that names cause and mend", () => {
    const disk = smallDisk(64);
    try {
      const done = gatehouse(["serve", "--dev", "--data", disk.data, "--listen", "localhost:0"], { timeout: 15_000 });
      assert.equal(done.status, 1, done.stdout + done.stderr);
      const said = done.stderr.trim().split("\n").filter((line) => !line.startsWith("{"));
      assert.equal(said.length, 1, done.stderr);
      assert.match(said[0], /full|space/i, "the cause");
      assert.match(said[0], /free|room/i, "the mend");
      assert.equal(done.stdout, "");
    } finally {
      disk.remove();
    }
  });

  test("at the start on an existing database, too", async () => {
    const disk = smallDisk(4096);
    try {
      await (await startServer({ data: disk.data })).stop();
      disk.fill();
      const done = gatehouse(["serve", "--dev", "--data", disk.data, "--listen", "localhost:0"], { timeout: 15_000 });
      const said = done.stderr.trim().split("\n").filter((line) => !line.startsWith("{"));
      assert.equal(done.status, 1, done.stdout + done.stderr);
      assert.equal(said.length, 1, done.stderr);
      assert.match(said[0], /full|space/i);
    } finally {
      disk.remove();
    }
  });

  test("while it runs is 503 with Retry-After, loses nothing acknowledged, and is over once there is room", { timeout: 120_000 }, async () => {
    const disk = smallDisk(16 * 1024);
    const server = await startServer({ data: disk.data, config: "[password]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n" });
    const acknowledged = [];
    try {
      const first = await person(server);
      disk.fill(256 * 1024);
      // Until the disk is full: each is answered 201 and kept, or 503 and gone.
      let refused;
      for (let i = 0; i < 2000 && !refused; ++i) {
        const email = freshEmail("filling");
        const answer = await server.client.post("/dev/users", { email, password: first.password, name: "x".repeat(200) });
        if (answer.status === 201) acknowledged.push({ email, id: answer.body.user.id, token: answer.body.session.token });
        else refused = { answer, email };
      }
      assert.ok(refused, `the disk did not fill with ${acknowledged.length} people`);
      assert.equal(refused.answer.status, 503, refused.answer.text);
      assert.equal(refused.answer.body.code, "dependency_unavailable");
      assert.ok(Number(refused.answer.headers["retry-after"]) >= 1);
      assert.equal((await first.client.get("/v1/session")).status, 200, "sessions are still checked");
      assert.equal((await first.client.get("/v1/me")).status, 200, "and people read");
      assert.ok([503, 204].includes((await first.client.post("/v1/sign-out")).status));
      for (let i = 0; i < 20; ++i) {
        const answer = await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword() });
        assert.ok([202, 503].includes(answer.status), answer.text);
      }
      disk.empty();
      const later = await person(server);
      assert.equal((await signIn(server, later)).status, 200, "no restart is needed");
      acknowledged.push({ email: later.email, id: later.id, token: later.token });
    } finally {
      await server.stop();
    }
    try {
      const kept = new Set(sql(disk.data, "SELECT id FROM users").map(({ id }) => id));
      assert.deepEqual(acknowledged.filter(({ id }) => !kept.has(id)), [], "everybody who was answered 201 is there");
      assert.deepEqual(sql(disk.data, "PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
      const verified = gatehouse(["audit", "verify", "--dev", "--data", disk.data]);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
      const again = await startServer({ data: disk.data });
      for (const { token } of acknowledged.slice(-20)) assert.equal((await again.client.as(token).get("/v1/session")).status, 200);
      await again.stop();
    } finally {
      disk.remove();
    }
  });
});
