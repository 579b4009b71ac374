const MINIFIED_FROM = 50_000;
const BUNDLED_FROM = 200_000;
/** UTF-16 units in a line beyond what anybody writes by hand. */
const LONG_LINE = 500;
const NAMES_LOOKED_AT = 2_000;

/**
 * Machine-written code, by its looks: large, and its lines are far longer, or its names far shorter, than anybody writes.
 * A comment that holds a source map does not count.
 */
export function isBundled(text: string): boolean {
  if (text.length < MINIFIED_FROM) return false;
  let lines = 0;
  let counted = 0;
  let long = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines++;
    if (!text.startsWith('//', start)) {
      counted += end - start;
      if (end - start > LONG_LINE) long += end - start;
    }
    start = end + 1;
  }
  if (counted / lines > LONG_LINE) return true;
  return text.length >= BUNDLED_FROM && (long * 3 > counted || hasShortNames(text));
}

/** Most names that are given a value have one or two letters. */
function hasShortNames(text: string): boolean {
  let names = 0;
  let short = 0;
  for (const [, name = ''] of text.slice(0, BUNDLED_FROM).matchAll(/(?<![\w$])([A-Za-z_$][\w$]{0,40}) ?=[^=>]/g)) {
    names++;
    if (name.length <= 2) short++;
    if (names >= NAMES_LOOKED_AT) break;
  }
  return names > 200 && short * 2 > names;
}
