import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Entry, FunctionId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { alternatives } from './alternatives.js';
import { isHeaderSetup } from './header-setup.js';
import { headerOption, helmetMember } from './headers.js';
import { laterOptions, type LaterOption } from './later-options.js';
import { setHeaders } from './set-headers.js';

const NAMES = ['strictTransportSecurity', ...(headerOption('hsts')?.aliases ?? [])];

/** One setting of Strict-Transport-Security. */
export interface Transport {
  /** Seconds, where they are known. */
  readonly age: number | undefined;
  readonly ageAt: At;
  /** The place holds the number and nothing else. */
  readonly isNumber: boolean;
  /** The entry `includeSubDomains: false`. */
  readonly without: Entry | undefined;
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
}

/** Every place of a file that says how long HTTPS is remembered: options of helmet and its kin, hapi's security, texts. */
export function* transports(module: ModuleView, context: RuleContext): Iterable<Transport> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call') continue;
      const later = laterOf(step.call, module);
      const written = later.some((one) => one.when.length === fn.when.length) ? [] : optionsOf(step.call, context).map((value) => ({ value, when: step.when }));
      for (const options of [...written, ...later])
        for (const { value, when, at } of alternatives(options.value, context)) yield* ofOptions(value, at, { when: [...options.when, ...when], inside: fn.id, call: step.call }, module, context);
    }
  for (const header of setHeaders(module, context)) {
    if (header.name !== 'strict-transport-security') continue;
    for (const { value, when, at } of alternatives(header.value, context)) yield* ofText(value, at, { when: [...header.when, ...when], inside: header.inside, call: header.call }, module, context);
  }
}
interface Place {
  readonly when: readonly Branch[];
  readonly inside: FunctionId;
  readonly call: Call | undefined;
}

/** What the option of a setup is given after its object was made: `options.hsts = { maxAge: 60 }`. */
function laterOf(call: Call, module: ModuleView): readonly LaterOption[] {
  const options = isHeaderSetup(call) ? call.args[call.name === 'register' ? 1 : 0]?.value : undefined;
  return options ? NAMES.flatMap((name) => laterOptions(options, name, module)) : [];
}
/** The values of the option, under each of its names. */
function optionsOf(call: Call, context: RuleContext): readonly Value[] {
  const first = call.args[0]?.value;
  if (call.callee === 'hsts' || (helmetMember(call.callee)?.option === 'strictTransportSecurity')) return first ? [first] : [];
  if (/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(call.callee)) return hapi(call, context);
  if (call.name === 'route' && call.receiver) return inRoute(first, context);
  const options = isHeaderSetup(call) ? (call.name === 'register' ? call.args[1]?.value : first) : undefined;
  if (!options) return [];
  return alternatives(options, context).flatMap((one) => NAMES.flatMap((name) => {
    const answer = context.option(one.value, name);
    return answer.kind === 'value' ? [answer.value] : [];
  }));
}
function hapi(call: Call, context: RuleContext): readonly Value[] {
  const routes = context.option(call.args[0]?.value, 'routes');
  return routes.kind === 'value' ? inSecurity(routes.value, context) : [];
}
function inRoute(route: Value | undefined, context: RuleContext): readonly Value[] {
  return ['options', 'config'].flatMap((key) => {
    const options = context.option(route, key);
    return options.kind === 'value' ? inSecurity(options.value, context) : [];
  });
}
function inSecurity(value: Value, context: RuleContext): readonly Value[] {
  const security = context.option(value, 'security');
  const hsts = security.kind === 'value' ? context.option(security.value, 'hsts') : security;
  return hsts.kind === 'value' ? [hsts.value] : [];
}

function* ofOptions(value: Value, at: At, place: Place, module: ModuleView, context: RuleContext): Iterable<Transport> {
  if (value.kind !== 'object') {
    // hapi takes the seconds, Hono the text.
    yield* ofText(value, at, place, module, context);
    return;
  }
  const below = context.option(value, 'includeSubDomains');
  const isOff = below.kind === 'value' && context.constant(below.value)?.value === false && below.value.at.path === module.path;
  const age = context.option(value, 'maxAge');
  const without = isOff && below.kind === 'value' ? below.entry : undefined;
  if (age.kind !== 'value') {
    if (without) yield { age: undefined, ageAt: without.at, isNumber: false, without, when: place.when, inside: place.inside };
    return;
  }
  for (const one of alternatives(age.value, context)) {
    const seconds = context.constant(one.value)?.value;
    const isHere = one.at.path === module.path || context.spokenOf(one.at.path);
    yield {
      age: typeof seconds === 'number' ? seconds : undefined, ageAt: isHere ? one.at : place.call?.nameAt ?? one.at, isNumber: isHere && one.value.kind === 'literal' && one.at === one.value.at,
      without, when: [...place.when, ...one.when], inside: place.inside,
    };
  }
}
function* ofText(value: Value, at: At, place: Place, module: ModuleView, context: RuleContext): Iterable<Transport> {
  const text = context.constant(value)?.value;
  const isHere = at.path === module.path && value.at.path === module.path;
  const shown = isHere ? value.at : at.path === module.path ? at : place.call?.nameAt ?? at;
  if (typeof text === 'number') yield { age: text, ageAt: shown, isNumber: isHere && value.kind === 'literal', without: undefined, when: place.when, inside: place.inside };
  const found = typeof text === 'string' ? /max-age\s{0,4}=\s{0,4}"?(\d{1,15})/i.exec(text)?.[1] : undefined;
  if (found === undefined) return;
  const index = isHere ? context.textOf(value.at).search(new RegExp(`\\b${found}\\b`)) : -1;
  yield { age: Number(found), ageAt: index >= 0 ? context.within(value.at, index, index + found.length) : shown, isNumber: index >= 0, without: undefined, when: place.when, inside: place.inside };
}
