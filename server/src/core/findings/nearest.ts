/** Longer words are not compared: nobody mistypes them by a letter, and the comparison is quadratic. */
const LONGEST = 80;

/**
 * The candidate a mistyped word most likely means, undefined when none is near. Letter case never counts; a candidate the word
 * begins, or whose last segment after `/` it is, counts as near. Ties go to the candidate that sorts first.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.trim().toLowerCase();
  if (wanted === '' || wanted.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const cost = distance(wanted, candidate.toLowerCase());
    if (cost < least || (cost === least && best !== undefined && candidate < best)) {
      best = candidate;
      least = cost;
    }
  }
  return least === Infinity ? undefined : best;
}

/** `: did you mean "x"?`, or '' when nothing is near: the end of a message about an unknown name. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : `: did you mean "${near}"?`;
}

function distance(wanted: string, candidate: string): number {
  if (candidate.length > LONGEST) return Infinity;
  if (wanted === candidate) return 0;
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  const typed = edits(wanted, candidate, allowed);
  if (typed <= allowed) return typed;
  const tail = candidate.slice(candidate.lastIndexOf('/') + 1);
  const short = wanted.slice(wanted.lastIndexOf('/') + 1);
  if (tail === short && short.length > 2) return allowed + 1;
  if (wanted.length >= 4 && candidate.startsWith(wanted)) return allowed + 2 + (candidate.length - wanted.length) / LONGEST;
  return Infinity;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; any number above `most` stands for "more". */
function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest > most) return most + 1;
    before = last;
    last = row;
  }
  return last[b.length] ?? most + 1;
}
