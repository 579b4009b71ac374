import type { Severity } from '../../findings/finding.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { Detection, RuleContext } from '../rule.js';
import { changesOf } from './changes.js';
import { handsOutWhatIsAsked } from './handed-out.js';
import { changing } from './methods.js';
import { guardedTwin } from './mounted-twice.js';
import { needsNoGuard, saysNothingOf } from './open-design.js';
import { laterGuard, switchedOff } from './openings.js';
import { tableQueries } from './owned-tables.js';
import { ownBody } from './own-steps.js';
import { adminPath, assetPath, identityPath, sensitivePath, strongAdminPath } from './paths.js';
import { requestReads } from './request-reads.js';
import { commonGuard, isMeantForAll, isSignUp, standsOpen, type PeerGuard } from './peers.js';

/** Why a route that asks nobody should. */
export interface MissingCheck {
  readonly endpoint: Endpoint;
  readonly how: 'peers' | 'order' | 'decorator' | 'option';
  /** The guard's name, or what switches it off. */
  readonly name: string;
  readonly guard: PeerGuard | undefined;
  readonly counts: readonly [number, number];
  /** What switches the check off, where it can be taken away. */
  readonly off: At | undefined;
}
const NO_DATA = /\/(docs?|api-docs|swagger(-ui)?|openapi|metrics|csp-report)(\/|$)/i;
/** Fewest neighbours, and the part of them, that make a habit. */
const FEWEST = 2;
const MOST_OF = 0.6;
/** As many routes beside one that is read, where all of them ask. */
const FEWEST_OF_ALL = 3;
/** What pages of others show, and what only those can name who were given it. */
const FOR_ALL = /avatar|image|photo|picture|thumb|logo|icon|preview|embed|share|feed|widget|badge|qr|slug|token|code|hash|key|invite|handle|public|catalog/i;

/** A route without a check of the caller, where its neighbours have one, or something takes it away from this route alone. */
export function* missingCheck(endpoint: Endpoint, context: RuleContext): Iterable<Detection<MissingCheck>> {
  const { method, path } = endpoint;
  if (method === 'OPTIONS' || method === 'HEAD' || endpoint.route.statementAt.mark === 0 || isMeantForAll(endpoint, context)) return;
  const isChanging = changing.has(method);
  const isPlain = !isChanging && !(sensitivePath(path.text) || identityPath(path.text) || adminPath(path.text));
  if (isPlain && !givesRow(endpoint, context)) return;
  if (assetPath(path.text) || NO_DATA.test(path.text) || needsNoGuard(endpoint, context)) return;
  const base = { subject: endpoint.id, when: endpoint.when };
  const severity: Severity = isSignUp(endpoint) || context.policy('auth').at === 'gateway' ? 'hint' : isChanging && strongAdminPath(path.text) ? 'error' : 'warning';
  const off = endpoint.authentication.state !== 'guarded' ? switchedOff(endpoint, context) : undefined;
  if (off && isChanging) {
    const named = sensitivePath(path.text) || adminPath(path.text);
    yield { ...base, at: off.at, severity: named || severity === 'hint' ? severity : 'info', confidence: named ? 'medium' : 'low', evidence: { endpoint, how: off.how, name: off.name, guard: undefined, counts: [0, 0], off: off.whole } };
    return;
  }
  // What is opened on purpose for reading is judged by what it gives out; what a guard is told to let by, or a second mount leaves open, where that is written.
  if (!standsOpen(endpoint) || off || endpoint.exempt || guardedTwin(endpoint, context)) return;
  const late = isChanging ? laterGuard(endpoint, context) : undefined;
  if (late) {
    yield {
      ...base, at: endpoint.methodAt, severity, confidence: 'medium',
      evidence: { endpoint, how: 'order', name: late.name, guard: { name: late.name, at: late.at }, counts: [0, 0], off: undefined },
      related: [{ at: late.at, label: 'registered only here' }],
    };
    return;
  }
  const peers = neighbours(endpoint, context);
  const guarded = peers.filter((one) => one.authentication.state === 'guarded' && one.conduct?.closed !== true);
  // What may be read by everybody says nothing of what is changed.
  const alike = isChanging ? peers.filter((one) => changing.has(one.method) && one.route.statementAt.mark !== endpoint.route.statementAt.mark) : [];
  const isUsual = guarded.length >= MOST_OF * peers.length || (alike.length >= FEWEST && alike.every((one) => guarded.includes(one)));
  // What takes stored things away is for nobody to do who is not known, whatever may be read and sent in by everybody.
  const isRemoval = guarded.length > 0 && removesStored(endpoint, context);
  if (!isRemoval && (guarded.length < FEWEST || !isUsual)) return;
  if (isChanging && handsOutWhatIsAsked(endpoint, guarded, context)) return;
  if (isPlain ? !isOnlyOpen(guarded, peers) : saysNothingOf(endpoint, guarded, isChanging)) return;
  const common = commonGuard(guarded);
  yield {
    ...base, at: endpoint.methodAt, severity, confidence: 'medium',
    evidence: { endpoint, how: 'peers', name: common?.name ?? 'a check in their handlers', guard: common?.guard, counts: [guarded.length, peers.length], off: undefined },
    related: [{ at: common?.guard?.at ?? (guarded[0] ?? endpoint).methodAt, label: 'guarded here' }],
  };
}
/** What the one row is that a path names is chosen by the caller, and its path says nothing of pictures, links and the like. */
function givesRow(endpoint: Endpoint, context: RuleContext): boolean {
  if (endpoint.method !== 'GET' || !endpoint.path.shape.includes('/{}') || FOR_ALL.test(endpoint.path.text)) return false;
  const body = ownBody(endpoint, context);
  return body?.complete === true && tableQueries(body, context).some(({ kind, filters }) => kind === 'read' && filters.some(({ value }) => requestReads(value, context).some(({ field }) => field.from === 'param')));
}
/** All routes beside it ask who calls, those that are read as well. */
function isOnlyOpen(guarded: readonly Endpoint[], peers: readonly Endpoint[]): boolean {
  return guarded.length >= FEWEST_OF_ALL && guarded.length === peers.length && guarded.filter((one) => one.method === 'GET').length >= FEWEST;
}
/** A DELETE whose handler removes what is stored. */
function removesStored(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.method === 'DELETE' ? ownBody(endpoint, context) : undefined;
  return body !== undefined && changesOf(body, context).some((one) => one.kind === 'delete' && !one.held);
}
/** Other routes of the same router, controller or file that are not meant for everybody. */
function neighbours(endpoint: Endpoint, context: RuleContext): readonly Endpoint[] {
  const all = context.endpoints({ scope: endpoint.scope }).filter((one) => one.methodAt.mark !== endpoint.methodAt.mark || one.methodAt.path !== endpoint.methodAt.path);
  return all.filter((one) => one.method !== 'OPTIONS' && one.method !== 'HEAD' && !isMeantForAll(one, context) && !assetPath(one.path.text) && !NO_DATA.test(one.path.text));
}
