import type { Checks, Driver, Naming } from '../drivers/driver.js';
import type { Value } from '../model/value.js';
import type { DrivenDocument, DrivenOperation } from '../openapi/driven.js';
import { foldersUp, joinedPath, under } from '../text/paths.js';
import { filePath, type At, type FilePath } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import type { Machine } from './machine.js';
import { pathText } from './plugin-folders.js';
import { filesAt, indexesOf, isTypeScript } from './specifier-paths.js';
import { welcomesEach } from './welcoming.js';
import { writtenDocument } from './written-documents.js';

/** Where functions are looked for by name. */
export type Source =
  | { readonly is: 'object'; readonly of: Abstract }
  | { readonly is: 'folder'; readonly path: string }
  | { readonly is: 'one'; readonly name: string; readonly at: At | undefined; readonly statementAt: At; readonly value: Value; readonly frame: Frame }
  | { readonly is: 'unknown' };
/** The function of a name. 'missing': there is none; 'unknown': nobody can tell. */
export type Found =
  | { readonly is: 'found'; readonly value: Value; readonly frame: Frame; readonly target: Abstract; readonly at: At; readonly statementAt: At }
  | { readonly is: 'missing' | 'unknown' };

/** Finds functions by the names a document has for them. */
export interface Named {
  documentOf(got: Abstract, frame: Frame): DrivenDocument | undefined;
  /** A document, and functions, at a path below a folder around the file. */
  documentNamed(text: string, frame: Frame): DrivenDocument | undefined;
  sourcesNamed(text: string, frame: Frame): Source[];
  /** How functions are named by another resolver; undefined for one nobody knows. */
  namingOf(driver: Driver, resolver: Abstract): Naming | undefined;
  sourcesOf(got: Abstract, frame: Frame): Source[];
  find(operation: DrivenOperation, naming: Naming, sources: readonly Source[]): Found;
  /** A function by its name alone. */
  function(name: string, sources: readonly Source[]): Found;
  /** Whether all members of it are known. */
  isWhole(of: Abstract): boolean;
  /** A check that refuses nobody. */
  welcomesAll(target: Extract<Abstract, { is: 'function' }>, welcome: Checks['welcome']): boolean;
}
const MISSING: Found = { is: 'missing' };
const UNKNOWN: Found = { is: 'unknown' };
const DEEPEST = 5;
const MOST_FOLDERS = 20;
const MOST_CUTS = 10;

export function createNamed({ names, modules, runModule, applied }: Pick<Machine, 'names' | 'modules' | 'runModule' | 'applied'>, documentAt: (path: FilePath) => DrivenDocument | undefined): Named {
  const { evaluate, settled, member } = names;
  const folders = new Set<string>();
  for (const path of modules.keys()) for (const folder of foldersUp(path)) folders.add(folder);
  return { documentOf, documentNamed, namingOf, sourcesOf, sourcesNamed, find, function: byName, isWhole, welcomesAll };

  function documentOf(got: Abstract, from: Frame): DrivenDocument | undefined {
    const whole = settled(got);
    if (got.is === 'module') {
      const own = documentAt(got.path);
      if (own) return own;
    }
    if (whole.is !== 'value') return undefined;
    // Data of a document that code loads, or one written in code.
    if (whole.value.kind === 'object') return (whole.value.at.path === from.module.path ? undefined : documentAt(whole.value.at.path)) ?? writtenDocument(whole, names);
    const text = spelled(whole.value, whole.frame, 0);
    return text === undefined ? undefined : documentNamed(text, from);
  }
  function documentNamed(text: string, from: Frame): DrivenDocument | undefined {
    for (const path of placesOf(text, from.module.path)) {
      const found = path === '' ? undefined : documentAt(filePath(path));
      if (found) return found;
    }
    return undefined;
  }
  /** A path as it is written, also in what reads the file or parses its text. */
  function spelled(value: Value, frame: Frame, depth: number): string | undefined {
    const text = pathText(value, frame, evaluate);
    if (text !== undefined || depth > DEEPEST) return text;
    if (value.kind === 'ref' && value.root.kind === 'value') return spelled(value.root.of, frame, depth + 1);
    if (value.kind === 'ref') {
      const got = settled(evaluate(value, frame));
      return got.is === 'value' && got.value !== value ? spelled(got.value, got.frame, depth + 1) : undefined;
    }
    const [first] = value.kind === 'call' ? value.args : [];
    return first && !first.spread ? spelled(first.value, frame, depth + 1) : undefined;
  }
  /** The same below each folder around the file: programs are started in one of them. */
  function placesOf(text: string, from: FilePath): readonly string[] {
    return [...foldersUp(from)].slice(0, MOST_FOLDERS).flatMap((folder) => joinedPath(folder, text) ?? []);
  }
  function namingOf({ resolver }: Driver, got: Abstract): Naming | undefined {
    const name = got.is === 'value' && got.value.kind === 'ref' ? (got.value.path.at(-1) ?? (got.value.root.kind === 'import' ? got.value.root.name : undefined)) : undefined;
    return name === undefined ? undefined : resolver?.known.get(name);
  }

  function sourcesOf(got: Abstract, from: Frame): Source[] {
    if (got.is === 'module') return [{ is: 'object', of: got }];
    const whole = settled(got);
    if (whole.is === 'instance' || whole.is === 'fields' || whole.is === 'class') return [{ is: 'object', of: whole }];
    if (whole.is !== 'value') return [{ is: 'unknown' }];
    const { value, frame } = whole;
    if (value.kind === 'object') return [{ is: 'object', of: whole }];
    if (value.kind === 'array') return value.open ? [{ is: 'unknown' }] : value.items.flatMap((item) => sourcesOf(evaluate(item.value, frame), from));
    const text = spelled(value, frame, 0);
    const found = text === undefined ? [] : sourcesNamed(text, from);
    return found.length === 0 ? [{ is: 'unknown' }] : found;
  }
  function sourcesNamed(text: string, from: Frame): Source[] {
    const places = placesOf(text, from.module.path);
    const folder = places.find((one) => folders.has(one));
    if (folder !== undefined) return [{ is: 'folder', path: folder }];
    const file = places.flatMap((one) => fileAt(one) ?? [])[0];
    return file === undefined ? [] : [{ is: 'object', of: { is: 'module', path: file } }];
  }
  function fileAt(base: string): FilePath | undefined {
    for (const typescript of [true, false]) {
      for (const one of [...filesAt(base, typescript, 'usual'), ...filesAt(base, typescript, 'other'), ...indexesOf(base, typescript, 'usual'), ...indexesOf(base, typescript, 'other')]) {
        const path = filePath(one);
        if (modules.has(path) && (!typescript || isTypeScript(path))) return path;
      }
    }
    return undefined;
  }

  function find(operation: DrivenOperation, naming: Naming, sources: readonly Source[]): Found {
    const id = idOf(operation, naming);
    if (id === undefined) return MISSING;
    if (naming.dotted) {
      const [file, name] = id.split('.');
      return file === undefined || name === undefined ? MISSING : first(sources, (source) => inFile(source, file, name, naming));
    }
    const file = naming.files?.flatMap((key) => operation.keys.get(key) ?? [])[0] ?? (naming.otherwise === 'letters' ? `${lettersOf(operation.path)}Controller` : undefined);
    if (naming.files && file === undefined && sources.every((one) => one.is === 'folder')) return naming.joined === true ? first(sources, (source) => inAnyFile(source, id, naming)) : MISSING;
    return file === undefined ? byName(id, sources) : first(sources, (source) => inFile(source, file, id, naming));
  }
  function byName(name: string, sources: readonly Source[]): Found {
    return first(sources, (source) => (source.is === 'object' ? inObject(source.of, name) : source.is === 'one' ? ofOne(source, name) : source.is === 'folder' ? MISSING : UNKNOWN));
  }
  function first(sources: readonly Source[], look: (source: Source) => Found): Found {
    const all = sources.map(look);
    return all.find((one) => one.is === 'found') ?? all.find((one) => one.is === 'unknown') ?? MISSING;
  }
  function ofOne(source: Extract<Source, { is: 'one' }>, name: string): Found {
    if (source.name !== name) return MISSING;
    const found = ofValue(evaluate(source.value, source.frame), source.value, source.frame);
    return source.at === undefined ? found : { ...found, at: source.at, statementAt: source.statementAt };
  }
  function inFile(source: Source, file: string, name: string, naming: Naming): Found {
    if (source.is === 'object') {
      const inner = member(settled(source.of), file);
      return inner.is === 'unknown' ? (isWhole(source.of) ? inObject(source.of, `${file}_${name}`) : UNKNOWN) : inObject(inner, name);
    }
    if (source.is !== 'folder') return source.is === 'one' ? MISSING : UNKNOWN;
    const path = fileAt(under(source.path, file));
    if (path === undefined) return MISSING;
    runModule(path);
    const module: Abstract = { is: 'module', path };
    const found = inObject(module, name);
    if (found.is !== 'missing') return found;
    const fallback = member(module, 'default');
    if (fallback.is === 'unknown') return found;
    const inner = inObject(fallback, name);
    return inner.is === 'missing' && naming.whole === true && fallback.is === 'function' ? ofFunction(fallback) : inner;
  }
  /** `Pets_list` of a file `Pets`. */
  function inAnyFile(source: Source, id: string, naming: Naming): Found {
    const cuts = [...id.matchAll(/_/g)].slice(0, MOST_CUTS).map(({ index }) => index);
    const found = cuts.map((index) => inFile(source, id.slice(0, index), id.slice(index + 1), naming));
    return found.find((one) => one.is === 'found') ?? found.find((one) => one.is === 'unknown') ?? MISSING;
  }
  function inObject(of: Abstract, name: string): Found {
    if (of.is === 'module') runModule(of.path);
    const got = member(of.is === 'module' ? of : settled(of), name);
    const holder = settled(of);
    const entry = holder.is === 'value' && holder.value.kind === 'object' ? holder.value.entries.findLast(({ key }) => key === name) : undefined;
    if (entry && holder.is === 'value') return { ...ofValue(got, entry.value, holder.frame), at: entry.keyAt, statementAt: entry.at };
    if (got.is === 'function') return ofFunction(got);
    if (got.is === 'value') return { is: 'found', value: got.value, frame: got.frame, target: got, at: got.value.at, statementAt: got.value.at };
    return got.is === 'unknown' && isWhole(of) ? MISSING : UNKNOWN;
  }
  function ofValue(got: Abstract, written: Value, frame: Frame): Extract<Found, { is: 'found' }> {
    const target = settled(got);
    if (target.is === 'function') return ofFunction(target);
    return { is: 'found', value: written, frame, target, at: written.at, statementAt: written.at };
  }
  function ofFunction({ fn, frame }: Extract<Abstract, { is: 'function' }>): Extract<Found, { is: 'found' }> {
    return { is: 'found', value: { kind: 'function', fn: fn.id, at: fn.nameAt }, frame, target: { is: 'function', fn, frame }, at: fn.nameAt, statementAt: fn.at };
  }

  function isWhole(of: Abstract, depth = 0): boolean {
    if (depth > DEEPEST) return false;
    switch (of.is) {
      case 'module': {
        const exports = modules.get(of.path)?.exports ?? [];
        if (exports.some(({ name }) => name === '*')) return false;
        return exports.some(({ name }) => name === '=') ? isWhole(settled(of), depth + 1) : exports.length > 0;
      }
      case 'value': {
        const { value, frame } = of;
        return value.kind === 'object' && !value.open && value.entries.every((entry) => entry.key !== undefined || (entry.form === 'spread' && isWhole(evaluate(entry.value, frame), depth + 1)));
      }
      case 'instance': return of.of !== undefined && !of.of.view.extends;
      case 'class': return !of.view.extends;
      case 'fields': return true;
      default: return false;
    }
  }
  function welcomesAll({ fn }: Extract<Abstract, { is: 'function' }>, welcome: Checks['welcome']): boolean {
    applied.add(fn.id);
    return fn.complete && welcomesEach(fn, welcome);
  }
}

function idOf({ keys, method, path }: DrivenOperation, { ids, otherwise, camel }: Naming): string | undefined {
  const id = ids.flatMap((key) => keys.get(key) ?? [])[0];
  if (id !== undefined) return camel === true ? id.replace(/\W+(\w)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase()) : id;
  if (otherwise === undefined) return undefined;
  if (otherwise === 'letters') return `func${lettersOf(path)}`;
  return otherwise === 'method' ? method.toLowerCase() : madeOf(method.toLowerCase(), path);
}
/** As @oas-tools/core 3.1.0 and oas-tools make names of paths. */
function lettersOf(path: string): string {
  return path.replace(/[^a-z0-9.]/gi, '');
}
/** `getUserByName` of `get /user/{name}`, as fastify-openapi-glue 4.11.4 makes it. */
function madeOf(method: string, path: string): string {
  const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
  return [method, ...path.split('/').slice(1).map(upper)].join('').replace(/\{(\w+)\}/g, (_, name: string) => `By${upper(name)}`).replace(/[^a-z]/gi, '');
}
