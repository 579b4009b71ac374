import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { CorsPolicy } from '../rules/rule.js';
import { namesIn, unsaid } from './cors-names.js';
import { arms, type CorsContext } from './cors-origin.js';

const ORIGIN = 'access-control-allow-origin';
const MOST_RULES = 200;

/** CORS headers that `headers()` of a Next.js configuration gives to paths: `[{ source, headers: [{ key, value }] }]`. */
export function* nextPolicies(module: ModuleView, context: CorsContext): Iterable<CorsPolicy> {
  if (!/(^|\/)next\.config\.[cm]?[jt]s$/.test(module.path)) return;
  for (const fn of module.functions.values()) {
    if (fn.name.split('.').at(-1) !== 'headers') continue;
    for (const step of fn.steps) {
      if (step.do !== 'return' || !step.value) continue;
      for (const block of listed(step.value, context).slice(0, MOST_RULES)) {
        const headers = context.option(block, 'headers');
        if (headers.kind !== 'value') continue;
        const pairs = listed(headers.value, context).flatMap((item) => pairOf(item, context));
        const source = context.option(block, 'source');
        const path = source.kind === 'value' ? context.constant(source.value)?.value : undefined;
        const find = (name: string): Value | undefined => pairs.find((pair) => pair.name === name)?.value;
        const origin = find(ORIGIN);
        if (!origin) continue;
        const names = (name: string): CorsPolicy['methods'] => {
          const value = find(name);
          return value ? namesIn(value, context) : unsaid;
        };
        const credentials = find('access-control-allow-credentials');
        const allowed = credentials && context.constant(credentials)?.value;
        for (const arm of arms(origin, context)) {
          const text = context.constant(arm.value)?.value;
          yield {
            origin: text === '*' ? 'any' : text === 'null' ? 'null' : text === undefined ? 'unknown' : text ? 'list' : 'off',
            credentials: credentials === undefined ? false : allowed === undefined ? 'unknown' : String(allowed).toLowerCase() === 'true',
            values: [arm.value],
            inList: false,
            source: 'config',
            library: 'next',
            major: context.major('next', module.path),
            options: undefined,
            methods: names('access-control-allow-methods'),
            headers: names('access-control-allow-headers'),
            exposed: names('access-control-expose-headers'),
            path: typeof path === 'string' ? path : undefined,
            originAt: arm.at,
            originWritten: true,
            credentialsAt: credentials?.at,
            credentialsEntryAt: pairs.find((pair) => pair.value === credentials)?.item.at,
            at: block.at,
            call: undefined,
            when: [...step.when.slice(fn.when.length), ...arm.when],
            inside: fn.id,
          };
        }
      }
    }
  }
}
function listed(value: Value, context: CorsContext): readonly Value[] {
  const resolved = value.kind === 'ref' ? context.resolve(value).value : value;
  return resolved.kind === 'array' ? resolved.items.flatMap((item) => (item.spread ? listed(item.value, context) : [item.value])) : [];
}
function pairOf(item: Value, context: CorsContext): readonly { readonly name: string; readonly value: Value; readonly item: Value }[] {
  const key = context.option(item, 'key');
  const value = context.option(item, 'value');
  const name = key.kind === 'value' ? context.constant(key.value)?.value : undefined;
  return typeof name === 'string' && value.kind === 'value' ? [{ name: name.toLowerCase(), value: value.value, item }] : [];
}
