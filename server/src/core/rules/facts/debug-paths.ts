/** One segment of a path, as code or a document names it. */
export interface PathSegment {
  readonly kind: 'text' | 'parameter' | 'rest' | 'unknown';
  readonly text: string;
}
const SEGMENT =
  /^_*(debug|debugger|test|tests|testing|dev|devtools|internal-test|seed|seeder|reset-db|resetdb|db-reset|drop|phpinfo|env|dump|heapdump|heap|profiler|eval|exec|shell|console|sandbox|mock|fake|playground|trace|actuator)$|^__.{1,60}$/i;
/** Tools of their own, and names that frameworks and monitors use. */
const KNOWN = /^_+(health\w*|ping|status|version|webpack\w*|vite\w*|next\w*|nextjs\w*|nuxt\w*|build|manifest|data|image|assets?|static|_data)$/i;
/** Words of the trade as often as of developers: what stands before them decides. */
const WORDS = /^(test|tests|testing|trace|dump|mock|exec|drop|seed|heap|env|shell|console|sandbox|playground|fake|eval)$/i;
const ROOT = /^(api|apis|rest|v\d{1,3}|public|internal|private|app|admin|_+|dev|debug|system|utils?|helpers?|ops|operations|tools?|maintenance|management|monitoring|support|auth|users?)$/i;

/** The index of the segment that names something for developers; -1 where there is none. */
export function debugSegment(segments: readonly PathSegment[]): number {
  return segments.findIndex(({ kind, text }) => kind === 'text' && SEGMENT.test(text) && !KNOWN.test(text));
}
/** A word that is one of the trade as often. */
export function isWordOfTrade(name: string): boolean {
  return WORDS.test(name);
}
/** A word for what a service may offer its customers, such as a sandbox. */
export function isOffered(name: string): boolean {
  return /^(sandbox|playground|mock|console)$/i.test(name);
}
/** A word of the trade: it stands behind what it is done to, or things under it are numbered. `others`: paths beside it. */
export function isTrade(index: number, segments: readonly PathSegment[], others: () => Iterable<readonly PathSegment[]>): boolean {
  const name = segments[index]?.text ?? '';
  const next = segments[index + 1];
  // What is run by its name is no thing; what has an identifier is one.
  if (next?.kind === 'parameter') return !/^_*(debug|debugger|eval|exec|shell|dump)$/i.test(name) || (/^(exec|shell)$/i.test(name) && /^[{:$]*((\w{0,30}_)?id|\w{0,30}I[dD])\}?$/.test(next.text));
  if (!WORDS.test(name)) return false;
  const before = segments[index - 1];
  if (before !== undefined && !(before.kind === 'text' && ROOT.test(before.text))) return true;
  const own = textOf(segments.slice(0, index + 1));
  for (const one of others()) if (one[index + 1]?.kind === 'parameter' && textOf(one.slice(0, index + 1)) === own) return true;
  return false;
}
function textOf(segments: readonly PathSegment[]): string {
  return segments.map(({ text }) => text).join('/');
}
/** The segments of a path as documents write it. */
export function segmentsOf(path: string): readonly PathSegment[] {
  return path.split('/').filter((text) => text !== '').slice(0, 40).map((text) => ({ kind: text.includes('{') ? 'parameter' : 'text', text }));
}
