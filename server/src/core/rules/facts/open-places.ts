import type { ModuleView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { Detection, RuleContext } from '../rule.js';
import { exemptedRoutes } from './exempted-routes.js';
import { methodName } from './methods.js';
import { mountedOpen } from './mounted-twice.js';
import { openRecords } from './open-records.js';
import { openRows } from './open-rows.js';
import { switchedOff } from './openings.js';
import { ownedOpen, ownedResolvers } from './owned-beside.js';
import { openQueries } from './resolvers.js';

/** A place other than a route's own call that lets strangers in, with what is said of it. */
export interface OpenPlace {
  readonly how: 'place';
  readonly message: string;
  /** Why it cannot be repaired by itself. */
  readonly refused: string;
}
/** What a file leaves open beside its routes: rows of tables, queries of GraphQL. `taken`: the methods of routes these speak of. */
export function* openPlaces(module: ModuleView, context: RuleContext, taken: (at: At) => void): Iterable<Detection<OpenPlace>> {
  for (const { at, name, key, counts: [closed, all], methodAt } of openRows(module, context)) {
    taken(methodAt);
    const said = key === undefined ? 'say who may call them' : `are kept closed by '${key}'`;
    yield {
      at, subject: `row ${name}`, confidence: 'medium',
      evidence: { how: 'place', message: `${name} asks nobody who calls while ${closed} of ${all} other rows of this table ${said}. Close it too.`, refused: 'Who may call it is for the author to say.' },
    };
  }
  for (const { at, guard, first, count, named } of exemptedRoutes(module, context)) {
    const more = count === 1 ? '' : ` and ${count - 1} more`;
    yield {
      at, subject: `exempt ${first.id}`, when: first.when, severity: context.policy('auth').at === 'gateway' ? 'hint' : named ? 'warning' : 'info', confidence: named ? 'medium' : 'low', related: [{ at: first.methodAt, label: 'opened by it' }],
      evidence: { how: 'place', message: `'${guard}' lets ${methodName(first)} ${first.path.text}${more} by here, so nobody asks who calls. Take it out of the exemptions, or put another check before it.`, refused: 'Which of its routes are for everybody is for the author to say.' },
    };
  }
  for (const { at, guard, guardAt, first, count, guarded, admin } of mountedOpen(module, context)) {
    const more = count === 1 ? ' is' : ` and ${count - 1} more are`;
    yield {
      at, subject: `mounted ${first.id}`, when: first.when, severity: context.policy('auth').at === 'gateway' ? 'hint' : admin ? 'error' : 'warning', confidence: 'medium', related: [{ at: guardAt, label: 'the check before the other mount' }],
      evidence: { how: 'place', message: `${methodName(first)} ${first.path.text}${more} reached here without '${guard}', which stands before ${guarded.path.text}. Put it before this mount too, or remove the mount.`, refused: 'Whether the router is meant to be reached here is for the author to say.' },
    };
  }
  if (context.depends('graphql-shield', module.path) === true) return;
  const told = new Set<string>();
  for (const { at, name, table, guard, guardAt } of openQueries(module, context)) {
    told.add(name.slice(name.lastIndexOf('.') + 1));
    const usual = / /.test(guard) ? `have ${guard}` : `use '${guard}'`;
    yield {
      at, subject: name, confidence: 'medium', related: [{ at: guardAt, label: 'guarded here' }],
      evidence: { how: 'place', message: `${name} gives records of '${table}' with personal data to everybody, while other resolvers here ${usual}. Ask who calls first.`, refused: 'What the resolver has to check is for the author to say.' },
    };
  }
  yield* ofOwned(module, context, told);
}
/** Resolvers that take any row of what others take only the caller's own of. */
function* ofOwned(module: ModuleView, context: RuleContext, told: ReadonlySet<string>): Iterable<Detection<OpenPlace>> {
  for (const { name, at, table, column, otherAt, how } of ownedResolvers(module, context)) {
    if (how === 'read' && told.has(name)) continue;
    const what = how === 'read' ? 'gives records of' : 'changes records of';
    const who = how === 'read' ? 'to everybody' : 'for everybody with an account';
    yield {
      at, subject: `owned ${name}`, confidence: 'medium', related: [{ at: otherAt, label: how === 'unasked' ? 'asked for more here' : `chosen by '${column}' here` }],
      evidence: { how: 'place', message: `${name} ${what} '${table}' ${who}, while another resolver here ${how === 'unasked' ? 'asks for a right too. Ask for one here as well.' : `takes only the caller's own. Choose them by '${column}' too, or ask for a role.`}`, refused: 'What the resolver has to check is for the author to say.' },
    };
  }
}
/** A route that gives out personal data to everybody. */
export function* openReading(endpoint: Endpoint, context: RuleContext): Iterable<Detection<OpenPlace>> {
  const table = openRecords(endpoint, context);
  const owned = table === undefined ? ownedOpen(endpoint, context) : undefined;
  if (owned) yield {
    at: switchedOff(endpoint, context)?.at ?? endpoint.methodAt, subject: `${endpoint.id} owned`, when: endpoint.when, confidence: 'medium', ...(context.policy('auth').at === 'gateway' ? { severity: 'hint' } : {}), related: [{ at: owned.otherAt, label: `only the caller's own here` }],
    evidence: { how: 'place', message: `${methodName(endpoint)} ${endpoint.path.text} gives records of '${owned.table}' to everybody, while another route here takes only the caller's own. Ask who calls, and choose them by '${owned.column}' too.`, refused: 'Who may read it is for the author to say.' },
  };
  if (table === undefined) return;
  yield {
    at: endpoint.methodAt, subject: `${endpoint.id} records`, when: endpoint.when, confidence: 'medium', ...(context.policy('auth').at === 'gateway' ? { severity: 'hint' } : {}),
    evidence: { how: 'place', message: `${methodName(endpoint)} ${endpoint.path.text} sends records of '${table}' with personal data to everybody: nothing asks who calls. Add the check other routes have, or send only what is public.`, refused: 'Who may read it is for the author to say.' },
  };
}
