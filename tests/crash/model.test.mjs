// The judge of histories is judged first: it must accept what may happen and refuse what must not.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkBounded, checkHistory, checkRevocation, checkTakeOnce } from "./model.mjs";

/** `operation("taken", 0, 5)`: sent at 0, answered at 5, by process A; without an end its answer never came. */
const operation = (outcome, begun, ended, process = "A") => ({ outcome, begun, ended, process });
const accepts = (findings) => assert.deepEqual(findings, []);
const refuses = (findings, why) => (assert.equal(findings.length > 0, true, "nothing was found"), assert.match(findings[0], why));

describe("a token is taken once", () => {
  test("one has it, and those beside and after it are refused", () => {
    accepts(checkTakeOnce("t", [operation("taken", 0, 5), operation("refused", 1, 4, "B"), operation("refused", 6, 7)]));
  });
  test("two never have it, however far apart", () => {
    refuses(checkTakeOnce("t", [operation("taken", 0, 5), operation("taken", 100, 105, "B")]), /more than once/);
  });
  test("nobody is refused before anybody can have taken it", () => {
    refuses(checkTakeOnce("t", [operation("refused", 0, 1), operation("taken", 2, 3)]), /before anybody/);
    refuses(checkTakeOnce("t", [operation("refused", 0, 1)]), /before anybody/);
  });
  test("one whose answer never came may have taken it, at any time after it was sent", () => {
    accepts(checkTakeOnce("t", [operation("unknown", 0), operation("refused", 1_000, 1_001)]));
    accepts(checkTakeOnce("t", [operation("unknown", 0), operation("taken", 1_000, 1_001)]));
    refuses(checkTakeOnce("t", [operation("refused", 0, 1), operation("unknown", 2)]), /before anybody/);
  });
  test("one without an answer excuses no early refusal where another is known to have it", () => {
    refuses(checkTakeOnce("t", [operation("unknown", 0), operation("refused", 1, 2), operation("taken", 3, 4)]), /before anybody/);
  });
});

describe("a revocation is for good", () => {
  const check = (operations) => checkRevocation("s", operations, 1_000);
  test("the other process may answer from memory for the allowance, and no longer", () => {
    accepts(check([operation("alive", 0, 1), operation("revoked", 2, 5), operation("alive", 1_004, 1_006, "B"), operation("dead", 1_006, 1_007, "B")]));
    refuses(check([operation("revoked", 2, 5), operation("alive", 1_006, 1_007, "B")]), /alive after its end/);
  });
  test("the process that answered the revocation has no allowance", () => {
    refuses(check([operation("revoked", 2, 5), operation("alive", 6, 7)]), /alive after its end/);
    accepts(check([operation("revoked", 2, 5), operation("alive", 4, 7)]));
  });
  test("what was seen dead does not come back, even where nobody got the revocation's answer", () => {
    refuses(check([operation("unknown", 0), operation("dead", 1, 2), operation("alive", 1_003, 1_004, "B")]), /alive after its end/);
    refuses(check([operation("unknown", 0), operation("dead", 1, 2), operation("alive", 3, 4)]), /alive after its end/);
  });
  test("a session does not die of itself", () => {
    refuses(check([operation("dead", 0, 1)]), /before anybody/);
    refuses(check([operation("dead", 0, 1), operation("revoked", 2, 3)]), /before anybody/);
    accepts(check([operation("unknown", 0), operation("alive", 5, 6), operation("dead", 7, 8)]));
  });
});

describe("a counter is bounded", () => {
  const check = (operations) => checkBounded("c", operations, 2);
  test("no more than the limit are judged, by whichever process", () => {
    accepts(check([operation("counted", 0, 1), operation("counted", 0, 2, "B"), operation("refused", 3, 4)]));
    refuses(check([operation("counted", 0, 1), operation("counted", 0, 2, "B"), operation("counted", 3, 4)]), /3 were judged/);
  });
  test("one without an answer may have been counted, or not", () => {
    accepts(check([operation("counted", 0, 1), operation("unknown", 0), operation("refused", 3, 4)]));
    accepts(check([operation("counted", 0, 1), operation("unknown", 0), operation("counted", 3, 4)]));
  });
  test("nobody is refused too early", () => {
    refuses(check([operation("counted", 0, 1), operation("refused", 3, 4), operation("unknown", 5)]), /refused when at most 1/);
  });
});

test("a history is judged key by key, and one without ends is no history", () => {
  const token = (key, ...rest) => ({ kind: "token", key, ...operation(...rest) });
  accepts(checkHistory([token("a", "taken", 0, 1), token("b", "taken", 0, 1)], { grace: 0, limit: 1 }));
  refuses(checkHistory([token("a", "taken", 0, 1), token("a", "taken", 2, 3)], { grace: 0, limit: 1 }), /token a/);
  assert.throws(() => checkHistory([token("a", "taken", 0)], { grace: 0, limit: 1 }), /without its end/);
});
