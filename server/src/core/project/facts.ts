import type { Artifact } from '../artifacts/kind.js';
import { readArtifact } from '../artifacts/read.js';
import type { ModuleView, Note } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { outerReferences, type OuterReference } from '../openapi/outer.js';
import { readOpenApi } from '../openapi/read.js';
import { isOpenApi } from '../openapi/sniff.js';
import type { CommentBlock } from '../syntax/comment-blocks.js';
import type { Trees } from '../syntax/javascript.js';
import { lower, type Reading } from '../syntax/lower/lower.js';
import { TOO_DEEP, type SyntaxProblem } from '../syntax/parsed.js';
import { rereadEntry, standsFor, type ReadBefore } from '../syntax/reread.js';
import { readSettings } from '../syntax/yaml.js';
import type { PlaceRecord } from '../text/places.js';
import type { At, SourceFile, Span } from '../text/source.js';
import { certificateMarks } from './certificate-marks.js';
import { commentSetups } from './comment-setups.js';
import { documentMarks } from './document-marks.js';
import { envChecks, envSigned } from './env-checks.js';
import { isBundled } from './bundled.js';
import { lastingFields } from './fields.js';
import { folderMarks } from './folders.js';
import { setsProduction } from './production.js';
import { withStanding } from './standing.js';
import { withoutDead } from './truth.js';
import { graphMarks } from './graph-marks.js';
import { recordMarks } from './hidden-fields.js';
import { personalMarks, personalPrismaMarks, personalTextMarks } from './personal-fields.js';
import { limitMarks } from './limit-marks.js';
import { pageMarks } from './page-marks.js';
import { readManifest, type Manifest } from './manifests.js';
import { prismaMarks, textMarks } from './schema-texts.js';
import { signingMarks } from './signing-marks.js';
import { isCodeFile, isDataSchema } from '../text/paths.js';

/** What one file alone says; made once per revision. */
export interface FileFacts {
  readonly file: SourceFile;
  readonly module: ModuleView | undefined;
  /** As this file alone tells it. */
  readonly document: OpenApiDocument | undefined;
  /** What the document refers to in other files. */
  readonly outer: readonly OuterReference[];
  /** Parts of documents in the comments of code. */
  readonly blocks: readonly CommentBlock[];
  /** Calls that put such parts together. */
  readonly setups: readonly Call[];
  readonly manifest: Manifest | undefined;
  /** A configuration file that rules look at as such. */
  readonly artifact: Artifact | undefined;
  readonly notes: readonly Note[];
  /** `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`. */
  readonly spans: Int32Array;
  /** Of code only: lets the next revision use the same places again. */
  readonly places: PlaceRecord | undefined;
  /** Of code that is edited: what the next revision may take from this one. */
  readonly reading?: Reading;
  readonly problems: readonly SyntaxProblem[];
  /** Of a file that does not parse since the last keystrokes: what it was when it did. A document is taken for that meanwhile. */
  readonly whole?: FileFacts;
  /** Why a document cannot be analysed. */
  readonly unsupported: string | undefined;
  readonly uses: ReadonlySet<string>;
  /** Bindings assigned more than once: they have no single value. */
  readonly unstable: ReadonlySet<number>;
}

/** Methods that tell what a file does, whatever they are called on. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['render', 'html'], ['sendFile', 'html'], ['sendfile', 'html'], ['static', 'html'], ['html', 'html'], ['view', 'html'], ['serveStatic', 'html'],
  ['setErrorHandler', 'error-handler'],
  ['cookie', 'cookies'], ['clearCookie', 'cookies'], ['setCookie', 'cookies'],
]);
/** A reference that may lead to a path item, or to the whole document: what one item says is then no matter of its own. */
const AMONG_PATHS = /#\/paths|#\/%|\$ref['"]?[ \t]{0,9}:[ \t]{0,9}['"]?#['"]?[ \t]{0,9}[\r\n,}]/;
/** Functions that look whether a page of another site sent a request, by their names. */
const CSRF_CHECK = /csrf|xsrf|^(is|check|require|assert|verify)?_?same_?(origin|site)|^origin_?(check|guard)|^(check|verify|require|assert|validate|enforce)_?(same)?_?origin$/i;
/** Calls that look a text up in a list, or hold it against a pattern. */
const CHECKS: ReadonlySet<string> = new Set(['includes', 'has', 'test', 'startsWith', 'match', 'indexOf', 'exec']);
/** `ctx.cookies` and `cookies()`, which hold what a browser keeps. */
function isJar(value: Value | undefined): boolean {
  return value?.kind === 'ref' ? value.path.at(-1) === 'cookies' : value?.kind === 'call' && value.name === 'cookies';
}
/** Calls that set a header of an answer by name. */
const SETS_HEADER: ReadonlySet<string> = new Set(['setHeader', 'appendHeader', 'header', 'set', 'append']);
function isCookieHeader(name: Value | undefined): boolean {
  return name?.kind === 'literal' && typeof name.value === 'string' && name.value.toLowerCase() === 'set-cookie';
}
const MOST_GROWTH = 2;
const LEAST_PLACES = 5_000;
const NOTHING: ReadonlySet<never> = new Set();
/** Scripts, images and process files that set the environment. */
const PRODUCTION = /\bNODE_ENV\b['"]?[ \t]{0,3}[=: ][ \t]{0,3}['"]?production\b/;

/** Reads one file to its facts. Never fails; broken parts are named in `problems`. `before`: the facts of its last revision; `trees`: knows trees of edited files. */
export function readFacts(file: SourceFile, before?: FileFacts, trees?: Trees): FileFacts {
  try {
    return read(file, before, before && trees);
  } catch (error) {
    return { ...nothingOf(file), unsupported: `reading it failed (${error instanceof Error ? error.message.slice(0, 200) : 'unknown cause'})` };
  }
}
function nothingOf(file: SourceFile): FileFacts {
  return {
    file, module: undefined, document: undefined, outer: [], blocks: [], setups: [], manifest: undefined, artifact: undefined,
    notes: [], spans: new Int32Array(), places: undefined, problems: [], unsupported: undefined, uses: NOTHING, unstable: NOTHING,
  };
}
function read(file: SourceFile, before: FileFacts | undefined, trees: Trees | undefined): FileFacts {
  if (isCodeFile(file.path)) return isBundled(file.text) ? { ...codeFacts({ ...file, text: '' }, undefined, undefined), file, unsupported: 'it is minified or bundled code, not source' } : codeFacts(file, before, trees);
  const spans: number[] = [];
  const mark = (span: Span): At => {
    spans.push(span.start, span.end);
    return { path: file.path, mark: -(spans.length / 2) };
  };
  const nothing = nothingOf(file);
  const uses = new Set([...(PRODUCTION.test(file.text) ? ['production'] : []), ...(/\.json$/i.test(file.path) ? [] : limitMarks(file.text))]);
  const empty = uses.size > 0 ? { ...nothing, uses } : nothing;
  if (isDataSchema(file.path)) return { ...nothing, uses: new Set(/\.prisma$/i.test(file.path) ? [...prismaMarks(file.text), ...personalPrismaMarks(file.text)] : [...textMarks(file.text), ...personalTextMarks(file.text)]) };
  const isManifest = /(^|\/)package\.json$/.test(file.path);
  if (isManifest || !/\.(ya?ml|json)$/i.test(file.path) || !isOpenApi(file.path, file.text)) {
    const read = readArtifact(file, mark);
    return { ...empty, ...read, manifest: isManifest ? readManifest(file.text) : undefined, spans: Int32Array.from(spans) };
  }
  const last = lastWhole(file, before);
  const again = last && rereadEntry(last, file);
  const standing = last && !again ? standsFor(last, file) : undefined;
  if (last && standing) return { ...last.facts, file, uses: empty.uses, spans: standing.spans, problems: [standing.problem], whole: last.facts };
  const parsed = again ? { value: { root: again.root, notes: [] }, problems: [] } : readSettings(file, mark);
  // A comment or space changes no value.
  if (last && again?.root === last.root) return { ...last.facts, file, uses: empty.uses, spans: again.spans };
  const { document, unsupported } = readOpenApi(file, parsed.value, undefined, again && !AMONG_PATHS.test(file.text) ? last?.facts.document : undefined);
  const unread = (document?.operations.length ?? 0) === 0 ? unreadBecause(parsed.problems) : undefined;
  return { ...empty, document, outer: document ? outerReferences(file.text, parsed.value.root) : [], notes: parsed.value.notes, spans: again?.spans ?? Int32Array.from(spans), problems: parsed.problems, unsupported: unsupported ?? unread };
}
/** The last revision of a document that was read without problems and directives: the next may be read by the one entry that changed since. */
function lastWhole(file: SourceFile, before: FileFacts | undefined): (ReadBefore & { readonly facts: FileFacts }) | undefined {
  const facts = before?.whole ?? before;
  if (!facts?.document || facts.problems.length > 0 || facts.notes.length > 0 || facts.unsupported !== undefined || file.text.includes('unlatched-ignore')) return undefined;
  return { file: facts.file, root: facts.document.root, spans: facts.spans, facts };
}

function unreadBecause(problems: readonly SyntaxProblem[]): string | undefined {
  return problems.some(({ message }) => message === TOO_DEEP) ? `it is ${TOO_DEEP}` : undefined;
}

function codeFacts(file: SourceFile, before: FileFacts | undefined, trees: Trees | undefined): FileFacts {
  // Places that nobody needs any more pile up with each revision: now and then they are counted anew.
  const known = before?.places;
  const inherited = known && known.ats.length <= known.fresh * MOST_GROWTH + LEAST_PLACES ? { places: known, blocks: before.blocks, reading: before.reading } : undefined;
  const { module: whole, places, problems, blocks, reading } = lower(file, inherited, trees);
  const last = before?.whole ?? before;
  const alive = withoutDead(whole);
  // Places of one table: what did not change since the file last parsed stays the same objects.
  const standing = last?.module && inherited && last.places?.origin === places.origin ? withStanding(alive, last.module) : alive;
  const module: ModuleView = { ...standing, fields: lastingFields(standing) };
  const uses = new Set(module.imports.filter((one) => !one.typeOnly).map((one) => one.from.replace(/^node:/, '')));
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const mark = MARKS.get(step.call.name);
    if (mark !== undefined) uses.add(mark);
    if (step.call.name === 'set' && isJar(step.call.receiver)) uses.add('cookies');
    if (SETS_HEADER.has(step.call.name) && isCookieHeader(step.call.args[0]?.value)) uses.add('cookies');
    if (step.call.name === 'register' && isEndless(step.call)) uses.add('endless-tokens');
    if (/(^|\.)MulterModule\.register(Async)?$/.test(step.call.callee)) uses.add('upload-module');
    if (CHECKS.has(step.call.name) && [step.call.receiver, ...step.call.args.map((item) => item.value)].some(isType)) uses.add('type-check');
    if (step.when.some(({ test }) => test.kind === 'compare' && (isType(test.left) || isType(test.right)))) uses.add('type-check');
  }
  if (module.imports.some((one) => one.name === 'FileTypeValidator' || one.name === 'ParseFilePipeBuilder')) uses.add('type-check');
  if ([...uses].some((name) => /multer|static|express|koa|hono|nestjs/.test(name))) for (const mark of folderMarks(module)) uses.add(mark);
  // Options given to it count for every interceptor of the application.
  if (module.imports.some((one) => one.name === 'MulterModule')) uses.add('upload-module');
  if ([...module.functions.values()].some((fn) => CSRF_CHECK.test(fn.name)) || /['"]sec-fetch-site['"]/i.test(file.text)) uses.add('csrf-check');
  if (['express-session', 'cookie-session', 'cookie-parser'].some((name) => uses.has(name))) uses.add('cookies');
  if (setsProduction(module)) uses.add('production');
  for (const mark of documentMarks(module)) uses.add(mark);
  for (const name of envChecks(module)) uses.add(`checks ${name}`);
  for (const name of envSigned(module)) uses.add(`signs ${name}`);
  for (const mark of signingMarks(module)) uses.add(mark);
  for (const mark of certificateMarks(module, file.text)) uses.add(mark);
  for (const mark of limitMarks(file.text)) uses.add(mark);
  for (const mark of pageMarks(file.path)) uses.add(mark);
  for (const mark of graphMarks(file.text)) uses.add(mark);
  for (const mark of recordMarks(module, file.text)) uses.add(mark);
  for (const mark of personalMarks(module, file.text)) uses.add(mark);
  const notes = [...module.notes, ...blocks.flatMap((block) => block.notes)];
  const kept = { ...(reading ? { reading } : {}), ...(problems.length > 0 && last?.problems.length === 0 ? { whole: last } : {}) };
  return {
    ...nothingOf(file), ...kept, module, artifact: processFile(module), blocks, setups: commentSetups(module), notes, spans: places.spans, places, problems, unsupported: unreadBecause(problems), uses,
    unstable: unstableBindings(module),
  };
}

/** What a process file of pm2 exports is a configuration, though it is written as code. */
function processFile({ path, exports, top }: ModuleView): Artifact | undefined {
  const exported = /(^|\/)(ecosystem|pm2)\.config\.[cm]?[jt]s$/.test(path) ? exports.find(({ name }) => name === '=' || name === 'default') : undefined;
  return exported && { shape: 'settings', kind: 'pm2', path, root: exported.value, documents: [exported.value], at: top.at };
}
/** `register(jwt, { secret })`: the tokens it signs have no end unless each is given one. */
function isEndless({ args }: Call): boolean {
  const [plugin, options] = [args[0]?.value, args[1]?.value];
  const from = plugin?.kind === 'ref' && plugin.root.kind === 'import' ? plugin.root.from : plugin?.kind === 'call' && plugin.args[0]?.value.kind === 'literal' ? plugin.args[0].value.value : undefined;
  if ((from !== '@fastify/jwt' && from !== 'fastify-jwt') || options?.kind !== 'object' || options.open) return false;
  const keys = options.entries.map((entry) => entry.key);
  return keys.includes('secret') && !keys.includes('sign') && !options.entries.some((entry) => entry.form === 'spread');
}
/** The type a file was sent with. */
function isType(value: Value | undefined): boolean {
  return value?.kind === 'ref' && /^mimetype$/i.test(value.path.at(-1) ?? value.text);
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
