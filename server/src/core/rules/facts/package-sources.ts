import type { Artifact } from '../../artifacts/kind.js';
import type { Entry, Value } from '../../model/value.js';
import { asArray, asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import type { Change, RuleContext, Severity } from '../rule.js';
import { hostClass, splitUrl, type HostClass } from './hosts.js';
import { plainSeverity } from './plain-calls.js';
import { placeholder, secretValue } from './secrets.js';

/** A setting of npm, pnpm or yarn about where packages come from: checks of certificates switched off, an address without encryption, a host that may be asked without, a credential that is written down. */
export type PackageSource =
  | { readonly what: 'unchecked'; readonly key: string; readonly written: string; readonly at: At; readonly removal: Change }
  | { readonly what: 'plain'; readonly key: string; readonly host: string; readonly where: HostClass; readonly at: At; readonly value: Value; readonly credentials: boolean }
  | { readonly what: 'allowed'; readonly key: string; readonly host: string; readonly where: HostClass; readonly at: At; readonly removal: Change }
  | { readonly what: 'credential'; readonly key: string; readonly at: At; readonly instead: Change };

/** Keys of `.npmrc` that hold a credential, behind the registry they are for; the variable that is usually put in their place. */
const CREDENTIALS: ReadonlyMap<string, string> = new Map([['_authToken', 'NPM_TOKEN'], ['_auth', 'NPM_AUTH'], ['_password', 'NPM_PASSWORD'], ['npmAuthToken', 'NPM_TOKEN'], ['npmAuthIdent', 'NPM_AUTH']]);
const OFF = /^(false|0)$/;
/** Shorter ones are stand-ins that a registry for tests takes. */
const SHORTEST = 8;

/** What a file of settings of npm, pnpm or yarn says of where packages come from, as far as it is a fault; nothing for any other file. */
export function packageSources(artifact: Artifact): readonly PackageSource[] {
  if (artifact.shape !== 'settings') return [];
  if (artifact.kind === 'npmrc') return npmSources(artifact.root);
  const { path, root } = artifact;
  if (artifact.kind === 'pnpm-workspace') return [...unchecked(root, 'strictSsl', path), ...plain('registry', entryOf(root, 'registry'), false), ...entriesOf(valueOf(root, 'registries')).flatMap((entry) => plain(`registries.${entry.key}`, entry, false))];
  return artifact.kind === 'yarnrc' ? yarnSources(root, path) : [];
}

/** Where packages may come from without encryption. */
export interface PlainSource {
  readonly at: At;
  readonly subject: string;
  readonly host: string;
  readonly severity: Severity;
  /** The scheme of an address. */
  readonly schemeAt: At | undefined;
  /** Takes a host out of the list of those that may be asked in plain. */
  readonly removal: Change | undefined;
}
/** Where packages may come from without encryption, and how grave that is: the key of a registry is sent with each of its requests. */
export function plainSources(artifact: Artifact, context: RuleContext): readonly PlainSource[] {
  return packageSources(artifact).flatMap((one): readonly PlainSource[] => {
    if (one.what !== 'plain' && one.what !== 'allowed') return [];
    const severity = plainSeverity('http', one.where, one.what === 'plain' && one.credentials, undefined, context);
    if (!severity) return [];
    const subject = `${one.key} ${one.host}`;
    if (one.what === 'allowed') return [{ at: one.at, subject, host: one.host, severity, schemeAt: undefined, removal: one.removal }];
    const from = context.textOf(one.at).toLowerCase().indexOf('http');
    const schemeAt = context.within(one.at, from, from + 'http'.length);
    return [{ at: schemeAt, subject, host: one.host, severity, schemeAt, removal: undefined }];
  });
}

function npmSources(root: Value): readonly PackageSource[] {
  const entries = entriesOf(root);
  const credentials = entries.flatMap(({ key }) => /^\/\/([^/:]+)[^]*:(?:_authToken|_auth|_password)$/.exec(key)?.[1] ?? []);
  return entries.flatMap((entry): readonly PackageSource[] => {
    const { key, value, at } = entry;
    if (key === 'strict-ssl' && OFF.test(asText(value) ?? '')) return [{ what: 'unchecked', key, written: asText(value) ?? '', at: value.at, removal: { do: 'remove', at, as: 'text' } }];
    if (/^(@[^:]{1,200}:)?registry$/.test(key)) return plain(key, entry, (host) => credentials.includes(host));
    const [, host, name = ''] = /^(?:\/\/([^/:]+)[^]*:)?(_\w+)$/.exec(key) ?? [];
    const variable = CREDENTIALS.get(name);
    const isHere = host !== undefined && hostClass(host) === 'here';
    return variable !== undefined && !isHere && isCredential(value) ? [{ what: 'credential', key: name, at: value.at, instead: { do: 'replace', at: value.at, code: [`\${${variable}}`] } }] : [];
  });
}
function yarnSources(root: Value, path: Artifact['path']): readonly PackageSource[] {
  const scopes = ['npmScopes', 'npmRegistries'].flatMap((list) => entriesOf(valueOf(root, list)).map(({ key, value }) => ({ value, way: [list, key] })));
  const list = asArray(valueOf(root, 'unsafeHttpWhitelist'))?.items ?? [];
  return [
    ...unchecked(root, 'enableStrictSsl', path),
    ...[{ value: root, way: new Array<string>() }, ...scopes].flatMap(({ value, way }) => entriesOf(value).flatMap((entry): readonly PackageSource[] => {
      const hasCredential = [...CREDENTIALS.keys()].some((key) => valueOf(value, key));
      if (/^npm(Registry|Publish|Audit)(Server|Registry)$/.test(entry.key)) return plain([...way, entry.key].join('.'), entry, hasCredential);
      const variable = CREDENTIALS.get(entry.key);
      const isHere = way[1] !== undefined && hostClass(way[1].replace(/^(https?:)?\/\//, '').replace(/[:/][^]*$/, '')) === 'here';
      if (variable === undefined || isHere || !isCredential(entry.value)) return [];
      return [{ what: 'credential', key: entry.key, at: entry.value.at, instead: { do: 'replace', at: entry.value.at, code: [`"\${${variable}}"`] } }];
    })),
    ...list.flatMap(({ value }, index): readonly PackageSource[] => {
      const host = asText(value);
      const where = host === undefined ? 'here' : /^\*+$/.test(host) ? 'remote' : hostClass(host.replace(/^(\*+\.)+/, ''));
      return host === undefined || where === 'here' ? [] : [{ what: 'allowed', key: 'unsafeHttpWhitelist', host, where, at: value.at, removal: { do: 'unset', path, key: ['unsafeHttpWhitelist', ...(list.length > 1 ? [index] : [])] } }];
    }),
  ];
}
function unchecked(root: Value, key: string, path: Artifact['path']): readonly PackageSource[] {
  const value = valueOf(root, key);
  return value?.kind === 'literal' && value.value === false ? [{ what: 'unchecked', key, written: 'false', at: value.at, removal: { do: 'unset', path, key: [key] } }] : [];
}
/** An address that is asked without encryption; `hasCredential`: with a credential. */
function plain(key: string, entry: Entry | undefined, hasCredential: boolean | ((host: string) => boolean)): readonly PackageSource[] {
  const value = entry?.value;
  const text = value?.kind === 'template' && typeof value.parts[0] === 'string' ? `${value.parts[0]}\0` : asText(value);
  const url = text === undefined ? undefined : splitUrl(text);
  if (!value || url?.scheme !== 'http' || url.host.includes('$')) return [];
  const where = hostClass(url.host);
  return where === 'here' ? [] : [{ what: 'plain', key, host: url.host, where, at: value.at, value, credentials: url.credentials || (typeof hasCredential === 'boolean' ? hasCredential : hasCredential(url.host)) }];
}
function isCredential(value: Value): boolean {
  const text = asText(value);
  return text !== undefined && !/\$\{|^\$\w/.test(text) && !placeholder(text) && secretValue(text, { name: 'token', shortest: SHORTEST });
}
