import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { asArray, asText, entriesOf, valueAt, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import type { Settings } from '../../artifacts/kind.js';
import type { RuleContext } from '../rule.js';
import { alternatives } from './alternatives.js';
import { isNamedForDevelopers, servicesOf, variablesOf } from './compose.js';
import { hostClass, splitUrl, startingWith, type KnownUrl } from './hosts.js';
import { finalImage, pairsOf } from './images.js';
import { containersOf, manifestsOf, podOf } from './manifests.js';
import { once } from './once.js';

/** A URL that a configuration file of the project gives to a variable of the environment. */
export interface GivenUrl extends Pick<KnownUrl, 'scheme' | 'host' | 'where' | 'credentials' | 'rest'> {
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

/** The URLs that files of the project give to variables, by their names: environment files, compose files, Dockerfiles, manifests of Kubernetes, templates of platforms. */
export function givenUrls(context: RuleContext): ReadonlyMap<string, readonly GivenUrl[]> {
  return allGiven(WHOLE, context);
}
/** One answer for each context. */
const WHOLE = {};
const allGiven = once((_: typeof WHOLE, context): ReadonlyMap<string, readonly GivenUrl[]> => {
  const found = new Map<string, GivenUrl[]>();
  const take = (name: string, text: string | undefined, at: At | undefined): void => {
    const url = text === undefined ? undefined : splitUrl(text);
    if (!url || !at || url.host.includes('$')) return;
    const from = context.textOf(at).toLowerCase().indexOf(url.scheme);
    if (from >= 0) found.set(name, [...(found.get(name) ?? []), { ...url, where: hostClass(url.host), schemeAt: context.within(at, from, from + url.scheme.length) }]);
  };
  for (const file of KINDS.flatMap((kind) => context.artifacts(kind))) {
    if (context.fileClass(file.path) !== 'source' || ASIDE.test(file.path) || isNamedForDevelopers(file.path)) continue;
    if (file.shape === 'dockerfile') for (const { name, value, valueAt } of pairsOf(finalImage(file)?.instructions ?? [], ['ENV'])) take(name, value, valueAt);
    else if (file.shape === 'settings' && file.kind === 'compose') for (const service of servicesOf(file)) for (const { name, value, at } of variablesOf(service, context)) take(name, value, at);
    else if (file.shape === 'settings') for (const { key, value } of givenIn(file)) take(key, asText(value), value.at);
  }
  return found;
});
const KINDS = ['dotenv', 'compose', 'dockerfile', 'kubernetes', 'sam', 'serverless', 'heroku', 'pm2', 'vercel', 'netlify'] as const;

/** The variables a file gives to programs, as its kind writes them. */
function givenIn(file: Settings): readonly Given[] {
  const { root } = file;
  const map = (...path: readonly string[]): readonly Given[] => entriesOf(valueAt(root, ...path));
  switch (file.kind) {
    case 'dotenv': return map();
    case 'kubernetes': return manifestsOf(file).flatMap((one): readonly Given[] => {
      const pod = podOf(one);
      return one.kind === 'ConfigMap' ? entriesOf(valueOf(one.value, 'data')) : pod ? containersOf(pod).flatMap(({ value }) => named(valueOf(value, 'env'))) : [];
    });
    case 'sam': return [...map('Globals', 'Function', 'Environment', 'Variables'), ...map('Resources').flatMap(({ value }) => entriesOf(valueAt(value, 'Properties', 'Environment', 'Variables')))];
    case 'serverless': return [...map('provider', 'environment'), ...map('functions').flatMap(({ value }) => entriesOf(valueOf(value, 'environment')))];
    case 'heroku': return map('env').map(({ key, value }) => ({ key, value: value.kind === 'object' ? (valueOf(value, 'value') ?? value) : value }));
    case 'pm2': return (asArray(valueOf(root, 'apps'))?.items ?? []).flatMap(({ value }) => ['env', 'env_production'].flatMap((key) => entriesOf(valueOf(value, key))));
    case 'vercel': return [...map('env'), ...map('build', 'env')];
    case 'netlify': return [...map('build', 'environment'), ...map('context', 'production', 'environment')];
    default: return [];
  }
}
interface Given {
  readonly key: string;
  readonly value: Value;
}
/** `- { name: STOCK_URL, value: http://... }`. */
function named(list: Value | undefined): readonly Given[] {
  return (asArray(list)?.items ?? []).flatMap(({ value }) => {
    const [key, given] = [asText(valueOf(value, 'name')), valueOf(value, 'value')];
    return key === undefined || !given ? [] : [{ key, value: given }];
  });
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
