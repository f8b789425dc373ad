// Whether two samples come from one distribution.

/** Mann-Whitney's U test, two-sided, by the normal approximation with ties: the probability of so great a difference by chance. */
export function mannWhitney(a, b) {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))].sort((x, y) => x.value - y.value);
  let ranks = 0;
  let ties = 0;
  for (let i = 0; i < all.length; ) {
    let end = i;
    while (end < all.length && all[end].value === all[i].value) ++end;
    const rank = (i + 1 + end) / 2;
    for (let k = i; k < end; ++k) if (all[k].first) ranks += rank;
    ties += (end - i) ** 3 - (end - i);
    i = end;
  }
  const n = all.length;
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const sigma = Math.sqrt(((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1))));
  return 2 * (1 - normal(Math.abs(u - (a.length * b.length) / 2) / sigma));
}

/** The standard normal distribution (Abramowitz and Stegun 26.2.17, good to 7 digits). */
function normal(z) {
  const t = 1 / (1 + 0.2316419 * z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return 1 - density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
}

/** The same list in another order. */
export function shuffled(list) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; --i) {
    const k = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[k]] = [copy[k], copy[i]];
  }
  return copy;
}
