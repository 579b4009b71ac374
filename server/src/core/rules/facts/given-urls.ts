import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { asText, entriesOf } from '../../openapi/values.js';
import type { At, FilePath } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { alternatives } from './alternatives.js';
import { isNamedForDevelopers, servicesOf, variablesOf } from './compose.js';
import { hostClass, splitUrl, startingWith, type KnownUrl } from './hosts.js';
import { finalImage, pairsOf } from './images.js';

/** A URL that a configuration file of the project gives to a variable of the environment. */
export interface GivenUrl extends Pick<KnownUrl, 'scheme' | 'host' | 'where' | 'credentials'> {
  /** The scheme, in that file. */
  readonly schemeAt: At;
}
/** A variable an address begins with, and where this file names it. */
export interface AddressVariable {
  readonly name: string;
  readonly at: At;
  readonly when: readonly Branch[];
}
/** Files for developers, for tests, and samples: what runs is told elsewhere. */
const ASIDE = /\.(example|sample|template|dist|defaults?|tests?|ci|e2e|dev|development)(\.|$)/i;
const DEEPEST = 6;

/** The URLs that environment files, compose files and Dockerfiles of the project give to variables, by their names. */
export function givenUrls(context: RuleContext): ReadonlyMap<string, readonly GivenUrl[]> {
  const found = new Map<string, GivenUrl[]>();
  const take = (name: string, text: string | undefined, at: At | undefined): void => {
    const url = text === undefined ? undefined : splitUrl(text);
    if (!url || !at || url.host.includes('$')) return;
    const from = context.textOf(at).toLowerCase().indexOf(url.scheme);
    if (from >= 0) found.set(name, [...(found.get(name) ?? []), { ...url, where: hostClass(url.host), schemeAt: context.within(at, from, from + url.scheme.length) }]);
  };
  const runs = (path: FilePath): boolean => context.fileClass(path) === 'source' && !ASIDE.test(path) && !isNamedForDevelopers(path);
  for (const file of [...context.artifacts('dotenv'), ...context.artifacts('compose'), ...context.artifacts('dockerfile')]) {
    if (!runs(file.path)) continue;
    if (file.shape === 'dockerfile') for (const { name, value, valueAt } of pairsOf(finalImage(file)?.instructions ?? [], ['ENV'])) take(name, value, valueAt);
    else if (file.kind === 'dotenv') for (const { key, value } of entriesOf(file.root)) take(key, asText(value), value.at);
    else if (file.kind === 'compose') for (const service of servicesOf(file)) for (const { name, value, at } of variablesOf(service, context)) take(name, value, at);
  }
  return found;
}

/** The variables of the environment an address begins with: `process.env.X`, `${process.env.X}/path`, `new URL(path, process.env.X)`, `config.get('X')`. */
export function addressVariables(address: Value, context: RuleContext, depth = 0): readonly AddressVariable[] {
  if (depth > DEEPEST) return [];
  return alternatives(address, context).flatMap(({ value, at, when }): readonly AddressVariable[] => {
    const end = value.kind === 'ref' ? context.resolve(value).value : value;
    const name = end.kind === 'ref' && end.root.kind === 'env' && end.path.length === 0 ? end.root.name : gotten(end, context);
    if (name !== undefined) return [{ name, at, when }];
    const inner = startingWith(value);
    if (!inner || inner === value) return [];
    return addressVariables(inner, context, depth + 1).map((one) => ({ ...one, at: one.at.path === address.at.path ? one.at : at, when: [...when, ...one.when] }));
  });
}
function gotten(value: Value, context: RuleContext): string | undefined {
  if (value.kind !== 'call' || !/^(get|getOrThrow)$/.test(value.name) || !value.args[0]) return undefined;
  const name = context.constant(value.args[0].value)?.value;
  return typeof name === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(name) ? name : undefined;
}
