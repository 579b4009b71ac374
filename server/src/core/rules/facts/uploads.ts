import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

/** What reading folders and uploaders needs: the context of a rule, or one file alone. */
export type FolderReader = Pick<RuleContext, 'resolve' | 'constant' | 'option' | 'body'>;
/** A call that makes something which takes in files, with its options. */
export interface Uploader {
  readonly library: 'multer' | 'nest' | 'express-fileupload' | 'busboy' | 'graphql-upload';
  readonly call: Call;
  readonly options: Value | undefined;
  /** How many arguments stand before the options. */
  readonly before: number;
  /** What it is used as: `single`, `array`, `none`; empty where nobody can see it. */
  readonly uses: ReadonlySet<string>;
  readonly when: readonly Branch[];
}
const MULTER = /^(multer|@koa\/multer|koa-multer|fastify-multer|@nest-lab\/fastify-multer)(\.default)?$/;
const NEST = /^@nestjs\/platform-express(\.[\w.]{1,60})?\.(FileInterceptor|FilesInterceptor|FileFieldsInterceptor|AnyFilesInterceptor)$|^@nest-lab\/fastify-multer\.\w*Interceptor$/;
const MODULE = /^@nestjs\/platform-express(\.[\w.]{1,60})?\.MulterModule\.register$/;
const TAKES = /^(single|array|fields|any|none)$/;

/** Whether a call makes multer, under any of its names. */
export function isMulter(call: Call): boolean {
  return MULTER.test(call.callee);
}

/** Everything in a file that takes in uploads. */
export function uploadersOf(module: ModuleView, context: FolderReader): readonly Uploader[] {
  const found: Uploader[] = [];
  const uses = new Map<number, Set<string>>();
  const note = (call: Call): void => {
    if (!call.receiver || !TAKES.test(call.name)) return;
    const made = call.receiver.kind === 'ref' ? context.resolve(call.receiver).value : call.receiver;
    if (made.kind === 'call' && made.at.path === module.path) uses.set(made.at.mark, (uses.get(made.at.mark) ?? new Set()).add(call.name));
  };
  const add = (call: Call, when: readonly Branch[]): void => {
    const made = madeBy(call);
    if (made && !found.some((one) => one.call.at.mark === call.at.mark)) found.push({ ...made, call, uses: new Set(), when });
  };
  for (const view of [module.top, ...module.functions.values()]) {
    for (const decorator of view.decorators) collect(decorator, [], add, 0);
    for (const step of view.steps)
      if (step.do === 'call') {
        note(step.call);
        add(step.call, step.when);
      }
  }
  for (const view of module.classes.values()) for (const decorator of view.decorators) collect(decorator, [], add, 0);
  return found.map((one) => ({ ...one, uses: uses.get(one.call.at.mark) ?? one.uses }));
}
/** Calls inside a decorator's arguments: `@UseInterceptors(FileInterceptor('file'))`. */
function collect(value: Value, when: readonly Branch[], add: (call: Call, when: readonly Branch[]) => void, depth: number): void {
  if (depth > 5) return;
  if (value.kind === 'call') {
    add(value, when);
    for (const item of value.args) collect(item.value, when, add, depth + 1);
  } else if (value.kind === 'array') for (const item of value.items) collect(item.value, when, add, depth + 1);
  else if (value.kind === 'object') for (const entry of value.entries) collect(entry.value, when, add, depth + 1);
}
function madeBy(call: Call): Pick<Uploader, 'library' | 'options' | 'before'> | undefined {
  const at = (library: Uploader['library'], index: number): Pick<Uploader, 'library' | 'options' | 'before'> => ({ library, options: call.args[index]?.value, before: index });
  if (call.args.some((item) => item.spread)) return undefined;
  if (isMulter(call)) return at('multer', 0);
  if (MODULE.test(call.callee)) return at('nest', 0);
  if (NEST.test(call.callee)) {
    if (call.name === 'AnyFilesInterceptor') return at('nest', 0);
    // `FilesInterceptor('photos', 12, options)`, where the number may be left out.
    return at('nest', call.name === 'FilesInterceptor' && (call.args.length > 2 || call.args[1]?.value.kind === 'literal') ? 2 : 1);
  }
  if (call.callee === 'express-fileupload') return at('express-fileupload', 0);
  if (/^graphql-upload(-minimal|-ts)?(\/[\w.]+)*(\.default)?(\.(graphqlUploadExpress|graphqlUploadKoa))?$/.test(call.callee) && /upload(express|koa)/i.test(call.callee)) return at('graphql-upload', 0);
  if (/^(busboy|@fastify\/busboy)(\.default|\.Busboy)?$/.test(call.callee)) return at('busboy', 0);
  return undefined;
}

/** The folder uploads are written to, where it is known: `dest`, or what the storage's `destination` says. */
export function destinationOf(options: Value | undefined, context: FolderReader): { readonly value: Value; readonly text: string } | undefined {
  const dest = context.option(options, 'dest');
  const storage = context.option(options, 'storage');
  const made = storage.kind === 'value' ? context.resolve(storage.value).value : undefined;
  const inStorage = made?.kind === 'call' && made.name === 'diskStorage' ? context.option(made.args[0]?.value, 'destination') : undefined;
  const value = dest.kind === 'value' ? dest.value : inStorage?.kind === 'value' ? inStorage.value : undefined;
  if (!value) return undefined;
  const given = context.resolve(value).value;
  const written = given.kind === 'function' ? handedOn(given, context) : value;
  const text = written && folderText(written, context);
  return written && text !== undefined ? { value: written, text } : undefined;
}
/** `destination: (req, file, cb) => cb(null, 'uploads')`. */
function handedOn(given: Extract<Value, { kind: 'function' }>, context: FolderReader): Value | undefined {
  const body = context.body(given.fn);
  const calls = (body?.steps ?? []).flatMap((step) => (step.do === 'call' && isCallback(step.call, given.fn) ? [step.call] : []));
  return calls.length === 1 ? calls[0]?.args[1]?.value : undefined;
}
/** The call hands its second argument to the last parameter of the function: `cb(null, name)`. */
export function isCallback(call: Call, fn: string): boolean {
  const { target } = call;
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn && target.root.index >= 1 && target.path.length === 0 && call.args.length >= 2;
}
/** A folder as it is written, without `./`, `__dirname` and the like: `public/uploads`. */
export function folderText(value: Value, context: FolderReader, depth = 0): string | undefined {
  if (depth > 6) return undefined;
  const end = context.resolve(value).value;
  const tidy = (text: string): string => text.split('/').reduce<string[]>((kept, part) => (part === '' || part === '.' ? kept : part === '..' ? kept.slice(0, -1) : [...kept, part]), []).join('/');
  if (end.kind === 'literal') return typeof end.value === 'string' ? (end.value.startsWith('/') ? '/' : '') + tidy(end.value) : undefined;
  if (end.kind === 'ref') return isHere(end) ? '' : undefined;
  if (end.kind === 'call') {
    if (end.callee === 'process.cwd') return '';
    // `new URL('./public', import.meta.url)` and `fileURLToPath` of it.
    if (end.callee === 'URL' || /(^|\.)(fileURLToPath|dirname)$/.test(end.callee)) return end.args[0] && folderText(end.args[0].value, context, depth + 1);
    if (!/^(node:)?path\.(posix\.)?(join|resolve|normalize)$/.test(end.callee.replace(/\.default\./, '.'))) return undefined;
    return joined(end.args.map((item) => item.value), '/', context, depth);
  }
  return end.kind === 'template' ? joined(end.parts, '', context, depth) : undefined;
}
function joined(parts: readonly (string | Value)[], between: string, context: FolderReader, depth: number): string | undefined {
  const texts = parts.map((part) => (typeof part === 'string' ? part : folderText(part, context, depth + 1)));
  if (texts.some((text) => text === undefined)) return undefined;
  const whole = texts.join(between);
  const tidied = whole.split('/').reduce<string[]>((kept, part) => (part === '' || part === '.' ? kept : part === '..' ? kept.slice(0, -1) : [...kept, part]), []).join('/');
  return (texts[0]?.startsWith('/') === true && texts[0] !== '' ? '/' : '') + tidied;
}
function isHere(value: Value): boolean {
  return value.kind === 'ref' && /^(__dirname|import\.meta\.(dirname|url|filename)|__filename)$/.test(value.text);
}

/** The folder a call serves as files, with the options it is served under. */
export function staticRootOf(call: Call, context: FolderReader): { readonly value: Value; readonly text: string; readonly options: Value | undefined } | undefined {
  const [first, second] = call.args;
  if (!first || first.spread) return undefined;
  const read = (value: Value | undefined, options: Value | undefined): ReturnType<typeof staticRootOf> => {
    const text = value && folderText(value, context);
    return value && text !== undefined ? { value, text, options } : undefined;
  };
  if (/^(express\.static|serve-static|koa-static|koa-serve|koa-static-server)$/.test(call.callee) || (call.name === 'useStaticAssets' && call.receiver !== undefined)) return read(first.value, second?.value);
  const plugin = first.value;
  const isPlugin = call.name === 'register' && plugin.kind === 'ref' && plugin.root.kind === 'import' && /^(@fastify\/static|fastify-static)$/.test(plugin.root.from);
  const isHono = /(^|\.)serveStatic$/.test(call.callee) && /hono/.test(call.callee);
  if (!isPlugin && !isHono) return undefined;
  const options = isPlugin ? second?.value : first.value;
  const root = context.option(options, 'root');
  return root.kind === 'value' ? read(root.value, options) : undefined;
}
/** A folder and every one above it: `public/up`, `public`. */
export function foldersAbove(folder: string): readonly string[] {
  const parts = folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter((text) => text !== '');
}
