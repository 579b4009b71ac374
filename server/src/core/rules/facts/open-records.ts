import { links, type Endpoint } from '../../project/project.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { needsNoGuard } from './open-design.js';
import { ownBody } from './own-steps.js';
import { assetPath } from './paths.js';
import { isMeantForAll, standsOpen } from './peers.js';
import { personalRead } from './personal-reads.js';
import { holdsHidden } from './held-records.js';
import { mayAskForRights, readsCallerItself } from './rights.js';
import { someValue } from './walk.js';

/** What only those who were given it know, or what somebody is known by in public. */
const KNOWN_BY = /token|code|secret|nonce|signature|hash|slug|handle|user_?name|nick|share|invite|e_?mail/i;

/** The table of persons that a route gives to everybody, where others of the program ask who calls. */
export function openRecords(endpoint: Endpoint, context: RuleContext): string | undefined {
  if ((endpoint.method !== 'GET' && endpoint.method !== 'all') || !standsOpen(endpoint) || isMeantForAll(endpoint, context) || assetPath(endpoint.path.text) || needsNoGuard(endpoint, context)) return undefined;
  const body = ownBody(endpoint, context);
  if (!body?.complete || endpoint.handler === undefined || readsCallerItself(body, context) || links(endpoint.chain).some(({ layer }) => mayAskForRights(layer.value))) return undefined;
  if (someValue(body, (value) => isKnownBy(value, context))) return undefined;
  const own = new Set(body.steps.map((step) => step.statementAt.mark));
  for (const send of context.sends(endpoint.handler)) {
    if (!own.has(send.statementAt.mark)) continue;
    for (const leaf of context.leaves(send.value, body)) {
      const table = personalRead(leaf.value, body, context);
      if (table !== undefined && (holdsHidden(table, context) || knowsCallers(endpoint, context))) return table;
    }
  }
  return undefined;
}
function isKnownBy(value: Value, context: RuleContext): boolean {
  const key = value.kind === 'ref' || value.kind === 'call' ? context.request(value)?.key : undefined;
  return key !== undefined && KNOWN_BY.test(key);
}
/** Some route of the program, or of the file, asks who calls. */
function knowsCallers(endpoint: Endpoint, context: RuleContext): boolean {
  const { guards, roleGuards } = context.habits();
  return guards.length + roleGuards.length > 0 || [...context.endpoints({ scope: endpoint.scope }), ...context.endpoints({ file: endpoint.methodAt.path })].some((one) => one.authentication.state === 'guarded');
}
