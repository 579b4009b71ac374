/** Which of some words stand in a text, in one pass over it. */
export type WordFinder = (text: string) => ReadonlySet<string>;

/**
 * Makes a finder of words (Aho and Corasick, "Efficient string matching", 1975): its time grows with the text alone, however many words
 * there are. Words are found as they are written, inside other words too; empty ones and ones that are not ASCII are not found.
 */
export function createWordFinder(words: Iterable<string>): WordFinder {
  const known = [...new Set(words)].filter((word) => /^[\x00-\x7f]+$/.test(word));
  // Signs that stand in no word are one class, 0, which ends what was being read.
  const used = [...new Set(known.join(''))].map((sign) => sign.charCodeAt(0));
  const classes = new Uint8Array(128);
  for (const [index, code] of used.entries()) classes[code] = index + 1;
  const signs = used.length + 1;
  const most = known.reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(most * signs);
  const ending = new Map<number, string[]>();
  let states = 1;
  for (const word of known) {
    let state = 0;
    for (let index = 0; index < word.length; index++) {
      const edge = state * signs + (classes[word.charCodeAt(index)] ?? 0);
      if (next[edge] === 0) next[edge] = states++;
      state = next[edge] ?? 0;
    }
    ending.set(state, [word]);
  }
  // Breadth first: where no word goes on, the longest end of what was read that starts one does.
  const fallback = new Int32Array(states);
  const queue = [...next.subarray(0, signs)].filter((state) => state > 0);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const other = fallback[state] ?? 0;
    const also = ending.get(other);
    if (also) ending.set(state, [...(ending.get(state) ?? []), ...also]);
    for (let sign = 0; sign < signs; sign++) {
      const edge = state * signs + sign;
      const there = next[other * signs + sign] ?? 0;
      const to = next[edge] ?? 0;
      if (to === 0) next[edge] = there;
      else {
        fallback[to] = there;
        queue.push(to);
      }
    }
  }
  // Asked at every character: a map is too slow for that.
  const ends = new Uint8Array(states);
  for (const state of ending.keys()) ends[state] = 1;
  return (text) => {
    const found = new Set<string>();
    const seen = new Uint8Array(states);
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      state = next[state * signs + (classes[text.charCodeAt(index)] ?? 0)] ?? 0;
      if (ends[state] === 0 || seen[state] === 1) continue;
      seen[state] = 1;
      for (const word of ending.get(state) ?? []) found.add(word);
    }
    return found;
  };
}
