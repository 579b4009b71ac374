import type { Artifact } from '../artifacts/kind.js';
import type { Change, Code, Fix } from '../findings/changes.js';
import type { Confidence, Explanation, Severity } from '../findings/finding.js';
import type { Conduct, RequestField, Role, ScopeId, Send } from '../model/api.js';
import type { AssignStep, Branch, CallStep, DeclaredField, FunctionView, ModuleView, StepFrame } from '../model/module.js';
import type { Call, Entry, FunctionId, Ref, Scalar, Value } from '../model/value.js';
import type { OpenApiDocument, Operation } from '../openapi/document.js';
import type { Policy } from '../policy/policy.js';
import type { Ignoring } from '../project/ignored.js';
import type { BaseImage, Dependency } from '../project/dependencies.js';
import type { Looks } from '../project/looks.js';
import type { Endpoint, FileClass, Habits, Said, Scope, Served, Siblings } from '../project/project.js';
import type { Running } from '../project/running.js';
import type { At, FilePath } from '../text/source.js';

export type { BaseImage, Change, Code, Dependency, Fix, Severity };

/** The fixed topic names of PRODUCT.md section 2: `topic:<name>` tags in SARIF. */
export type Topic =
  | 'method' | 'cors' | 'headers' | 'error-leak' | 'secret' | 'data-exposure' | 'auth' | 'tls' | 'cookie' | 'csrf' | 'jwt' | 'upload' | 'static'
  | 'debug' | 'rate-limit' | 'openapi-security' | 'openapi-method' | 'openapi-error' | 'openapi-transport' | 'openapi-data' | 'inventory' | 'deps' | 'other-config';

export interface RuleMeta {
  /** `group/name`; the name is the fault and reads well after "ignore". */
  readonly id: string;
  readonly title: string;
  /** For example `API8:2023`. */
  readonly owasp: readonly string[];
  readonly cwe: readonly number[];
  readonly severity: Severity;
  /** The lowest confidence a detection of this rule can have. */
  readonly confidence: Confidence;
  readonly topics: readonly Topic[];
  readonly since: string;
  /** Also speaks in test, example, seed and script files, through severities its detections set themselves. */
  readonly alsoInTests?: true;
  /** Is asked about code for the files its options stand in, too: it names the place where a value is written, and `RuleContext.spokenOf` says which of the two files hears it. */
  readonly whereWritten?: true;
  /** Is asked about endpoints for the other files that mount them, too: it speaks of the mount there. */
  readonly whereMounted?: true;
  /** Speaks although the place runs only in development. */
  readonly alsoInDevelopment?: true;
  /** Ids of the library defaults the rule's verdict rests on: each is proved by a test on the real package (rules/defaults). */
  readonly leansOn?: readonly string[];
  /** Markdown: when a careful team would switch this off. */
  readonly whenNotToUse: string;
  readonly references: readonly string[];
}

/** Test, documentation page and hover text at once. `bad` carries `^^^ rule-id "words"` marks (see test/support/marked-source.ts); `fixed` is `bad` after the first fix. */
export type Example =
  | { readonly title: string; readonly bad: string; readonly fixed?: string; readonly policy?: Partial<Policy> }
  | { readonly title: string; readonly good: string; readonly policy?: Partial<Policy> };

/** One CORS setting, normalised for all spellings and frameworks (RULES 0.13). */
export interface CorsPolicy {
  readonly origin: 'any' | 'reflect' | 'null' | 'list' | 'regex' | 'fn' | 'off' | 'unknown';
  readonly credentials: boolean | 'unknown';
  /** The origins as written: literals, patterns. */
  readonly values: readonly Value[];
  /** They are members of a list. */
  readonly inList: boolean;
  readonly source: 'module' | 'manual' | 'config';
  /** Its options stand in a file of their own, which speaks of their origin itself. */
  readonly told?: true;
  /** npm package, or 'manual'. */
  readonly library: string;
  /** The installed major version of it, where known: assume the newest. */
  readonly major: number | undefined;
  /** The object the options stand in; undefined: there is none, or it is not known. */
  readonly options: Value | undefined;
  readonly methods: CorsNames;
  readonly headers: CorsNames;
  readonly exposed: CorsNames;
  /** The path a settings file gives it for. */
  readonly path: string | undefined;
  /** The value token of `origin`; where it is left out, the callee's last name (`cors`). */
  readonly originAt: At;
  readonly originWritten: boolean;
  /** The answer of an origin function that lets in whoever its test turns away. */
  readonly echoAt?: At;
  /** The value of the credentials option, where written. */
  readonly credentialsAt: At | undefined;
  /** The whole `credentials: true` entry, for removal. */
  readonly credentialsEntryAt: At | undefined;
  /** The call that sets the policy up. */
  readonly at: At;
  readonly call: Call | undefined;
  readonly when: readonly Branch[];
  /** The function it stands in. */
  readonly inside: FunctionId;
}
/** The methods or headers a CORS setting names. `default`: left out; `part`: there are more, which nobody can tell; `echo`: what the caller asks for. */
export interface CorsNames {
  readonly state: 'default' | 'listed' | 'part' | 'unknown' | 'echo';
  /** Each as written, without the commas around it. */
  readonly names: readonly { readonly text: string; readonly at: At }[];
  /** The value of the option or header. */
  readonly at: At | undefined;
}
/** One way a caller's origin is told from others: what an origin option or header names, or a test in code. */
export interface OriginTest {
  /** Compared as a whole (also as a member of a list), by a pattern, or by a part of its text. */
  readonly how: 'equals' | 'matches' | 'starts' | 'ends' | 'contains';
  /** What it is compared with, names followed; several where a list is walked through. */
  readonly with: readonly Value[];
  /** Where that is written in this file; the name of it, where it stands elsewhere. */
  readonly at: At;
  /** What is compared: the caller's origin, the page it names as `Referer`, or the host of either. */
  readonly of: 'origin' | 'referer' | 'host';
  /** That value, in code. */
  readonly value: Value | undefined;
  /** An item of a list: it can be taken out. */
  readonly inList: boolean;
  /** The other members of the list, or the other tests of one condition. */
  readonly beside: readonly Value[];
  /** The comparing call, and the whole test it makes with `!== -1` and the like. */
  readonly call: Call | undefined;
  readonly testAt: At | undefined;
  /** Its success lets the caller in, turns it away, or leads to something nobody can tell. */
  readonly leads: 'in' | 'away' | 'unknown';
  /** Known by the header or by the library that hands it over; else by its name alone. */
  readonly sure: boolean;
  /** The setting that names it. */
  readonly policy: CorsPolicy | undefined;
  /** The setting whose origin function it stands in. */
  readonly within: CorsPolicy | undefined;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
}
/** A literal at a place that gives it meaning. */
export interface LiteralUse {
  readonly value: string;
  /** Binding, key, parameter or compared field it stands for. */
  readonly name: string | undefined;
  readonly position: 'binding' | 'entry' | 'argument' | 'comparison' | 'fallback' | 'item' | 'assignment' | 'other';
  readonly call: Call | undefined;
  /** Index of the argument the literal is, or stands in. */
  readonly argument: number | undefined;
  /** The other entries of the object it stands in. */
  readonly siblings: readonly Entry[];
  /** The other side of a comparison. */
  readonly against: Value | undefined;
  /** The comparison, where it is written as one. */
  readonly compare?: Extract<Value, { readonly kind: 'compare' }>;
  /** Environment variable the literal is the fallback of. */
  readonly env: string | undefined;
  /** Part of a `+` or template. */
  readonly joined: boolean;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
  readonly statementAt: At;
  readonly at: At;
}
/** What a rule can ask to be shown. */
export interface Subjects {
  module: ModuleView;
  function: FunctionView;
  call: { readonly call: Call; readonly step: StepFrame & CallStep; readonly in: FunctionView; readonly module: ModuleView };
  assign: { readonly step: StepFrame & AssignStep; readonly in: FunctionView };
  literal: LiteralUse;
  send: { readonly send: Send; readonly in: FunctionView };
  /** What leaves the server: through a response, or by what the schemas of a file promise. */
  answer: { readonly how: 'send'; readonly send: Send; readonly in: FunctionView } | { readonly how: 'schema'; readonly module: ModuleView };
  cors: CorsPolicy;
  origin: OriginTest;
  endpoint: Endpoint;
  siblings: Siblings;
  scope: Scope;
  openapi: OpenApiDocument;
  operation: { readonly operation: Operation; readonly document: OpenApiDocument };
  /** A configuration file: look at its `shape` and `kind` first. */
  artifact: Artifact;
  /** What the program stands on: a package of a manifest, an image of a Dockerfile. */
  dependency: Dependency | BaseImage;
  contract: Contract;
  source:
    | { readonly kind: 'code'; readonly module: ModuleView }
    | { readonly kind: 'document'; readonly document: OpenApiDocument }
    | { readonly kind: 'settings'; readonly artifact: Artifact };
}
/** A package of a lock file that another one brings in. */
export interface BroughtPackage {
  readonly name: string;
  readonly version: string;
  /** The packages that lead to it: first the one the manifest names, last itself. */
  readonly way: readonly { readonly name: string; readonly version: string }[];
  readonly lock: FilePath;
  /** Where the lock file has it. */
  readonly at: At | undefined;
}
/** An endpoint with what documents say of it, asked in its file; or an operation with what the code does about it, asked in its document. */
export type Contract =
  | { readonly side: 'code'; readonly endpoint: Endpoint; readonly said: Said }
  | { readonly side: 'document'; readonly operation: Operation; readonly document: OpenApiDocument; readonly served: Served };
/** A leaf of a payload: found through entries, spreads, templates, branches, wrappers (`JSON.stringify`) and const locals one step back. */
export interface Leaf {
  readonly value: Value;
  readonly when: readonly Branch[];
  /** The nearest key above it. */
  readonly key: string | undefined;
  /** Wrapping calls passed through, outermost first: `JSON.stringify`, `String`. */
  readonly through: readonly string[];
  readonly entry: Entry | undefined;
  /** The name it was reached through, where it stands elsewhere. */
  readonly via: Value | undefined;
  /** Functions of the project the payload came through. */
  readonly entered?: readonly FunctionView[];
  /** A call of a function of the project: what that gives back are leaves of their own. */
  readonly followed?: true;
}
/** A value followed through names and files, with every stop on the way. `exact` false: the end is unknown. */
export interface Resolved {
  readonly value: Value;
  readonly trail: readonly At[];
  readonly exact: boolean;
}
export type Environment = 'development' | 'unless-production' | 'switchable' | 'any';

/** The only way to ask. Each answer is recorded; a file is detected again when an answer changed. Pure, total, bounded. */
export interface RuleContext {
  /** Where facts that are kept for several rules note what they looked at; no rule asks for it. */
  readonly looks?: Looks | undefined;
  policy<K extends keyof Policy>(key: K): Policy[K];
  /** Follows names, imports and members to a value that is no name; at most 20 steps. */
  resolve(value: Value): Resolved;
  /** The constant a value surely is, as `{ value }`; undefined when it is none. */
  constant(value: Value): { readonly value: Scalar } | undefined;
  /** An option of an object value (followed through names and spreads). */
  option(value: Value | undefined, key: string): OptionAnswer;
  leaves(value: Value, inside: FunctionView): Iterable<Leaf>;
  /** Where code under these branches runs: only in development, unless production, under another switch, anywhere. */
  environment(when: readonly Branch[]): Environment;
  /** False: nothing under these branches ever runs, as after `next ? ... : ...` in a handler the framework gives `next`. */
  runs(when: readonly Branch[]): boolean;
  body(fn: FunctionId): FunctionView | undefined;
  /** The function of the project a call surely runs: by its name, or as a method of the class around it, of an instance a name or a field holds, or of a class. */
  called(call: Call): FunctionView | undefined;
  /** The type a parameter, or a field of the class around it, is declared with, as it is written. */
  typeOf(ref: Ref): string | undefined;
  /** The class whose instances a repository or a model gives out, by its type or by the call that made it. */
  entity(value: Value): { readonly name: string; readonly fields: readonly DeclaredField[] } | undefined;
  /** What a file does outside all functions. */
  top(path: FilePath): FunctionView | undefined;
  /** Every function of a file, what it does outside all of them first. */
  functions(path: FilePath): readonly FunctionView[];
  /** The functions that stand in a function, and in no other inside it. */
  inner(fn: FunctionView): readonly FunctionView[];
  conduct(fn: FunctionId): Conduct | undefined;
  role(fn: FunctionId): Role | undefined;
  /** The request field a value reads, if its root is a request by role. */
  request(value: Value): RequestField | undefined;
  /** RULES 0.11: rooted in a caught error, an error parameter, or a local assigned from one. A member (`err.stack`) counts by its root: look at `ref.path`. */
  isError(value: Value): boolean;
  sends(fn: FunctionId): readonly Send[];
  endpoints(by: { readonly handler: FunctionId } | { readonly shape: string } | { readonly scope: ScopeId } | { readonly file: FilePath } | { readonly mountedIn: FilePath } | { readonly exemptIn: FilePath }): readonly Endpoint[];
  scope(id: ScopeId): Scope | undefined;
  scopeOf(at: At): Scope | undefined;
  /** Endpoints whose chain holds the layer written at this call, or one by a name that stands for it. */
  endpointsThrough(at: At): readonly Endpoint[];
  /** Endpoints that run a function, in their handler, in a layer or through calls of these, and the places it is mounted at; calls of methods are followed where they are asked for. */
  running(fn: FunctionId, through?: 'methods'): Running;
  /** Installed, else locked, else lowest of the range, else undefined: assume the newest. */
  major(name: string, from: FilePath): number | undefined;
  /** The version a manifest gets of a package it names so: the installed one, else the locked one; undefined: nobody tells, or it is not one the range lets in. */
  version(name: string, written: string, manifest: FilePath): { readonly version: string; readonly known: 'installed' | 'locked' } | undefined;
  /** Where the lock file has the version that a manifest gets of a package it names so. */
  lockedAt(name: string, written: string, manifest: FilePath): { readonly version: string; readonly at: At } | undefined;
  /** Packages with known holes that those a manifest ships bring in, by the name in the manifest, as the lock file has them: each once, below the name the shortest way begins with. */
  broughtIn(manifest: FilePath): ReadonlyMap<string, readonly BroughtPackage[]>;
  /** The day of the analysis, YYYY-MM-DD. */
  today(): string;
  /** The nearest manifest lists the package; undefined: there is no manifest. */
  depends(name: string, from: FilePath): boolean | undefined;
  fileClass(path: FilePath): FileClass;
  /** The file is the one the rules are asked about. */
  isAsked(path: FilePath): boolean;
  /** Whether what stands in a file is said there: it is the file the rules are asked about, or one that gives out data and is asked about the code it is handed on by. */
  spokenOf(path: FilePath): boolean;
  /** The configuration files of the project of a kind, in order of path; those in tests and examples too. */
  artifacts(kind: Artifact['kind']): readonly Artifact[];
  /** Whether the project's `.gitignore` files leave a path out, and which of them is the nearest to it. */
  gitIgnore(path: FilePath): Ignoring;
  /** Whether a `.dockerignore` file leaves a name at the top of the folder out that a Dockerfile is built in, and which of those there are is the nearest. */
  dockerIgnore(dockerfile: FilePath, name: string): Ignoring;
  /** A file of plain data that code reads or may read, such as JSON settings. */
  isData(path: FilePath): boolean;
  /** The file imports the module, or carries the mark ('cookies', 'sessions', 'html', 'checks NAME': it refuses to run without the environment variable). */
  uses(path: FilePath, what: string): boolean;
  projectUses(what: string): boolean;
  /** What follows a start in the marks that files of the project carry: the fields of `hides user.`. */
  marksFrom(start: string): readonly string[];
  habits(): Habits;
  /** Whether a name at a place means the same binding as at another, another one, or nothing. */
  visible(name: string, at: At): 'present' | 'absent';
  /** The name a module is bound to in a file (`helmet` for `import h from 'helmet'` is 'h'). */
  localName(path: FilePath, from: string, name: string): string | undefined;
  sameValue(a: Value, b: Value): boolean;
  /** The part [from, to) of a place's source text. */
  within(at: At, from: number, to: number): At;
  textOf(at: At): string;
  pathOf(at: At): FilePath;
}
export type OptionAnswer =
  | { readonly kind: 'value'; readonly value: Value; readonly entry: Entry; readonly resolved: Resolved }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

/** detect decides, explain words, fix edits. `subject` names the place in the fingerprint (endpoint id, binding, option path), never a position. */
export interface Detection<E> {
  readonly at: At;
  readonly subject: string;
  readonly evidence: E;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly related?: readonly { readonly at: At; readonly label: string }[];
  /** Where the place stands, so that the engine applies the environment modifiers of RULES 0.2; left out: no modifier. */
  readonly when?: readonly Branch[];
  /** It says something of its own, which takes no precedence over what other rules say of the same subject. */
  readonly apart?: true;
}
/** A repair, or one sentence that says why there is none for this detection. */
export type FixAnswer = Fix | { readonly refused: string };
export interface Rule<K extends keyof Subjects, E> {
  readonly meta: RuleMeta;
  readonly on: K;
  /** Any of these stands in each text the rule can report in, lower case: a sound prefilter. Empty: always look. */
  readonly words: readonly string[];
  detect(subject: Subjects[K], context: RuleContext): Iterable<Detection<E>>;
  explain(evidence: E): Explanation;
  /** First the one that should be preferred; where there is none, why. */
  fix?(detection: Detection<E>, context: RuleContext): Iterable<FixAnswer>;
  readonly examples: readonly Example[];
}
/** What a rule reported, with its words and its lazy fixes. */
export interface Hit {
  readonly detection: Detection<unknown>;
  readonly explanation: Explanation;
  fixes(context: RuleContext): readonly FixAnswer[];
}
/** A rule with its type parameters folded away, as the registry holds it. */
export interface AnyRule {
  readonly meta: RuleMeta;
  readonly on: keyof Subjects;
  readonly words: readonly string[];
  readonly fixable: boolean;
  readonly examples: readonly Example[];
  run<K extends keyof Subjects>(on: K, subject: Subjects[K], context: RuleContext): readonly Hit[];
}

const NO_HITS: readonly Hit[] = [];

/** Folds a rule's types away. The one cast of the kit is sound: `on` equals the rule's own, so the subject is its own kind. */
export function rule<K extends keyof Subjects, E>(definition: Rule<K, E>): AnyRule {
  const { meta, on, words, examples } = definition;
  return {
    meta, on, words, examples,
    fixable: definition.fix !== undefined,
    run(asked, subject, context) {
      let hits: Hit[] | undefined;
      // Asked a hundred thousand times for a project, and nearly always for nothing.
      if ((asked as keyof Subjects) === on) for (const detection of definition.detect(subject as unknown as Subjects[K], context))
        (hits ??= []).push({ detection, explanation: definition.explain(detection.evidence), fixes: (later) => [...(definition.fix?.(detection, later) ?? [])] });
      return hits ?? NO_HITS;
    },
  };
}

