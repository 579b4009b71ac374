import type { Call, Value } from '../model/value.js';
import { corsSetups, type CorsSetup } from '../project/cors.js';
import { judge } from '../project/cors-origin.js';
import { patternOf } from '../rules/facts/origin-pattern.js';
import { corsHeaders, STRANGER, type CorsAnswers } from './cors-headers.js';
import type { EffectiveContext, EffectiveReader, EffectiveSetup } from './effective.js';
import { isObject, readSetting, UNKNOWN, type Setting } from './settings.js';

/** Calls that set CORS up: what a page of a stranger, `https://evil.example`, is answered, and what its preflight is. */
export const corsSetup: EffectiveReader = (call, context) => {
  const [only, ...more] = corsSetups(call, context);
  // A list of routes may have a setting each.
  if (!only || more.length > 0) return undefined;
  const made = answersOf(only, context);
  if (!made) return undefined;
  const { library } = only;
  const major = library.major ?? context.major(library.package, call.at.path);
  const setup: EffectiveSetup = { sent: made.simple, asked: { origin: STRANGER, preflight: made.preflight }, library: major === undefined ? library.package : `${library.package} ${major}`, at: only.nameAt };
  return made.refuses === undefined ? setup : { ...setup, sent: [], asked: { origin: STRANGER, preflight: [] }, refuses: made.refuses };
};

function answersOf({ library, value }: CorsSetup, context: EffectiveContext): CorsAnswers | undefined {
  const options = readSetting(value, context, (call) => known(call, context));
  if (options !== undefined && typeof options !== 'boolean' && !isObject(options)) return undefined;
  if (isObject(options) && options.open) return undefined;
  // @fastify/cors asks a function for the options of each request.
  if (isObject(options) && options.entries.has('delegator')) return undefined;
  const origin = value === undefined ? undefined : context.option(value, 'origin');
  const written = origin?.kind === 'value' ? origin.resolved.value : undefined;
  return corsHeaders(library.family, options, written?.kind === 'function' ? asked(written, library, context) : undefined, library.major);
}
/** What an origin function says to a stranger; undefined where it looks at the origin. */
function asked(value: Value, { words }: CorsSetup['library'], context: EffectiveContext): 'any' | 'reflect' | 'tested' {
  const [only, ...more] = judge(value, words, context);
  return more.length === 0 && only?.when.length === 0 && (only.origin === 'any' || only.origin === 'reflect') ? only.origin : 'tested';
}
/** Patterns that are made of a text, and lists whose members nobody can tell. */
function known(call: Call, context: EffectiveContext): Setting {
  const pattern = patternOf(call, context);
  if (pattern) return { is: 'pattern', ...pattern };
  if (/^(split|filter|map|flatMap|concat)$/.test(call.name) && call.receiver) return { is: 'list', items: [UNKNOWN] };
  return UNKNOWN;
}
