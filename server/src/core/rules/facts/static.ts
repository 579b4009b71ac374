import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** One call or setting that serves the files of a folder. */
export interface StaticMount {
  readonly library: 'express' | 'koa' | 'fastify' | 'hono' | 'hapi' | 'nest' | 'serve-index' | 'sirv' | 'restify';
  /** The folders; none: it cannot be told which. */
  readonly roots: readonly Value[];
  readonly options: Value | undefined;
  /** The name of what serves them. */
  readonly at: At;
  /** Where options go that are not there yet: behind the last argument of this call. */
  readonly call: Call;
}
const EXPRESS = /^(express\.static|serve-static)$/;
const KOA = /^koa-(static|static-server|static-cache)$/;
const HONO = /^(@hono\/node-server\/serve-static|hono\/bun|hono\/deno|hono\/cloudflare-workers)\.serveStatic$/;
const FASTIFY = /^(@fastify\/static|fastify-static)$/;
const INDEX = /^(serve-index|koa-serve-index|koa-serve-list)$/;

/** The folders a call serves. */
export function staticMounts(call: Call, context: RuleContext): readonly StaticMount[] {
  const [first, second] = call.args;
  const two = { options: second?.value, at: call.nameAt, call };
  if (EXPRESS.test(call.callee)) return first ? [{ library: 'express', roots: [first.value], ...two }] : [];
  if (KOA.test(call.callee)) return first ? [{ library: 'koa', ...rooted(first.value, second?.value, 'rootDir', context), at: call.nameAt, call }] : [];
  // `send(ctx, path, { root })`: with a path the caller says, it serves the whole folder.
  if (call.callee === 'koa-send' && second && call.args[2] && context.constant(second.value) === undefined) {
    return [{ library: 'koa', roots: valuesOf(call.args[2].value, 'root', context), options: call.args[2].value, at: call.nameAt, call }];
  }
  if (call.callee === 'sirv') return first ? [{ library: 'sirv', roots: [first.value], ...two }] : [];
  if (/^restify\.plugins\.serveStatic(Files)?$/.test(call.callee)) return first ? [{ library: 'restify', ...rooted(first.value, second?.value, 'directory', context), at: call.nameAt, call }] : [];
  if (INDEX.test(call.callee)) return first ? [{ library: 'serve-index', roots: [first.value], ...two }] : [];
  if (HONO.test(call.callee)) return [{ library: 'hono', roots: valuesOf(first?.value, 'root', context), options: first?.value, at: call.nameAt, call }];
  if (call.name === 'register' && first?.value.kind === 'ref' && first.value.root.kind === 'import' && FASTIFY.test(first.value.root.from) && second) {
    const serves = context.option(second.value, 'serve');
    if (serves.kind === 'value' && context.constant(serves.value)?.value === false) return [];
    const roots = valuesOf(second.value, 'root', context).flatMap((one) => (one.kind === 'array' ? one.items.map((item) => item.value) : [one]));
    return [{ library: 'fastify', roots, options: second.value, at: first.value.nameAt, call }];
  }
  if (call.name === 'useStaticAssets' && first) return first.value.kind === 'object' ? [] : [{ library: 'nest', roots: [first.value], ...two }];
  if (call.callee === '@nestjs/serve-static.ServeStaticModule.forRoot') {
    return call.args.map(({ value }) => ({ library: 'nest' as const, roots: valuesOf(value, 'rootPath', context), options: valuesOf(value, 'serveStaticOptions', context)[0], at: call.nameAt, call }));
  }
  return call.name === 'route' && first ? directories(first.value, call, context) : [];
}
/** hapi: `handler: { directory: { path, listing } }`, of one route or a list. */
function directories(value: Value, call: Call, context: RuleContext): readonly StaticMount[] {
  const routes = value.kind === 'array' ? value.items.map((item) => item.value) : [value];
  return routes.flatMap((route) => {
    const handler = [...valuesOf(route, 'handler', context), ...valuesOf(valuesOf(route, 'options', context)[0], 'handler', context)][0];
    const answer = context.option(handler, 'directory');
    if (answer.kind !== 'value') return [];
    const roots = valuesOf(answer.value, 'path', context).flatMap((one) => (one.kind === 'array' ? one.items.map((item) => item.value) : [one]));
    return [{ library: 'hapi' as const, roots, options: answer.value, at: answer.entry.keyAt, call }];
  });
}
function rooted(first: Value, second: Value | undefined, key: string, context: RuleContext): Pick<StaticMount, 'roots' | 'options'> {
  return first.kind === 'object' ? { roots: valuesOf(first, key, context), options: first } : { roots: [first], options: second };
}
function valuesOf(options: Value | undefined, key: string, context: RuleContext): readonly Value[] {
  if (!options || options.kind === 'function') return [];
  const answer = context.option(options, key);
  return answer.kind === 'value' ? [answer.value] : [];
}

/** A folder as it is known: below the project, or of the whole machine. */
export interface Folder {
  readonly from: 'project' | 'machine' | 'above';
  readonly segments: readonly string[];
  /** The folder of the file that names it. */
  readonly own: boolean;
}
type Base = { readonly base: 'file' | 'project' | 'machine'; readonly parts: readonly string[] };

/** The folder a value names: `__dirname`, `process.cwd()`, `path.join(...)`, texts, through names; undefined where it cannot be told. */
export function folderOf(value: Value, context: RuleContext): Folder | undefined {
  const found = baseOf(value, context, 0);
  if (!found) return undefined;
  const here = found.base === 'file' ? context.pathOf(value.at).split('/').slice(0, -1) : [];
  const segments = [...here];
  let above = 0;
  for (const part of found.parts.flatMap((one) => one.split('/'))) {
    if (part === '' || part === '.') continue;
    if (part !== '..') segments.push(part);
    else if (segments.length === 0) above++;
    else segments.pop();
  }
  if (above > 0 && found.base !== 'machine') return { from: segments.length === 0 ? 'above' : 'project', segments, own: false };
  return { from: found.base === 'machine' ? 'machine' : 'project', segments, own: found.base === 'file' && segments.join('/') === here.join('/') };
}
function baseOf(value: Value, context: RuleContext, depth: number): Base | undefined {
  if (depth > 8) return undefined;
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string' ? { base: value.value.startsWith('/') ? 'machine' : 'project', parts: [value.value] } : undefined;
    case 'ref': {
      if (value.text === '__dirname' || value.text === 'import.meta.dirname') return { base: 'file', parts: [] };
      const end = context.resolve(value);
      return end.exact && end.value !== value && end.value.kind !== 'ref' ? baseOf(end.value, context, depth + 1) : undefined;
    }
    case 'template': {
      const [first, ...rest] = value.parts;
      if (first === undefined) return undefined;
      const base = typeof first === 'string' ? baseOf({ kind: 'literal', value: first, at: value.at }, context, depth + 1) : baseOf(first, context, depth + 1);
      const texts = rest.map((part) => (typeof part === 'string' ? part : context.constant(part)?.value));
      return base && texts.every((one) => typeof one === 'string') ? { ...base, parts: [...base.parts, texts.join('')] } : undefined;
    }
    case 'call': return ofCall(value, context, depth);
    default: return undefined;
  }
}
function ofCall(call: Call, context: RuleContext, depth: number): Base | undefined {
  const callee = call.callee.replace(/^node:/, '').replace(/\.(posix|default)\./, '.');
  const [first] = call.args;
  if (callee === 'process.cwd') return { base: 'project', parts: [] };
  if (/^(path\.)?(join|resolve|normalize)$/.test(callee)) {
    let found: Base | undefined = callee.endsWith('resolve') ? { base: 'project', parts: [] } : undefined;
    for (const { value, spread } of call.args) {
      const next = spread ? undefined : baseOf(value, context, depth + 1);
      if (!next) return undefined;
      const isStart = found === undefined || (callee.endsWith('resolve') && next.base !== 'project') || next.base === 'file';
      found = isStart || !found ? next : { base: found.base, parts: [...found.parts, ...next.parts] };
    }
    return found;
  }
  if (/^(path\.)?dirname$/.test(callee) && first) {
    const isOwn = /^(import\.meta\.filename|__filename)$/.test(context.textOf(first.value.at)) || (first.value.kind === 'call' && /^(url\.)?fileURLToPath$/.test(first.value.callee.replace(/^node:/, '')) && context.textOf(first.value.args[0]?.value.at ?? first.value.at) === 'import.meta.url');
    const named = first.value.kind === 'ref' ? context.resolve(first.value).value : undefined;
    if (isOwn || (named?.kind === 'call' && /^(url\.)?fileURLToPath$/.test(named.callee.replace(/^node:/, '')))) return { base: 'file', parts: [] };
    const inner = baseOf(first.value, context, depth + 1);
    return inner && { ...inner, parts: [...inner.parts, '..'] };
  }
  if (/^(url\.)?fileURLToPath$/.test(callee) && first?.value.kind === 'call') return ofCall(first.value, context, depth + 1);
  if (callee === 'URL' && call.form === 'new' && first) {
    const text = context.constant(first.value)?.value;
    return typeof text === 'string' && !text.startsWith('/') && !text.includes(':') ? { base: 'file', parts: [text] } : undefined;
  }
  return undefined;
}

/** Folders made to be served. */
export function isPublicFolder(segments: readonly string[]): boolean {
  return segments.some((one) => /^_?(public|dist|build|static|assets?|client|www|wwwroot|browser|frontend|web|webapp|ui|site|docs?|html|htdocs|images?|img|css|js|fonts|media|swagger(-ui)?|coverage|storybook-static|out|export|views|templates|themes?|icons?)$/i.test(one));
}
/** Folders that callers or jobs write to, and those that hold what runs the program or concerns single persons. */
const HOLDS_OTHERS = new RegExp(
  '^(\\..*|uploads?|uploaded|files?|storage|data|tmp|temp|downloads?|exports?|backups?|dumps?|user-?content|ftp|config|conf|settings|etc|secrets?|private|keys?|encryptionkeys|certs?|ssl|src|lib|server|app|api|apps|packages'
  + '|repos?|repositories|projects?|workspaces?|users?|home|homes|logs?|db|databases?|invoices?|reports?|records?|documents?|attachments?|scans?|internal|admin|contracts?|cvs?|resumes?|orders|statements|receipts|payslips?|tickets|claims|patients?|members?|customers?|clients?|certificates?|bills?|passports?|payrolls?|kyc|subscribers|prescriptions?|recordings?|submissions?|applications?|letters?|var|srv|node_modules|deploy|scripts|test|tests)$',
  'i',
);
const KEEPS_DATA = /^(data|storage|var|db|uploads?|tmp|private|exports?|backups?)$/i;
/** A folder inside the project with a name of its own, which holds content and neither the program, its settings nor what others write. */
export function isContentFolder(root: Value, context: RuleContext): boolean {
  const folder = folderOf(root, context);
  if (!folder || folder.from !== 'project' || folder.own || folder.segments.length === 0) return false;
  const here = context.pathOf(root.at).split('/').slice(0, -1);
  const holdsProgram = folder.segments.every((one, index) => here[index] === one);
  // What stands in a folder of data, such as `data/prints`, comes from elsewhere, too.
  return !holdsProgram && !folder.segments.some((one, index) => here[index] !== one && (index === folder.segments.length - 1 ? HOLDS_OTHERS : KEEPS_DATA).test(one));
}
/** The call that a call is an argument of, and its constant first argument. */
export function usedUnder(call: Call, fn: FunctionView, context: RuleContext): string | undefined {
  const use = fn.steps.find((step) => step.do === 'call' && step.call !== call && step.call.args.some((item) => item.value.kind === 'call' && item.value.at.mark === call.at.mark));
  const first = use?.do === 'call' ? use.call.args[0] : undefined;
  const path = first && context.constant(first.value)?.value;
  return typeof path === 'string' ? path : undefined;
}
