import type { Conduct, Guard, Layer } from '../model/api.js';
import type { Value } from '../model/value.js';
import type { Policy } from '../policy/policy.js';
import { authGuardName, guardModules, harmlessModules, harmlessName, moduleClaim, roleGuardName } from '../rules/facts/guards.js';
import type { ChainLink, Protection } from './project.js';
import { isOfCaller } from './refusals.js';

/** What is known of one layer: its claims; empty means nobody can tell what it does, and `doubt` why. `made`: the call of a package that its name stands for. */
export function claimsOf(value: Value, name: string, conduct: Conduct | undefined, policy: Policy, made: Value = value): Pick<Layer, 'claims' | 'doubt'> {
  const claims = claimed(value, name, conduct, policy, made);
  if (!conduct || claims.some((one) => one.because.startsWith(POLICY)) || !claims.some((one) => one.protects === 'authentication' || one.protects === 'authorization')) return { claims };
  // What was read of a function counts for more than its name, or than the refusal it holds for some requests.
  if (conduct.strangers === 'yes') return { claims: [], doubt: `${name} lets requests without credentials through` };
  if (conduct.strangers === 'setting') return { claims: [], doubt: `${name} asks who the caller is only if ${settingOf(conduct)} says so` };
  return { claims };
}
/** `settings.auth` rather than `settings` in `settings && settings.auth`. */
function settingOf({ settings }: Conduct): string {
  const first = settings[0] ?? 'a setting';
  return settings.find((one) => one.startsWith(`${first}.`)) ?? first;
}
const POLICY = 'the policy names ';

function claimed(value: Value, name: string, conduct: Conduct | undefined, policy: Policy, made: Value): readonly Guard[] {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (policy.auth.roleGuards.some((guard) => guard === name || guard === last))
    return [claim('authentication', 'certain', `${POLICY}${name} as a guard`), claim('authorization', 'certain', `${POLICY}${name} as a role guard`)];
  if (policy.auth.guards.some((guard) => guard === name || guard === last)) return [claim('authentication', 'certain', `${POLICY}${name} as a guard`)];
  const refuses = conduct !== undefined && (conduct.refuses.some(isOfCaller) || (conduct.refuses.length > 0 && authGuardName(name)));
  if (conduct?.complete && conduct.passes === 'always' && !refuses) return [harmlessKind(name) ?? claim('nothing', 'certain', `${name} lets every request through`)];
  const module = moduleOf(made);
  if (lenient(value) || lenient(made)) return [claim('nothing', 'certain', `${name} lets requests without credentials through`)];
  const byModule = module === undefined ? undefined : harmlessModules.get(module);
  if (byModule) return [claim(byModule, 'certain', `module ${module ?? ''}`)];
  if (module !== undefined && guardModules.has(module) && moduleClaim(module, last) !== 'nothing' && !/(initialize|session|serialize\w*|deserialize\w*)$/.test(name)) return [claim('authentication', 'certain', `module ${module}`)];
  if (/(^|\.)(initialize|session)$/.test(name) && /^(koa-)?passport$/.test(module ?? '')) return [claim('nothing', 'certain', 'module passport')];
  const hasArgument = value.kind === 'call' && value.args.length > 0;
  const role = roleGuardName(name, hasArgument);
  // 403 alone may be a list of addresses, a token against forgery or a switch: it must ask who calls.
  const asks = conduct?.tests.some((test) => test === 'identity' || test === 'role' || test === 'owner' || test === 'credential' || test === 'signature') === true || role || authGuardName(name);
  if (conduct?.byName !== undefined) return [claim('authentication', 'likely', `the name ${conduct.byName}`)];
  const isNamed = role || authGuardName(name);
  if (conduct && (conduct.refuses.includes(401) || (conduct.refuses.some(isOfCaller) && asks && (isNamed || conduct.strangers === 'no')))) {
    const isRole = role || conduct.tests.includes('role');
    const because = `${name} ${refusal(conduct)}`;
    // Where nobody can tell whether a stranger gets through, the refusal is for some requests only, as far as is known.
    const certainty = conduct.strangers === 'no' ? 'certain' : 'likely';
    return isRole ? [claim('authentication', certainty, because), claim('authorization', certainty, because)] : [claim('authentication', certainty, because)];
  }
  if (role) return [claim('authentication', 'likely', `the name ${name}`), claim('authorization', 'likely', `the name ${name}`)];
  const harmless = harmlessKind(name);
  // `check` may be the validator of a package, but not where it was read and refuses.
  const isDenied = conduct?.refuses.some(isOfCaller) === true && (harmless?.protects === 'schema' || harmless?.protects === 'nothing');
  if (harmless && !isDenied) return [harmless];
  if (authGuardName(name)) return [claim('authentication', 'likely', `the name ${name}`)];
  // Read in full and never refuses with a status, throws or hands on: it keeps nobody out.
  if (conduct?.complete && conduct.passes === 'sometimes' && conduct.refuses.length === 0 && conduct.tests.every((test) => OF_REQUEST.has(test))) return [claim('nothing', 'likely', `${name} refuses nobody`)];
  return [];
}
/** Tests of what is asked for, not of who asks: a preflight is answered, a path passed over. */
const OF_REQUEST: ReadonlySet<Conduct['tests'][number]> = new Set(['method', 'path', 'origin']);
function refusal({ refuses }: Conduct): string {
  const statuses = refuses.filter((status) => status === 401 || status === 403);
  return statuses.length > 0 ? `answers ${statuses.join(' or ')}` : 'sends strangers to the login';
}
function harmlessKind(name: string): Guard | undefined {
  const kind = harmlessName(name);
  return kind && claim(kind, 'likely', `the name ${name}`);
}
function claim(protects: Guard['protects'], certainty: Guard['certainty'], because: string): Guard {
  return { protects, certainty, because };
}

/** The npm package a value comes from, if its root is an import. */
export function moduleOf(value: Value): string | undefined {
  const target = value.kind === 'call' ? value.target : value;
  if (target.kind !== 'ref') return undefined;
  if (target.root.kind === 'import' && !target.root.from.startsWith('.')) return target.root.from.replace(/^node:/, '');
  if (target.root.kind === 'value') return moduleOf(target.root.of);
  return undefined;
}

/** `passthrough: true`, `credentialsRequired: false`, `authRequired: false`, `mode: 'try'`: the name says guard, the effect is none (TRAPS 14). */
function lenient(value: Value): boolean {
  if (value.kind !== 'call') return false;
  if (value.name === 'authenticate' && value.args[0] && passesStrangers(value.args[0].value)) return true;
  return value.args.some(
    ({ value: options }) =>
      options.kind === 'object' &&
      options.entries.some(
        ({ key, value: option }) =>
          option.kind === 'literal' &&
          ((key === 'passthrough' && option.value === true) || (/^(credentialsRequired|authRequired)$/.test(key ?? '') && option.value === false) || (key === 'mode' && (option.value === 'try' || option.value === 'optional'))),
      ),
  );
}

/** Strategies of passport 0.7 that pass a request without credentials on: `authenticate(['jwt', 'session'])` refuses nobody. */
function passesStrangers(strategies: Value): boolean {
  if (strategies.kind === 'array') return strategies.items.some((item) => passesStrangers(item.value));
  return strategies.kind === 'literal' && (strategies.value === 'session' || strategies.value === 'anonymous');
}

/** The verdict for one kind of protection over a chain (MODEL.md section 3). */
export function protection(kind: 'authentication' | 'authorization', chain: readonly ChainLink[], late: readonly ChainLink[], handler: Conduct | undefined, complete: boolean, incompleteBecause: string): Protection {
  const isGuard = (layer: Layer): boolean => layer.claims.some((one) => one.protects === kind);
  const lateGuards = late.filter((link) => isGuard(link.layer));
  const sure = chain.find((link) => link.sure && link.layer.claims.some((one) => one.protects === kind && one.certainty === 'certain')) ?? chain.find((link) => link.sure && isGuard(link.layer));
  if (sure) return { state: 'guarded', by: sure, because: sure.layer.claims.find((one) => one.protects === kind)?.because ?? sure.layer.name, late: lateGuards };
  if (handler?.closed) return { state: 'guarded', by: undefined, because: 'the handler refuses every request', late: lateGuards };
  const asks = handler !== undefined && handler.passes !== 'always' && handler.refuses.some(isOfCaller) && handler.turnsAway !== 'no' && asksFor(kind, handler);
  // Whoever is refused without an account and can have one made there is not kept out for sure.
  const enrols = kind === 'authentication' ? handler?.enrols : undefined;
  if (asks && handler.welcomes !== 'yes' && handler.welcomes !== 'setting' && enrols === undefined) {
    // It refuses some; whether a stranger is among them for sure cannot be told.
    const isSure = handler.turnsAway === 'yes';
    return { state: 'guarded', by: undefined, because: 'the handler checks the caller itself', late: lateGuards, ...(isSure ? {} : { likely: true }) };
  }
  const maybe = chain.find((link) => !link.sure && isGuard(link.layer));
  if (maybe) return { state: 'unknown', by: maybe, because: `${maybe.layer.name} may not run for this route`, late: lateGuards };
  const unread = chain.find((link) => link.layer.doubt !== undefined) ?? chain.find((link) => link.layer.claims.length === 0);
  if (unread) return { state: 'unknown', by: unread, because: unread.layer.doubt ?? `nobody can tell what ${unread.layer.name} does`, late: lateGuards };
  if (!complete) return { state: 'unknown', by: undefined, because: incompleteBecause, late: lateGuards };
  if (asks && enrols !== undefined && handler.welcomes !== 'yes') return { state: 'unknown', by: undefined, because: `whether ${enrols} makes an account for everybody cannot be told`, late: lateGuards };
  if (asks && handler.welcomes === 'setting') return { state: 'unknown', by: undefined, because: `the handler asks who the caller is only if ${settingOf(handler)} says so`, late: lateGuards };
  return { state: 'open', by: undefined, because: 'nothing in the chain asks who the caller is', late: lateGuards };
}
function asksFor(kind: 'authentication' | 'authorization', { tests }: Conduct): boolean {
  const role = tests.includes('role') || tests.includes('owner');
  return kind === 'authorization' ? role : role || tests.includes('identity') || tests.includes('credential') || tests.includes('signature');
}
