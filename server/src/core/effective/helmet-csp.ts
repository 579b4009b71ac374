import { helmetDirectives, helmetJoinsDefaults } from '../rules/facts/csp-defaults.js';
import { refused, sent, type Made } from './made.js';
import { isList, isObject, isUnknown, member, truthy, type Setting, type SettingObject } from './settings.js';

const QUOTED: ReadonlySet<string> = new Set(['none', 'self', 'strict-dynamic', 'report-sample', 'inline-speculation-rules', 'unsafe-inline', 'unsafe-eval', 'unsafe-hashes', 'wasm-unsafe-eval']);
const CSP = 'Content-Security-Policy';

/** The header and value of `contentSecurityPolicy(options)` in helmet 4 to 8 (4.6.0, 5.1.1, 6.2.0, 7.2.0, 8.3.0; their content-security-policy sources). `name` undefined: nobody can tell which of the two. */
export function helmetPolicy(options: Setting, major: number): { readonly name: string; readonly made: Made; readonly unsure: boolean } {
  const only = member(options, 'reportOnly');
  const name = truthy(only) && !isUnknown(only) ? `${CSP}-Report-Only` : CSP;
  return { name, made: policyOf(options, major), unsure: isUnknown(only) };
}

interface Directives {
  /** Sources of each directive, in order; what is no text is written as it is. */
  readonly found: Map<string, readonly Setting[]>;
  readonly disabled: Set<string>;
}

function policyOf(options: Setting, major: number): Made {
  if (isUnknown(options)) return sent(undefined);
  const joins = member(options, 'useDefaults');
  const written = member(options, 'directives');
  if (isUnknown(joins) || isUnknown(written)) return sent(undefined);
  const useDefaults = joins === undefined ? helmetJoinsDefaults(major) : truthy(joins);
  const own = helmetDirectives(major);
  const defaults = new Map<string, readonly Setting[]>(own);
  if (written === undefined && (major < 8 || useDefaults)) return render(defaults, major);
  if (written !== undefined && written !== null && !isObject(written)) return sent(undefined);
  const read = isObject(written) ? directivesOf(written, major) : { found: new Map<string, readonly Setting[]>(), disabled: new Set<string>() };
  if (read === undefined) return sent(undefined);
  if ('is' in read) return read;
  const { found, disabled } = read;
  const all = new Map<string, readonly Setting[]>();
  // Since 8 the defaults come first and are replaced where they stand; before, what is written comes first.
  if (major >= 8 && useDefaults) for (const [name, sources] of defaults) if (!disabled.has(name)) all.set(name, sources);
  for (const [name, sources] of found) all.set(name, sources);
  if (major < 8 && useDefaults) for (const [name, sources] of defaults) if (!all.has(name) && !disabled.has(name)) all.set(name, sources);
  if (all.size === 0) return refused('The policy has no directives.');
  if (!all.has('default-src') && !disabled.has('default-src')) return refused('The policy needs a default-src.');
  return render(all, major);
}

/** Undefined: nobody can tell. */
function directivesOf({ entries, open }: SettingObject, major: number): Directives | Made | undefined {
  const found = new Map<string, readonly Setting[]>();
  const disabled = new Set<string>();
  let isKnown = !open;
  const seen = new Set<string>();
  for (const [key, value] of entries) {
    if (!(major >= 8 ? /^[a-z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/ : /^[a-zA-Z0-9-]+$/).test(key)) return refused(`There is no directive '${key}'.`);
    const name = key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    if (seen.has(name)) return refused(`The directive ${name} is given twice.`);
    seen.add(name);
    const sources = sourcesOf(name, value, major);
    if (sources === 'disabled') disabled.add(name);
    else if (sources === undefined) isKnown = false;
    else if ('is' in sources) return sources;
    else found.set(name, sources);
  }
  return isKnown ? { found, disabled } : undefined;
}

function sourcesOf(name: string, value: Setting, major: number): readonly Setting[] | 'disabled' | Made | undefined {
  if (value === null) return name === 'default-src' ? refused('The policy needs a default-src.') : 'disabled';
  if (isUnknown(value)) return undefined;
  if (typeof value === 'object' && value.is === 'no-default-src') return name === 'default-src' ? 'disabled' : refused(`The directive ${name} cannot be disabled so.`);
  if (!truthy(value) && value !== '') return refused(`The directive ${name} has no value.`);
  const items: readonly Setting[] | undefined = typeof value === 'string' ? [value] : isList(value) ? value.items : undefined;
  if (!items) return refused(`The directive ${name} needs a list.`);
  for (const item of items) {
    if (typeof item !== 'string') continue;
    if (/[;,]/.test(item)) return refused(`A source of ${name} holds a separator.`);
    if (major >= 8 && (QUOTED.has(item) || /^(nonce|sha256|sha384|sha512)-/.test(item))) return refused(`The source ${item} of ${name} needs quotes.`);
  }
  return items;
}

function render(all: ReadonlyMap<string, readonly Setting[]>, major: number): Made {
  const isPlain = [...all.values()].every((sources) => sources.every((one) => typeof one === 'string'));
  const parts: string[] = [];
  for (const [name, sources] of all) {
    let text = '';
    for (const [index, source] of sources.entries()) {
      if (typeof source === 'object' && source !== null) return sent(undefined);
      text += major >= 8 && isPlain && index === 0 ? String(source) : ` ${String(source)}`;
    }
    parts.push(major >= 8 && isPlain ? (text === '' ? name : `${name} ${text}`) : `${name}${text}`);
  }
  return sent(parts.join(';'));
}
