// Chance that can be had again: every choice of a crash test comes from one printed seed. What the machine's timing adds
// (which statement a kill meets) does not repeat; which calls are made, and where it is aimed at, does.

/** A generator seeded by numbers (mulberry32 over their mix). */
export class Random {
  #state = 0x9e3779b9;

  constructor(...seeds) {
    for (const seed of seeds) this.#state = Math.imul(this.#state ^ seed, 0x85ebca6b) ^ (this.#state >>> 13);
  }

  /** From 0 up to and without 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number between two, both included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  chance(of) {
    return this.next() < of;
  }
  pick(list) {
    return list[this.between(0, list.length - 1)];
  }
  hex(digits) {
    let text = "";
    while (text.length < digits) text += this.between(0, 15).toString(16);
    return text;
  }
}
