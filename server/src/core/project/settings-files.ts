import type { Call, Value } from '../model/value.js';
import { foldersUp, under } from '../text/paths.js';
import type { FilePath } from '../text/source.js';
import { specifierOf } from './folder-lists.js';
import type { Follow, Followed } from './followed.js';
import { merged } from './merged.js';
import { spelledPath } from './spelled-path.js';

const PARSES = /^(JSON\.parse|js-yaml(\.default)?\.(load|safeLoad)|yaml(\.default)?\.parse|json5(\.default)?\.parse)$/;
const READS = /^(node:)?fs(\/promises|\.promises)?(\.default)?\.(readFileSync|readFile)$/;
/** fs-extra 11, jsonfile 6, load-json-file. */
const READS_DATA = /^(fs-extra(\.default)?\.(readJsonSync|readJSONSync|readJson|readJSON)|jsonfile(\.default)?\.(readFileSync|readFile)|load-json-file\.(loadJsonFileSync|loadJsonFile))$/;
const TOP_EXPORT = '=';
const MOST_LEVELS = 20;

/** What a call reads from a settings file that the project holds: `JSON.parse(readFileSync('settings.json'))`, `config.get('a.b')`; undefined for other calls and files. */
export function settingsRead(call: Call, project: Followed, follow: Follow): Value | undefined {
  const [first, ...more] = call.args;
  if (!first || first.spread) return undefined;
  if (READS_DATA.test(call.callee)) return ofFile(first.value, call.at.path, project, follow);
  // A reviver may make anything of it.
  if (PARSES.test(call.callee)) return more.length > 0 && call.name === 'parse' && more.some(({ value }) => value.kind === 'function') ? undefined : parsedFrom(first.value, project, follow);
  return configured(call, first.value, project, follow);
}
function parsedFrom(text: Value, project: Followed, follow: Follow): Value | undefined {
  const end = follow(text);
  if (end.kind !== 'call') return undefined;
  if (end.name === 'toString' && end.receiver) return parsedFrom(end.receiver, project, follow);
  const file = end.args[0];
  return READS.test(end.callee) && file && !file.spread ? ofFile(file.value, end.at.path, project, follow) : undefined;
}
/** The data of the file a value names; one that the environment may name counts as the file that stands for it. */
function ofFile(named: Value, from: FilePath, project: Followed, follow: Follow): Value | undefined {
  const end = follow(named);
  const file = end.kind === 'logic' && end.op !== '&&' && follow(end.left).kind === 'ref' ? end.right : end;
  const path = spelledPath(file, (ref) => {
    const next = follow(ref);
    return next === ref ? undefined : next;
  });
  return path === undefined ? undefined : dataAt(path, from, project);
}
/** A path is relative to the project, or to the folder the process starts in: the nearest that has it. */
function dataAt(path: string, from: FilePath, project: Followed): Value | undefined {
  if (!/\.(json|ya?ml)$/i.test(path)) return undefined;
  for (const folder of [...foldersUp(from)].slice(0, MOST_LEVELS)) {
    const found = exported(specifierOf(under(folder, path), from), from, project);
    if (found) return found;
  }
  return undefined;
}
function exported(specifier: string, from: FilePath, project: Followed): Value | undefined {
  const path = project.resolveFile(specifier, from);
  const exports = path === undefined ? undefined : project.surface(path)?.exports;
  return exports?.findLast((one) => one.name === TOP_EXPORT || one.name === 'default')?.value;
}

/**
 * `config.get('a.b')` of the package config 4: `config/default` with `config/production` over it, for what runs in production. What the
 * environment may set (`config/custom-environment-variables`) is not known.
 */
function configured(call: Call, key: Value, project: Followed, follow: Follow): Value | undefined {
  const { target } = call;
  if (call.name !== 'get' || target.kind !== 'ref' || target.root.kind !== 'import' || target.root.from !== 'config') return undefined;
  if (key.kind !== 'literal' || typeof key.value !== 'string') return undefined;
  const from = call.at.path;
  for (const folder of [...foldersUp(from)].slice(0, MOST_LEVELS)) {
    const of = (name: string): Value | undefined => {
      const stem = under(folder, `config/${name}`);
      for (const ending of ['.json', '.js', '.ts', '.cjs', '.yaml', '.yml']) {
        const found = exported(specifierOf(stem + ending, from), from, project);
        if (found) return follow(found);
      }
      return undefined;
    };
    const usual = of('default');
    if (usual) return told(key.value.split('.'), { usual, production: of('production'), environment: of('custom-environment-variables'), follow });
  }
  return undefined;
}
interface Layers {
  readonly usual: Value;
  readonly production: Value | undefined;
  readonly environment: Value | undefined;
  readonly follow: Follow;
}
function told(keys: readonly string[], { usual, production, environment, follow }: Layers): Value | undefined {
  const at = (from: Value | undefined): Value | undefined => keys.reduce<Value | undefined>((value, key) => {
    const end = value && follow(value);
    return end?.kind === 'object' ? end.entries.findLast((entry) => entry.key === key)?.value : undefined;
  }, from);
  if (at(environment)) return undefined;
  const [lower, upper] = [at(usual), at(production)];
  if (!lower || !upper) return upper ?? lower;
  return merged(follow(lower), follow(upper), follow) ?? upper;
}
