import assert from "node:assert/strict";
import test from "node:test";
import { StandingBook } from "./standing-book.ts";

test("what was told last counts, as long as it was told to; forgotten is what is over or no more to be known", () => {
  const book = new StandingBook(10);
  assert.equal(book.take({ network: "192.0.2.1", state: "known", forMs: 100 }, 0), "unknown");
  assert.equal(book.take({ network: "192.0.2.1", state: "suspect", forMs: 100 }, 50), "known");
  book.take({ network: "192.0.2.2", state: "trusted", forMs: 60 }, 50);
  assert.deepEqual(book.suspects(60), [{ network: "192.0.2.1", state: "suspect", forMs: 90 }]);
  assert.deepEqual(book.expire(60), []);
  assert.deepEqual(book.expire(120), ["192.0.2.2"]);
  assert.equal(book.stateOf("192.0.2.1", 149), "suspect");
  assert.equal(book.stateOf("192.0.2.1", 150), "unknown");
  book.take({ network: "192.0.2.1", state: "unknown", forMs: 0 }, 120);
  assert.deepEqual(book.standings(120), []);
});

test("where there is no more room, who was told of first is forgotten", () => {
  const book = new StandingBook(2);
  for (const network of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"]) book.take({ network, state: "hostile", forMs: 1000 }, 0);
  assert.deepEqual(
    book.standings(0).map(({ network }) => network),
    ["192.0.2.1", "192.0.2.3"],
  );
});
