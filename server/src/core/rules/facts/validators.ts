import { basesOf } from '../../openapi/bases.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { links, type Endpoint } from '../../project/project.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { patternOf } from './origin-pattern.js';
import { readPattern } from './pattern.js';

/** Middleware that refuses what the document does not have, and checks the credentials it asks for. */
const VALIDATORS = ['express-openapi-validator', 'express-openapi-validate', 'koa-openapi-validator', 'koa-oas3'];
const READABLE = /^express-openapi-validator\.(default\.)?middleware$/;

/** What holds the requests of an endpoint against a document. `refuses`: those of an endpoint the document lacks. `secures`: it checks credentials. */
export interface Validation {
  readonly refuses: 'yes' | 'no' | 'unknown';
  readonly secures: boolean;
}
const NONE: Validation = { refuses: 'no', secures: false };
const SOME: Validation = { refuses: 'unknown', secures: true };

/** What holds the requests of an endpoint against documents while the program runs. */
export function validationOf(endpoint: Endpoint, documents: readonly OpenApiDocument[], context: RuleContext): Validation {
  if (!VALIDATORS.some((name) => context.projectUses(name))) return NONE;
  const found = links(endpoint.chain).flatMap(({ layer }) => optionsOf(layer.value, context) ?? []);
  if (found.length === 0) return endpoint.chainComplete && VALIDATORS.slice(1).every((name) => !context.projectUses(name)) ? NONE : SOME;
  const all = found.map((options): Validation => ({ refuses: refuses(options, endpoint, documents, context), secures: !isSaid(options, 'validateSecurity', false, context) }));
  const [refusing] = all.filter((one) => one.refuses !== 'no').sort((one) => (one.refuses === 'yes' ? -1 : 1));
  return { refuses: refusing?.refuses ?? 'no', secures: all.some((one) => one.secures) };
}
function optionsOf(layer: Value, context: RuleContext): Value | undefined {
  const made = layer.kind === 'call' ? layer : context.resolve(layer).value;
  const given = made.kind === 'call' && READABLE.test(made.callee) ? made.args[0] : undefined;
  return given && !given.spread ? context.resolve(given.value).value : undefined;
}
/** Its own base paths are watched, but not what `ignorePaths` names. */
function refuses(options: Value, endpoint: Endpoint, documents: readonly OpenApiDocument[], context: RuleContext): Validation['refuses'] {
  if (isSaid(options, 'ignoreUndocumented', true, context)) return 'no';
  const isBelow = documents.some((document) => {
    const bases = basesOf(document.servers);
    return bases.length === 0 || bases.some(({ path }) => endpoint.path.text.startsWith(path));
  });
  if (!isBelow) return 'no';
  const ignored = context.option(options, 'ignorePaths');
  if (ignored.kind === 'absent') return options.kind === 'object' ? 'yes' : 'unknown';
  const pattern = ignored.kind === 'value' ? patternOf(ignored.resolved.value, context) : undefined;
  return pattern && readPattern(pattern.source, pattern.flags)?.matches(endpoint.path.text) === false ? 'yes' : 'unknown';
}
function isSaid(options: Value, key: string, what: boolean, context: RuleContext): boolean {
  const answer = context.option(options, key);
  return answer.kind === 'value' && context.constant(answer.value)?.value === what;
}
