import { declared, pathIn, spelled, type Listing, type Spelling } from './listing.js';
import type { Endpoint, PathPattern } from './project.js';

/** Segments of a prefix that code or a document may have before all its paths. */
const MOST_SEGMENTS = 3;
/** Prefixes of code that are tried. */
const MOST_TRIED = 6;
/** Fewest paths that make a rule, and the part of all of them. */
const FEWEST = 3;
const MOST_OF = 0.5;
const NEARLY_ALL = 0.9;
/** The part of the routes below an unknown prefix that must be alike. */
const MOST_BELOW = 0.8;

/** Whether a path can be held against those of a document: it is known, or nothing but what stands before all of it is not, and that is one text. */
export function isComparable({ known, segments: [first, ...rest] }: PathPattern): boolean {
  return known || (first?.kind === 'unknown' && first.key !== undefined && rest.every(({ kind }) => kind !== 'unknown'));
}
/** Whether what goes of a path is something nobody knows: the prefix of a router that others mount. */
export function isOpen(spelling: Spelling | undefined): boolean {
  return spelling?.from.includes(OPEN) === true;
}
const OPEN = '{?';

/** How paths of an application are spelled in a document: as its servers say; where few are alike so, behind another prefix on either side by which most are. */
export function spellingsOf(listing: Listing, counted: readonly Endpoint[]): readonly Spelling[] {
  const said = declared(listing);
  const shapes = [...new Set(counted.map((one) => one.path.shape))];
  const alike = (spellings: readonly Spelling[]): number => shapes.filter((shape) => pathIn(listing, shape, spellings)).length;
  const first = alike(said);
  if (shapes.length < FEWEST || first >= MOST_OF * shapes.length) return said;
  let best: { readonly spelling: Spelling; readonly count: number } | undefined;
  for (const from of ['', ...prefixesOf(shapes)]) for (const add of ['', ...commonStarts([...listing.paths.keys()])]) {
    const spelling: Spelling = { from, add, learned: true };
    if ((from === '' && add === '') || (isOpen(spelling) && !isSameBelow(spelling, shapes, listing))) continue;
    const count = alike([spelling]);
    if (count > (best?.count ?? 0)) best = { spelling, count };
  }
  return best && best.count >= FEWEST && best.count >= MOST_OF * shapes.length && best.count > 2 * first ? [...said, best.spelling] : said;
}
/** Where nobody knows the prefix, what is below it must tell by itself that it is the API of the document: nearly all of it, not by its top and parameters, and with no second prefix of the kind. */
function isSameBelow(spelling: Spelling, shapes: readonly string[], listing: Listing): boolean {
  if (spelling.add !== '' || shapes.some((shape) => shape.includes(OPEN) && spelled(shape, spelling) === undefined)) return false;
  const found = shapes.filter((shape) => pathIn(listing, shape, [spelling]));
  const named = found.filter((shape) => (spelled(shape, spelling) ?? '').split('/').some((one) => one !== '' && !one.includes('{')));
  return named.length >= FEWEST && found.length >= MOST_BELOW * shapes.length;
}
/** What many of the paths begin with, without parameters, but for one nobody knows; the most frequent first. */
function prefixesOf(shapes: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const shape of shapes) {
    const segments = shape.split('/').slice(1, 1 + MOST_SEGMENTS);
    for (let length = 1; length <= segments.length && isPlain(segments[length - 1] ?? '', length === 1); length++) {
      const prefix = `/${segments.slice(0, length).join('/')}`;
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return [...counts].filter(([prefix, count]) => prefix !== '/' && count >= MOST_OF * shapes.length).sort((a, b) => b[1] - a[1] || b[0].length - a[0].length).slice(0, MOST_TRIED).map(([prefix]) => prefix);
}
function isPlain(segment: string, isFirst: boolean): boolean {
  return !segment.includes('{') || (isFirst && segment.includes(OPEN));
}
/** What nearly all paths of a document begin with. */
function commonStarts(shapes: readonly string[]): readonly string[] {
  return shapes.length < FEWEST ? [] : prefixesOf(shapes).filter((prefix) => shapes.filter((shape) => shape.startsWith(`${prefix}/`)).length >= NEARLY_ALL * shapes.length);
}

/** The spelling that is used most. */
export function dominant(used: readonly Spelling[]): Spelling | undefined {
  const counts = new Map<Spelling, number>();
  for (const one of used) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The path as the document would write it, with the names its other paths have for the same parameters; undefined where it cannot be written there. */
export function templateOf(path: PathPattern, spelling: Spelling | undefined, listing: Listing): string | undefined {
  if (!spelling || !isComparable(path) || path.segments.some((one) => one.kind === 'rest')) return undefined;
  const shape = spelled(path.shape, spelling);
  if (shape === undefined) return undefined;
  const parts = (text: string): readonly string[] => text.split('/').filter((one) => one !== '');
  const wanted = parts(shape);
  const gone = parts(spelling.from).length;
  const added = parts(spelling.add).length;
  const own = [...wanted.slice(0, added), ...path.segments.slice(gone).map((one) => one.text)];
  let shared: readonly string[] = [];
  for (const known of listing.paths.values()) {
    const theirs = parts(known.shape);
    const differs = theirs.findIndex((one, index) => one !== wanted[index]);
    const length = differs < 0 ? theirs.length : differs;
    if (length > shared.length) shared = parts(known.key).slice(0, length);
  }
  const whole = [...shared, ...own.slice(shared.length)];
  return whole.every((one) => !/[\s?#]/.test(one)) ? `/${whole.join('/')}` : undefined;
}
