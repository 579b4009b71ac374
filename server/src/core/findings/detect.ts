import type { FileFacts } from '../project/facts.js';
import { corsPolicies } from '../project/cors.js';
import { dependenciesOf } from '../project/dependencies.js';
import { originTests } from '../project/origin-tests.js';
import type { Endpoint, FileClass, ProjectModel, Siblings } from '../project/project.js';
import { literalsOf } from '../project/literals.js';
import { groupedBy } from '../rules/facts/names.js';
import type { AnyRule, Hit, LiteralUse, RuleContext, Subjects } from '../rules/rule.js';
import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { placedFix } from '../openapi/part-places.js';
import { isCodeFile } from '../text/paths.js';
import type { FilePath } from '../text/source.js';
import { LOWER, type Severity } from './finding.js';
import { calledUnder, madeUnder, servedUnder } from './callers.js';
import { broughtHome, homeOfCall, noHome, type Home } from './home.js';
import { atKey } from './precedence.js';
import type { Keeping, Raw } from './units.js';

export type { Raw };

/** A rule that failed: it costs its own findings only. */
export interface Crash {
  readonly rule: string;
  readonly error: string;
}
/** What one file is asked with. `mentioned`: the words of the rules that stand in its text, in any letter case. */
export interface Asked {
  readonly rules: readonly AnyRule[];
  readonly mentioned: ReadonlySet<string>;
  readonly project: ProjectModel;
  readonly context: RuleContext;
  readonly fileClass: FileClass;
  /** What was said of the file before, as far as it holds. */
  readonly keeping?: Keeping | undefined;
}
/** What rules said, and which of them failed. */
export interface Detected {
  readonly raw: readonly Raw[];
  readonly crashes: readonly Crash[];
}
type Ask = <K extends keyof Subjects>(on: K, subject: Subjects[K], grounds?: () => Raw['grounds'], outer?: readonly Branch[], home?: Home) => void;
type Wanted = ReadonlyMap<keyof Subjects, readonly AnyRule[]>;
interface Asking extends Detected {
  readonly wanted: Wanted;
  readonly ask: Ask;
  /** Asks about one unit, of which something may be known from the last time; `run` is given what is left to ask. */
  about(kind: Parameters<Keeping['unit']>[0], key: object, kinds: readonly (keyof Subjects)[], run: (ask: Ask, wanted: Wanted) => void): void;
}

/** The rules that may speak, ready to be asked; what they say of files that `isMeant` does not name is dropped. Severity is modified as RULES 0.2 says. */
function asking({ rules, mentioned, context, fileClass, keeping }: Asked, isMeant: (path: FilePath) => boolean): Asking {
  const speaking = rules.filter((rule) => (fileClass === 'source' || rule.meta.alsoInTests) && (rule.words.length === 0 || rule.words.some((word) => mentioned.has(word))));
  const wanted = bySubject(speaking);
  const raw: Raw[] = [];
  const crashes: Crash[] = [];
  /** False: the rule failed. */
  const tell = (rule: AnyRule, into: Raw[], [on, subject, grounds = noGrounds, outer = [], home = noHome]: Parameters<Ask>): boolean => {
    try {
      for (const found of rule.run(on, subject, context)) {
        const hit = isMeant(found.detection.at.path) ? found : broughtHome(found, home, context);
        if (!hit || !isMeant(hit.detection.at.path)) continue;
        const severity = modified(hit.detection.severity ?? rule.meta.severity, hit, rule, context, outer);
        if (severity) into.push({ rule, hit, severity, confidence: hit.detection.confidence ?? rule.meta.confidence, grounds: hit.detection.apart ? {} : grounds() });
      }
      return true;
    } catch (error) {
      crashes.push({ rule: rule.meta.id, error: error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error) });
      return false;
    }
  };
  const ask: Ask = (on, ...rest) => {
    for (const rule of wanted.get(on) ?? []) tell(rule, raw, [on, ...rest]);
  };
  return {
    raw, crashes, wanted, ask,
    about(kind, key, kinds, run) {
      if (!keeping) return run(ask, wanted);
      const { looks } = keeping;
      const { common, answers } = keeping.unit(kind, key);
      const meant = kinds.flatMap((on) => wanted.get(on) ?? []);
      const open = bySubject(meant.filter((rule) => !answers.has(rule)));
      const failed = new Set<AnyRule>();
      if (open.size > 0) looks.into(common, () => run((on, ...rest) => {
        for (const rule of open.get(on) ?? []) {
          const own = answers.get(rule) ?? { seen: new Set(), raw: [] };
          answers.set(rule, own);
          if (!looks.into(own.seen, () => tell(rule, own.raw, [on, ...rest]))) failed.add(rule);
        }
      }, open));
      for (const rule of meant) {
        const own = answers.get(rule);
        if (!own) answers.set(rule, { seen: new Set(), raw: [] });
        else raw.push(...own.raw);
        if (failed.has(rule)) answers.delete(rule);
      }
    },
  };
}
function bySubject(rules: readonly AnyRule[]): Wanted {
  return groupedBy(rules, ({ on }) => on);
}

/** Runs all rules on a document, with all files that hold parts of it. */
export function detectDocument(document: OpenApiDocument, asked: Asked): Detected {
  const { raw, crashes, wanted, ask } = asking(asked, (path) => path === document.path || document.parts.has(path));
  ask('openapi', document, () => ({ document: document.path }));
  ask('source', { kind: 'document', document }, () => ({ document: document.path }));
  for (const operation of document.operations) {
    const grounds = (): Raw['grounds'] => ({ document: document.path, endpoint: atKey(operation.methodAt) });
    if (wanted.has('operation')) ask('operation', { operation, document }, grounds);
    const served = asked.project.drift.operations.get(operation);
    if (served) ask('contract', { side: 'document', operation, document, served }, grounds);
  }
  return { raw: document.parts.size === 0 && !isCodeFile(document.path) ? raw : raw.map((one) => ({ ...one, hit: placed(one.hit, document) })), crashes };
}
/** A hit whose fixes are made in the file that holds the text. */
function placed(hit: Hit, document: OpenApiDocument): Hit {
  return { ...hit, fixes: (context) => hit.fixes(context).map((answer) => ('refused' in answer ? answer : placedFix(answer, document))) };
}

/** Runs all rules on what the code of one file holds. */
export function detect(facts: FileFacts, asked: Asked): Detected {
  const { project, context, keeping } = asked;
  const { raw, crashes, wanted, ask, about } = asking(asked, (path) => path === facts.file.path);
  if (facts.artifact) {
    ask('artifact', facts.artifact, () => ({ document: facts.file.path }));
    ask('source', { kind: 'settings', artifact: facts.artifact });
    if (wanted.has('dependency')) for (const one of dependenciesOf(facts.artifact)) ask('dependency', one, () => ({ dependency: atKey(one.kind === 'image' ? one.at : one.keyAt) }));
  }
  if (!facts.module) return { raw, crashes };
  const own = facts.module;
  const module = keeping?.module ?? own;
  ask('module', module);
  ask('source', { kind: 'code', module });
  ask('answer', { how: 'schema', module });
  const standing = (fn: FunctionId): readonly Branch[] => (own.functions.has(fn) ? servedUnder(fn, context) : []);
  const literals = wanted.has('literal') ? groupedBy(literalsOf(own), ({ inside }) => inside) : new Map<FunctionId, readonly LiteralUse[]>();
  for (const fn of [module.top, ...own.functions.values()]) {
    about('function', fn === module.top ? own.top.steps : fn, OF_FUNCTIONS, (tell, left) => {
      if (left.has('literal')) for (const literal of literals.get(fn.id) ?? []) if (context.runs(literal.when)) tell('literal', literal, noGrounds, standing(fn.id));
      if (context.runs(fn.when)) askFunction(fn, { module, own, context, above: standing(fn.id) }, tell, left);
    });
  }
  // Fields of classes stand in no function.
  for (const [inside, all] of literals) if (inside !== own.top.id && !own.functions.has(inside)) for (const literal of all) if (context.runs(literal.when)) ask('literal', literal);
  const policies = wanted.has('cors') || wanted.has('origin') ? [...corsPolicies(module, context)].filter(({ when }) => context.runs(when)) : [];
  for (const cors of policies) ask('cors', cors, () => ({ cors: atKey(cors.at) }), standing(cors.inside), (path) => (cors.call ? homeOfCall(cors.call, path, context) : undefined));
  if (wanted.has('origin')) for (const test of originTests(module, policies, context)) ask('origin', test, noGrounds, standing(test.inside));
  for (const endpoint of project.byFile.get(facts.file.path) ?? []) {
    const grounds = (): Raw['grounds'] => ({ endpoint: atKey(endpoint.methodAt) });
    const said = project.drift.endpoints.get(endpoint.id);
    about('endpoint', endpoint, OF_ENDPOINTS, (tell) => {
      tell('endpoint', endpoint, grounds);
      if (said) tell('contract', { side: 'code', endpoint, said }, grounds);
    });
  }
  const mounted = project.byMount.get(facts.file.path) ?? [];
  const atMounts = mounted.length > 0 ? asking({ ...asked, rules: asked.rules.filter(({ meta }) => meta.whereMounted) }, (path) => path === facts.file.path) : undefined;
  if (atMounts) for (const endpoint of mounted) atMounts.about('mount', endpoint, OF_MOUNTS, (tell) => tell('endpoint', endpoint));
  if (wanted.has('siblings')) for (const group of siblingsOf(facts, project)) ask('siblings', group);
  for (const scope of project.scopes.values()) if (scope.at.path === facts.file.path) ask('scope', scope, () => ({ application: scope.id }), madeUnder(scope.at, own, context));
  return { raw: [...raw, ...(atMounts?.raw ?? [])], crashes: [...crashes, ...(atMounts?.crashes ?? [])] };
}
const OF_FUNCTIONS: readonly (keyof Subjects)[] = ['literal', 'function', 'call', 'assign', 'send', 'answer'];
const OF_ENDPOINTS: readonly (keyof Subjects)[] = ['endpoint', 'contract'];
const OF_MOUNTS: readonly (keyof Subjects)[] = ['endpoint'];
interface Around {
  readonly module: ModuleView;
  readonly own: ModuleView;
  readonly context: RuleContext;
  readonly above: readonly Branch[];
}
/** Asks about a function, what it does and what it sends. */
function askFunction(fn: FunctionView, { module, own, context, above }: Around, ask: Ask, wanted: Wanted): void {
  ask('function', fn, () => ({ function: fn.id }), above);
  if (wanted.has('call') || wanted.has('assign')) for (const step of fn.steps) {
    if ((step.do !== 'call' && step.do !== 'assign') || !context.runs(step.when)) continue;
    if (step.do === 'call') ask('call', { call: step.call, step, in: fn, module }, () => ({ call: atKey(step.call.at), ...endpointGround(context.endpoints({ handler: fn.id })) }), above, (path) => homeOfCall(step.call, path, context));
    else ask('assign', { step, in: fn }, noGrounds, above, () => step.value.at);
  }
  if (!wanted.has('send') && !wanted.has('answer')) return;
  const outer = calledUnder(fn, own, context);
  for (const one of context.sends(fn.id)) {
    const send = outer.length === 0 ? one : { ...one, when: [...outer, ...one.when] };
    ask('send', { send, in: fn }, () => ({ sink: atKey(send.at) }), above);
    ask('answer', { how: 'send', send, in: fn }, () => ({ sink: atKey(send.at) }), above);
  }
}

/** Runs the rules that name the place where a value is written on code that may hand values of a file to libraries. */
export function detectHanded(path: FilePath, module: ModuleView, asked: Asked): Detected {
  const { context } = asked;
  const { raw, crashes, wanted, ask } = asking({ ...asked, rules: asked.rules.filter(({ meta }) => meta.whereWritten) }, (one) => one === path);
  if (wanted.size === 0) return { raw, crashes };
  ask('module', module);
  for (const fn of [module.top, ...module.functions.values()]) {
    if (!context.runs(fn.when)) continue;
    const above = servedUnder(fn.id, context);
    ask('function', fn, noGrounds, above);
    if (wanted.has('call')) for (const step of fn.steps) if (step.do === 'call' && context.runs(step.when)) ask('call', { call: step.call, step, in: fn, module }, noGrounds, above);
  }
  return { raw, crashes };
}

/** A call in a handler is about the endpoint, where it has one only. */
function endpointGround(endpoints: readonly Endpoint[]): Raw['grounds'] {
  const [only] = endpoints;
  return only && endpoints.length === 1 ? { endpoint: atKey(only.methodAt) } : {};
}
const noGrounds = (): Raw['grounds'] => ({});
function modified(severity: Severity, hit: Hit, rule: AnyRule, context: RuleContext, outer: readonly Branch[]): Severity | undefined {
  if (!hit.detection.when || rule.meta.alsoInDevelopment) return severity;
  if (!context.runs(hit.detection.when)) return undefined;
  const environment = context.environment([...outer, ...hit.detection.when]);
  if (environment === 'development' || environment === 'unless-production') return undefined;
  return environment === 'switchable' ? LOWER[severity] : severity;
}

/** Groups of endpoints on one full path that hold an endpoint of this file. */
function* siblingsOf(facts: FileFacts, project: ProjectModel): Iterable<Siblings> {
  const shapes = new Set((project.byFile.get(facts.file.path) ?? []).map((one) => `${one.app} ${one.path.shape}`));
  for (const key of shapes) {
    const same = project.byShape.get(key) ?? [];
    const first = same[0];
    if (!first) continue;
    const base = first.path.shape.endsWith('/{}') ? first.path.shape.slice(0, -3) : first.path.shape;
    const collection = [...(project.byShape.get(`${first.app} ${base}`) ?? []), ...(project.byShape.get(`${first.app} ${base}/{}`) ?? [])];
    yield { shape: first.path.shape, same, collection };
  }
}
