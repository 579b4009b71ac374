import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { changesByCookie } from './csrf-neighbours.js';
import { returnedBy } from './csrf-answers.js';
import { handedOut } from './domains.js';
import { entriesOf, type PlacedEntry } from './entries.js';
import { alternatives, type Alternative } from './alternatives.js';
import { requestReads } from './request-reads.js';
import { operandsOf } from './walk.js';

/** Keys under which a framework takes names of other sites that may send changing requests. */
const LISTS: readonly { readonly key: string; readonly under: string }[] = [{ key: 'allowedOrigins', under: 'serverActions' }, { key: 'trustedOrigins', under: 'csrf' }];
/** The option of better-auth 1.3 is a list, or a function that gives one for each request. */
function isOfLogin({ entry, keys, call }: PlacedEntry): boolean {
  return entry.key === 'trustedOrigins' && keys.length === 0 && call !== undefined && /^better-auth(\/[\w-]{1,20})?\.betterAuth$/.test(call.callee);
}
/** The lists an option holds: outright, chosen by a test, or given back by a function. */
function listsOf(value: Value, context: RuleContext): readonly Alternative[] {
  const end = context.resolve(value).value;
  const given = end.kind === 'function' && end.at.path === value.at.path ? (context.body(end.fn)?.steps ?? []).flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])) : [value];
  return given.flatMap((one) => alternatives(one, context));
}

/** Sites anybody can have that may call server actions (Next 14 and later, `serverActions.allowedOrigins`) or send forms (SvelteKit 2, `csrf.trustedOrigins`), or are trusted by a login (better-auth 1.3, `trustedOrigins`): `'*'`, `'*.vercel.app'`, the origin of the caller. */
export function* opensToSites(module: ModuleView, context: RuleContext): Iterable<{ readonly at: At; readonly when: readonly Branch[]; readonly text: string }> {
  for (const placed of entriesOf(module)) {
    const { entry, keys, when } = placed;
    if (!isOfLogin(placed) && !LISTS.some(({ key, under }) => entry.key === key && keys.at(-1) === under)) continue;
    for (const { value: given, when: also } of listsOf(entry.value, context)) {
      const list = context.resolve(given).value;
      for (const { value } of list.kind === 'array' ? list.items : []) {
        if (value.at.path !== module.path) continue;
        const text = context.constant(value)?.value;
        if (typeof text === 'string' ? isAnybodys(text) : givesOrigin(value, context)) yield { at: value.at, when: [...when, ...also], text: typeof text === 'string' ? text : context.textOf(value.at).slice(0, 60) };
      }
    }
  }
}
/** The origin that the request says it comes from. */
function givesOrigin(value: Value, context: RuleContext): boolean {
  return requestReads(value, context).some(({ field }) => field.from === 'header' && field.key === 'origin');
}
/** The pattern stands for sites of strangers: everything, everything under a domain ending, or under a host where anybody can have a name. */
function isAnybodys(pattern: string): boolean {
  const host = /^(?:[a-z]{1,10}:\/\/)?\*{1,2}(?:\.([\w.-]{1,200}))?(?::[\d*]{1,6})?$/i.exec(pattern.trim());
  return host !== null && (host[1] === undefined || !host[1].includes('.') || handedOut(host[1]));
}

/**
 * The tests of the path in what a plugin of hapi leaves out (`skip` of @hapi/crumb 9.0.1), where changing routes below the path are for callers who are known by a cookie:
 * `skip: (request) => request.path.startsWith('/api/')`.
 */
export function* skippedPaths(call: Call, options: Value, context: RuleContext): Iterable<At> {
  for (const given of returnedBy(options, 'skip', context)) for (const test of operandsOf(given, '||')) {
    const prefix = prefixOf(test, context);
    if (prefix === undefined) continue;
    if (context.endpointsThrough(call.at).some((one) => one.path.text.startsWith(prefix) && changesByCookie(one, context))) yield test.at;
  }
}
/** The beginning of the paths for which a test holds: `request.path.startsWith('/api/')`. */
function prefixOf(test: Value, context: RuleContext): string | undefined {
  if (test.kind !== 'call' || test.name !== 'startsWith' || test.receiver?.kind !== 'ref') return undefined;
  if (test.receiver.root.kind !== 'parameter' || !/^(path|url)$/.test(test.receiver.path.at(-1) ?? '')) return undefined;
  const prefix = test.args[0] && context.constant(test.args[0].value)?.value;
  return typeof prefix === 'string' ? prefix : undefined;
}
