import { driverNamed } from '../drivers/index.js';
import type { Driver, Spot } from '../drivers/driver.js';
import type { Conduct, ScopeEvent } from '../model/api.js';
import type { Value } from '../model/value.js';
import type { DrivenDocument, DrivenOperation } from '../openapi/driven.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, Before, LoggedEvent, ScopeState } from './abstract.js';
import { HANDS_ON, spotIn } from './driving.js';
import type { Machine } from './machine.js';
import { createNamed, type Found, type Source } from './named-functions.js';
import { PASSES } from './route-checks.js';

type Operations = Extract<ScopeEvent, { kind: 'operations' }>;
interface Setup {
  readonly driver: Driver;
  readonly scope: ScopeState;
  readonly event: Operations;
  readonly logged: LoggedEvent;
  readonly handlers: readonly Source[];
  readonly security: readonly Source[];
}
const MOST_OPERATIONS = 5_000;
/** A check that refuses whoever it does not know. */
const REFUSES: Conduct = {
  passes: 'sometimes', refuses: [401], tests: ['identity'], touches: [], closed: false, complete: true, strangers: 'no', welcomes: 'no', stops: 'yes', turnsAway: 'yes', settings: [], byName: undefined,
};

/** Makes the routes of scopes that answer the operations of a document. `followed`: files in which all of that could be read. */
export function createOperations(machine: Machine, documentAt: (path: FilePath) => DrivenDocument | undefined): { run(): ReadonlySet<FilePath> } {
  const { names, scopes, record, incomplete } = machine;
  const named = createNamed(machine, documentAt);
  return { run };

  function run(): ReadonlySet<FilePath> {
    const followed = new Set<FilePath>();
    const others = new Set<FilePath>();
    for (const scope of [...scopes]) {
      for (const logged of [...scope.log]) {
        if (logged.event.kind !== 'operations') continue;
        const driver = driverNamed(logged.event.driver);
        if (driver) (answer(driver, scope, logged.event, logged) ? followed : others).add(logged.event.at.path);
      }
    }
    return new Set([...followed].filter((path) => !others.has(path)));
  }
  /** Whether all of it could be read. */
  function answer(driver: Driver, scope: ScopeState, event: Operations, logged: LoggedEvent): boolean {
    const { frame } = logged;
    const said = driver.document.map((spot) => named.documentOf(spotIn(event.args, spot, frame, names), frame)).find((one) => one !== undefined);
    const usual = driver.document.every((spot) => spotIn(event.args, spot, frame, names).is === 'unknown') && isLeftOut(driver.document, logged, event) ? driver.usual?.document : undefined;
    const document = said ?? (usual === undefined ? undefined : named.documentNamed(usual, frame));
    const isReached = driver.as !== 'own' || hasRequests(scope);
    // It only checks requests, or answers.
    if (!isReached && !isHandedOn()) return false;
    if (!isReached) incomplete(scope, 'nobody can tell what hands requests to it', frame, event.at);
    if (!document) {
      incomplete(scope, 'the document whose operations it answers is not known', frame, event.at);
      return false;
    }
    const resolver = driver.resolver && spotIn(event.args, driver.resolver.at, frame, names);
    const naming = resolver && resolver.is !== 'unknown' ? named.namingOf(driver, resolver) : driver.naming;
    const handlers = sourcesOf('handler', driver.handlers, driver.usual?.handlers, scope, logged, event);
    const setup: Setup = { driver, scope, event, logged, handlers, security: sourcesOf('security', driver.security.at, driver.usual?.checks, scope, logged, event) };
    const prefix = driver.prefix && spotIn(event.args, driver.prefix, frame, names);
    const bases = basesOf(driver, document, prefix);
    let isKnown = document.complete && bases !== undefined && naming !== undefined;
    if (!document.complete) incomplete(scope, `a part of ${document.path} cannot be read`, frame, event.at);
    for (const operation of document.operations.slice(0, MOST_OPERATIONS)) {
      const found: Found = naming ? named.find(operation, naming, setup.handlers) : { is: 'unknown' };
      if (found.is === 'unknown') isKnown = false;
      if (found.is !== 'missing') route(operation, found, bases, setup);
    }
    return isKnown && isReached;
  }
  function route({ method, path, security }: DrivenOperation, found: Exclude<Found, { is: 'missing' }>, bases: readonly string[] | undefined, setup: Setup): void {
    const { scope, event, logged } = setup;
    const at: At = found.is === 'found' ? found.at : event.at;
    const items = (bases ?? ['/{?}']).map((base) => ({ value: { kind: 'literal' as const, value: `${base}${patternOf(path)}`, at }, spread: false, at }));
    const [only] = items;
    const { before, doubt: unsure } = checks(security, setup);
    const doubt = found.is === 'found' ? unsure : 'nobody can tell what answers it';
    const value: Value = found.is === 'found' ? found.value : { kind: 'unknown', why: 'the function of an operation', at };
    const route: ScopeEvent = {
      kind: 'route', methods: [{ name: method, at }], path: items.length === 1 && only ? only.value : { kind: 'array', items, open: false, at },
      values: [value], found: true, ...(doubt === undefined ? {} : { doubt }), at,
    };
    const place = found.is === 'found' ? found : logged;
    record(scope, { when: logged.when, loop: undefined, openLoop: false, under: [], event: route, frame: place.frame, statementAt: place.statementAt, before });
    scope.files.add(at.path);
  }
  /** What the document asks for, as far as functions check it. */
  function checks(security: DrivenOperation['security'], setup: Setup): { readonly before: readonly Before[]; readonly doubt?: string } {
    const { driver, handlers } = setup;
    const around = [...(driver.around ?? [])].find((name) => named.function(name, handlers).is !== 'missing');
    const doubt = around === undefined ? {} : { doubt: `nobody can tell whom ${around} refuses` };
    if (!security) return { before: [], doubt: 'the security of its operation cannot be read' };
    const { lacking, none, refusedBy, off } = driver.security;
    if (security.length === 0 || (lacking === 'refused' && security.some((schemes) => schemes.length === 0))) return { before: [], ...doubt };
    const given = setup.security;
    if ((off && isSwitchedOff(off, setup)) || (given.length === 0 && none === 'passed')) return { before: [], ...doubt };
    if (given.length === 0 && none === 'unknown') return { before: [], doubt: 'nobody can tell what checks it' };
    if (refusedBy && named.function(refusedBy.name, handlers).is === 'missing') {
      const strict = spotIn(setup.event.args, refusedBy.strict, setup.logged.frame, names);
      const isStrict = strict.is === 'value' && !(strict.value.kind === 'literal' && strict.value.value === false);
      return { before: [], ...(isStrict ? { doubt: 'whether it refuses whom its checks do not welcome depends on the version' } : doubt) };
    }
    const all = security.map((schemes) => schemes.map(({ name, scoped }): Asked => ({ name, scoped, found: named.function(name, given) })));
    // Where a scheme without a function is passed over, a list of such schemes is as if it were not there.
    const asked = lacking === 'refused' ? all : all.map((schemes) => schemes.filter(({ found }) => found.is !== 'missing')).filter((schemes) => schemes.length > 0);
    if (asked.length === 0) return { before: [], ...doubt };
    // All schemes of one list are asked, one list is enough: the weakest of the strongest counts.
    const strongest = asked.flatMap((schemes) => schemes.map((one) => ({ one, how: strength(one.found, driver) })).sort((a, b) => ORDER.indexOf(b.how) - ORDER.indexOf(a.how)).slice(0, 1));
    const [weakest] = strongest.sort((a, b) => ORDER.indexOf(a.how) - ORDER.indexOf(b.how));
    if (!weakest) return { before: [], ...doubt };
    if (weakest.how === 'maybe') return { before: [], doubt: `nobody can tell what checks ${weakest.one.name}` };
    return { before: [check(weakest.one, weakest.how === 'yes', setup)], ...doubt };
  }
  /** `disable: true` where it is the rule. */
  function isSwitchedOff(off: Spot, { event, logged: { frame } }: Setup): boolean {
    const got = spotIn(event.args, off, frame, names);
    return got.is === 'value' ? got.value.kind === 'literal' && got.value.value !== false : isReadable(spotIn(event.args, [off[0]], frame, names), event.args[off[0]]);
  }
  function strength(found: Found, { security }: Driver): Strength {
    if (found.is === 'missing') return 'yes';
    if (found.is !== 'found' || found.target.is !== 'function') return 'maybe';
    return named.welcomesAll(found.target, security.welcome) ? 'no' : 'yes';
  }
  function check({ name, scoped, found }: Asked, refuses: boolean, { logged, event }: Setup): Before {
    const conduct: Conduct = refuses ? { ...REFUSES, tests: scoped ? ['identity', 'role'] : ['identity'] } : PASSES;
    if (found.is === 'found') return { value: found.value, frame: found.frame, target: found.target, conduct, name, sure: true };
    return { value: { kind: 'unknown', why: 'a check that is not there', at: event.at }, frame: logged.frame, target: { is: 'unknown' }, conduct, name, sure: true };
  }
  function sourcesOf(as: 'handler' | 'security', spots: Driver['handlers'], usual: string | undefined, scope: ScopeState, logged: LoggedEvent, event: Operations): readonly Source[] {
    const { frame } = logged;
    const given = spots.map((spot) => spotIn(event.args, spot, frame, names)).find((one) => one.is !== 'unknown');
    // What may stand in options nobody can read.
    const left: Source[] = !isLeftOut(spots, logged, event) ? [{ is: 'unknown' }] : usual === undefined ? [] : named.sourcesNamed(usual, frame);
    const own: Source[] = given ? named.sourcesOf(given, frame) : left;
    for (const one of scope.log) {
      if (one.event.kind !== 'named' || one.event.as !== as) continue;
      const { name, value } = one.event;
      const text = name && names.textOf(name, one.frame);
      if (name && !text) own.push({ is: 'unknown' });
      else if (text) own.push({ is: 'one', name: text.text, at: name?.kind === 'literal' ? text.at : undefined, statementAt: one.statementAt, value, frame: one.frame });
      else own.push(...named.sourcesOf(names.evaluate(value, one.frame), one.frame));
    }
    return own.reverse();
  }
  /** What may stand at these places surely does not. */
  function isLeftOut(spots: Driver['document'], { frame }: LoggedEvent, event: Operations): boolean {
    return spots.every(([index]) => isReadable(spotIn(event.args, [index], frame, names), event.args[index]));
  }
  function isReadable(got: Abstract, written: Value | undefined): boolean {
    const whole = names.settled(got);
    return written === undefined || (whole.is === 'value' && (whole.value.kind !== 'object' || named.isWhole(whole)) && whole.value.kind !== 'call');
  }
  function basesOf(driver: Driver, document: DrivenDocument, prefix: Abstract | undefined): readonly string[] | undefined {
    if (prefix && prefix.is !== 'unknown') {
      const text = prefix.is === 'value' ? names.textOf(prefix.value, prefix.frame)?.text : undefined;
      const path = text?.split('/').filter((one) => one !== '').join('/');
      return path === undefined ? undefined : [path === '' ? '' : `/${path}`];
    }
    return driver.bases === 'none' || (driver.bases === 'basePath' && !document.swagger) ? [''] : document.bases;
  }
  /** Another scope hands it requests, a server does, or there is nothing else that could stand before it. */
  function hasRequests(scope: ScopeState): boolean {
    const isMounted = scopes.some(({ log }) => log.some(({ child }) => child === scope)) || scope.log.some(({ event }) => event.kind === 'serves');
    if (isMounted || machine.isTest(scope.file)) return isMounted;
    return !scopes.some((one) => one.kind === 'application' && one !== scope && one.framework !== scope.framework && !machine.isTest(one.file)) && isHandedOn();
  }
  /** Somewhere requests are handed on by hand: `export const handler = (event) => api.handleRequest(...)`. */
  function isHandedOn(): boolean {
    return [...machine.modules.values()].some(({ functions, top }) => [top, ...functions.values()].some(({ steps }) => steps.some((step) => step.do === 'call' && step.call.name === HANDS_ON)));
  }
}
/** Whether a check keeps strangers out. */
type Strength = 'no' | 'maybe' | 'yes';
interface Asked {
  readonly name: string;
  readonly scoped: boolean;
  readonly found: Found;
}
const ORDER: readonly Strength[] = ['no', 'maybe', 'yes'];

/** `/users/{id}` as `/users/:id`. */
function patternOf(path: string): string {
  return path.replace(/\{([^{}/]{1,200})\}/g, (_, name: string) => `:${name.replace(/\W/g, '_')}`);
}
