import type { ModuleView, Note } from '../model/module.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { readOpenApi } from '../openapi/read.js';
import { isOpenApi } from '../openapi/sniff.js';
import { lower } from '../syntax/lower/lower.js';
import type { SyntaxProblem } from '../syntax/parsed.js';
import { readSettings } from '../syntax/yaml.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Manifest } from './context.js';

/** What one file alone says; made once per revision. */
export interface FileFacts {
  readonly file: SourceFile;
  readonly module: ModuleView | undefined;
  readonly document: OpenApiDocument | undefined;
  readonly manifest: Manifest | undefined;
  readonly notes: readonly Note[];
  /** start, end of body mark -1, -2, ... */
  readonly spans: Int32Array;
  readonly problems: readonly SyntaxProblem[];
  /** Why a document cannot be analysed. */
  readonly unsupported: string | undefined;
  readonly uses: ReadonlySet<string>;
  /** Bindings assigned more than once: they have no single value. */
  readonly unstable: ReadonlySet<number>;
}

const CODE = /\.[cm]?[jt]sx?$/i;
const MINIFIED_FROM = 50_000;
const NOTHING: ReadonlySet<never> = new Set();

/** Reads one file to its facts. Never fails; broken parts are named in `problems`. */
export function readFacts(file: SourceFile): FileFacts {
  if (CODE.test(file.path)) return isMinified(file.text) ? { ...codeFacts({ ...file, text: '' }), file, unsupported: 'it is minified or bundled code, not source' } : codeFacts(file);
  const spans: number[] = [];
  const mark = (span: Span): At => {
    spans.push(span.start, span.end);
    return { path: file.path, mark: -(spans.length / 2) };
  };
  const empty = { file, module: undefined, document: undefined, manifest: undefined, notes: [], spans: new Int32Array(), problems: [], unsupported: undefined, uses: NOTHING, unstable: NOTHING };
  if (/(^|\/)package\.json$/.test(file.path)) return { ...empty, manifest: readManifest(file.text) };
  if (!/\.(ya?ml|json)$/i.test(file.path) || !isOpenApi(file.path, file.text)) return empty;
  const parsed = readSettings(file, mark);
  const read = readOpenApi(file, parsed.value);
  return { ...empty, document: read.document, notes: parsed.value.notes, spans: Int32Array.from(spans), problems: parsed.problems, unsupported: read.unsupported };
}

/** Machine-written code: large, and its lines are far longer than anybody writes. */
function isMinified(text: string): boolean {
  if (text.length < MINIFIED_FROM) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 500;
}

function codeFacts(file: SourceFile): FileFacts {
  const { module, spans, problems } = lower(file);
  const uses = new Set(module.imports.filter((one) => !one.typeOnly).map((one) => one.from.replace(/^node:/, '')));
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    if (/^(render|sendFile|sendfile|static)$/.test(step.call.name)) uses.add('html');
    if (/^(cookie|clearCookie|setCookie)$/.test(step.call.name)) uses.add('cookies');
  }
  if (['express-session', 'cookie-session', 'cookie-parser'].some((name) => uses.has(name))) uses.add('cookies');
  return { file, module, document: undefined, manifest: undefined, notes: module.notes, spans, problems, unsupported: undefined, uses, unstable: unstableBindings(module) };
}

function unstableBindings(module: ModuleView): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.path.length > 0) continue;
    const { binding } = step.target.root;
    // `let { a } = b` has a value without an assignment of its own.
    const before = module.bindings[binding]?.value;
    const isSecond = before !== undefined && before.kind !== 'unknown' && before !== step.value && !counts.has(binding);
    counts.set(binding, (counts.get(binding) ?? 0) + (isSecond ? 2 : 1));
  }
  // A declaration with `let` counts once itself; a second assignment makes it unstable.
  return new Set([...counts].filter(([, count]) => count > 1).map(([binding]) => binding));
}

/** The dependency ranges of a package.json; undefined when it is no JSON object. */
function readManifest(text: string): Manifest | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null) return undefined;
    const dependencies = new Map<string, string>();
    for (const key of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
      const group: unknown = Reflect.get(data, key);
      if (typeof group !== 'object' || group === null) continue;
      for (const [name, range] of Object.entries(group)) if (typeof range === 'string') dependencies.set(name, range);
    }
    return { dependencies };
  } catch {
    return undefined;
  }
}
