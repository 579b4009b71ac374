import type { Conduct } from '../model/api.js';
import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import { environmentOf } from './environment.js';
import { FOREIGN_CALLER } from './caller-words.js';

/** Whether a request without credentials gets somewhere: never, nobody can tell, if a setting says so, always. */
export type Reach = Conduct['strangers'];
/** What a value is for a request without credentials; `hollow`: a member of what such a request lacks. */
export type Met = 'absent' | 'hollow' | 'present' | 'setting' | 'maybe';

const ORDER = { no: 0, maybe: 1, setting: 2, yes: 3 } as const;
/** Also in other languages. */
const IDENTITY = new RegExp('^(user|currentUser|account|auth|session|principal|identity|token|jwt|api_?key|isLoggedIn|loggedIn|isAuthenticated|authenticated|authorized|isAuthorized|member|accountability|credentials?|authorization|authInfo|'
  + `${FOREIGN_CALLER})$`, 'i');
const TOKEN = /(token|authori[sz]ation|authheader|credentials?|api_?key|secret|password|signature|bearer|jwt)$/i;
const CREDENTIAL_HEADER = /^(authorization|x-?api-?key|x-?auth.*|x-?access-?token|x-?token|.*-token|.*-key|.*-secret|.*-signature|cookie)$/i;
const CREDENTIAL_COOKIE = /token|session|auth|jwt|(^|[._-])sid$|user|login|access|admin/i;
/** Calls that give nothing where there is no token: `parseToken(undefined)`. */
const READS_TOKEN = /^(parse|decode|read|extract|unseal|decrypt)\w{0,20}(token|jwt|session)$/i;
const KEY_IN_QUERY = /^(key|access_?key|sig|hmac)$/i;
/** What a known caller is known by: `req.user.id` is missing just as `req.user` is. */
const KEY_OF_IDENTITY = /^_?(id|sub|uid|email|username|name|roles?|permissions?|scopes?)$/i;
const CONTAINER = /^(headers|cookies|signedCookies|session|state|locals|body|query|request)$/;
const LOCAL_IDENTITY = /^(user|current_?user|account|session|principal|identity|decoded|payload|claims|member|auth|authenticated|is_?authenticated|authorized|is_?authorized|logged_?in|is_?logged_?in)$/i;
/** Questions that are answered with yes where there is nothing. */
const ASKS_ABSENCE = /^(is_?)?(un|not_?)?(empty|nil|null|undefined|blank|missing|unauthenticated|anonymous|guest)$/i;
const OPENED = /anonymous|public|guest|optional/i;
/** Calls that throw or refuse where the credential they are given is missing. */
const VERIFIES = /verify|authenticate|authori[sz]e|validate|assert|ensure|protect|guard|introspect|jwtDecrypt|OrThrow|OrFail|^(check|require|must)[A-Z_]/i;
/** Whatever they are given that was not signed, they throw. */
const TOKEN_CHECK = /^(jsonwebtoken|jose|@hapi\/jwt|paseto)\.(verify|jwtVerify|jwtDecrypt|compactVerify)$/;
const CONFIGURES = /(^|[._])(config|settings?|options?|opts|env|feature|flags?|preferences)([._(]|$)/i;
const DEEPEST = 12;

export function worst(a: Reach, b: Reach): Reach {
  return ORDER[a] <= ORDER[b] ? a : b;
}
export function best(a: Reach, b: Reach): Reach {
  return ORDER[a] >= ORDER[b] ? a : b;
}

/** Whether it stays out of where it may get. */
export function opposite(reach: Reach): Reach {
  return reach === 'yes' ? 'no' : reach === 'no' ? 'yes' : reach;
}

/** What is known of a function before a request without credentials comes in. */
export interface Entered {
  readonly fn: FunctionView;
  readonly module: ModuleView;
  /** The parameter that is the request; -1: the function is not given it. */
  readonly request: number;
  /** Parameters that hold the missing credential. */
  readonly absent: ReadonlySet<number>;
  /** What is known of a value from elsewhere; undefined: nothing. */
  known?(value: Value): Met | undefined;
}
/** Answers what a request without credentials meets in one function and the callbacks inside it. */
export interface Stranger {
  /** Whether it takes all of the branches. */
  takes(when: readonly Branch[]): Reach;
  /** The value is missing, or made of what is missing. */
  lacks(value: Value): boolean;
  met(value: Value): Met;
  /** The call is handed what is missing, or the request, and by its name does not go on without it. */
  verifies(call: Call): boolean;
  /** The settings that decide, as they are written. */
  readonly settings: Set<string>;
}

export function strangerIn(entered: Entered, inner: readonly FunctionView[]): Stranger {
  const { fn, module, request, absent } = entered;
  const own = new Set([fn.id, ...inner.map((one) => one.id)]);
  const settings = new Set<string>();
  let opened = false;
  const tellsByUser = [fn, ...inner].some((one) => one.steps.some((step) => step.do === 'call' && step.call.name === 'authenticate' && step.call.args.some(({ value }) => value.kind === 'function')));
  const lacks = (value: Value): boolean => isMissing(met(value, 0));
  return {
    settings,
    lacks,
    met: (value) => met(value, 0),
    takes(when) {
      let reach: Reach = 'yes';
      opened = false;
      for (const branch of when) {
        const where = environmentOf([branch]);
        reach = worst(reach, where === 'development' || where === 'unless-production' ? 'no' : has(branch.test, branch.holds, 0));
      }
      // What else is asked, such as whether there is such a thing, has nothing to do with the caller.
      return opened && reach === 'maybe' ? 'setting' : reach;
    },
    verifies: (call) => TOKEN_CHECK.test(call.callee) || (VERIFIES.test(call.name) && call.args.some(({ value }) => lacks(value) || isRequest(value))),
  };

  function isRequest(value: Value): boolean {
    return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === request && value.path.length === 0;
  }
  /** Whether the test comes out as `holds`. */
  function has(test: Value, holds: boolean, depth: number): Reach {
    if (depth > DEEPEST) return 'maybe';
    if (test.kind === 'not') return has(test.of, !holds, depth + 1);
    if (test.kind === 'logic' && test.op !== 'default') {
      const left = has(test.left, holds, depth + 1);
      const right = has(test.right, holds, depth + 1);
      return (test.op === '&&') === holds ? worst(left, right) : best(left, right);
    }
    if (test.kind === 'compare') return compared(test, holds, depth + 1);
    const known = test.kind === 'call' || test.kind === 'ref' ? entered.known?.(test) : undefined;
    if (known !== undefined) return truth(known, holds);
    const opens = test.kind === 'call' ? test.name : test.kind === 'ref' ? test.path.at(-1) : undefined;
    if (opens !== undefined && OPENED.test(opens) && holds) {
      opened = true;
      return set(test.kind === 'call' ? test.callee || test.name : opens);
    }
    return truth(met(test, depth + 1), holds);
  }
  function compared(test: Extract<Value, { kind: 'compare' }>, holds: boolean, depth: number): Reach {
    // Strangers are met in production.
    if (environmentOf([{ test, holds: !holds, early: false, at: test.at }]) === 'unless-production') return 'yes';
    if (environmentOf([{ test, holds, early: false, at: test.at }]) === 'unless-production') return 'no';
    // A literal is what it is compared with, not what a request brings.
    const left = test.left.kind === 'literal' ? 'present' : met(test.left, depth);
    const right = test.right.kind === 'literal' ? 'present' : met(test.right, depth);
    if (test.op === 'in') return left === 'absent' || (test.left.kind === 'literal' && CREDENTIAL_HEADER.test(String(test.left.value))) ? flat(!holds) : 'maybe';
    const missing = isMissing(left) ? left : isMissing(right) ? right : undefined;
    if (missing !== undefined) {
      const other = missing === left ? test.right : test.left;
      const isNothing = other.kind === 'literal' && (other.value === undefined || other.value === null || other.value === '' || other.value === false || other.value === 0);
      const isEqual = test.op === '===' || test.op === '==';
      const isUnequal = test.op === '!==' || test.op === '!=';
      if (isNothing) return isEqual ? truth(missing, !holds) : isUnequal ? truth(missing, holds) : 'maybe';
      // `undefined !== key`, `undefined < 1`, `undefined instanceof User`
      return flat(isUnequal === holds);
    }
    if (left === 'setting' || right === 'setting') return test.left.kind === 'literal' || test.right.kind === 'literal' || left === right ? 'setting' : 'maybe';
    return 'maybe';
  }

  function met(value: Value, depth: number): Met {
    if (depth > DEEPEST) return 'maybe';
    const known = value.kind === 'call' || value.kind === 'ref' ? entered.known?.(value) : undefined;
    if (known !== undefined) return known;
    switch (value.kind) {
      case 'literal': return value.value ? 'present' : 'absent';
      case 'ref': return named(value, depth);
      case 'call': return called(value, depth);
      case 'not': {
        const of = met(value.of, depth + 1);
        return of === 'absent' ? 'present' : of === 'present' ? 'absent' : of === 'hollow' ? 'maybe' : of;
      }
      case 'logic': {
        const left = met(value.left, depth + 1);
        if (value.op === '&&') return isMissing(left) ? left : left === 'present' ? met(value.right, depth + 1) : isMissing(met(value.right, depth + 1)) ? 'absent' : left;
        return isMissing(left) ? met(value.right, depth + 1) : left;
      }
      case 'choice': {
        const then = met(value.then, depth + 1);
        const other = met(value.else, depth + 1);
        if (then === other) return then;
        const test = has(value.test, true, depth + 1);
        return test === 'yes' ? then : test === 'no' ? other : test;
      }
      case 'template':
      case 'unknown':
      case 'compare': return 'maybe';
      default: return 'present';
    }
  }
  function named(ref: Ref, depth: number): Met {
    const { root, path } = ref;
    switch (root.kind) {
      case 'env': return configured(ref);
      case 'parameter': {
        if (!own.has(root.fn)) return configured(ref);
        if (root.fn === fn.id && root.index === request) return ofRequest(path);
        const name = path.at(-1) ?? ref.text;
        if (root.fn === fn.id) return absent.has(root.index) ? member('absent', path) : 'maybe';
        return path.length === 0 && (LOCAL_IDENTITY.test(name) || TOKEN.test(name)) ? 'absent' : 'maybe';
      }
      case 'local': return local(ref, root.binding, depth);
      case 'import': return configured(ref);
      case 'this': return path.length > 1 || CONFIGURES.test(ref.text) || path.some((key) => key !== undefined && TOKEN.test(key)) ? configured(ref) : 'maybe';
      case 'value': {
        const of = met(root.of, depth + 1);
        return of === 'absent' ? member('absent', path) : of === 'hollow' || of === 'setting' ? of : 'maybe';
      }
      case 'global': return ref.text === 'undefined' ? 'absent' : configured(ref);
      // Passport tells its callback of a missing credential by a missing user.
      case 'caught': return root.how === 'callback' && tellsByUser ? 'absent' : 'maybe';
      default: return 'maybe';
    }
  }
  function local(ref: Ref, id: Extract<Ref['root'], { kind: 'local' }>['binding'], depth: number): Met {
    const binding = module.bindings[id];
    if (!binding) return 'maybe';
    const name = ref.text.split(/[.?[]/, 1)[0] ?? ref.text;
    if (!own.has(binding.scope)) return binding.value.kind === 'function' || binding.value.kind === 'class' ? 'present' : configured(ref);
    const made = binding.constant && binding.value.kind !== 'unknown' ? met(binding.value, depth + 1) : 'maybe';
    if (made === 'absent' || made === 'hollow') return member(made, ref.path);
    if (made === 'setting') return made;
    if (LOCAL_IDENTITY.test(name) || TOKEN.test(name)) return member('absent', ref.path);
    const last = ref.path.at(-1);
    return last !== undefined && (IDENTITY.test(last) || TOKEN.test(last)) ? 'absent' : made === 'present' && ref.path.length === 0 ? made : 'maybe';
  }
  /** `req.user` and `req.headers.authorization` are missing; `req.user.blocked` cannot even be read. */
  function ofRequest(path: readonly (string | undefined)[]): Met {
    if (path[0] === 'params') return 'maybe';
    for (const [index, key] of path.entries()) {
      if (key === undefined) return 'maybe';
      const inBody = path[0] === 'body' || path[0] === 'payload' || path[0] === 'query';
      if (inBody ? TOKEN.test(key) || (path[0] === 'query' && KEY_IN_QUERY.test(key)) : IDENTITY.test(key) || TOKEN.test(key) || CREDENTIAL_HEADER.test(key)) {
        if (index < path.length - 1 && CONTAINER.test(key)) continue;
        return member('absent', path.slice(index + 1));
      }
    }
    return path[0] === 'session' && path.length > 1 ? 'hollow' : path.length === 0 || (path.length === 1 && CONTAINER.test(path[0] ?? '') && path[0] !== 'body') ? 'present' : 'maybe';
  }
  function called(call: Call, depth: number): Met {
    const first = call.args[0]?.value;
    if (/^(get|has|getAll)$/.test(call.name) && first && isCookies(call.receiver) && CREDENTIAL_COOKIE.test(first.kind === 'literal' ? String(first.value) : first.kind === 'ref' ? first.text : '')) return 'absent';
    if (/^(get|header)$/.test(call.name) && first?.kind === 'literal' && typeof first.value === 'string') {
      if (CREDENTIAL_HEADER.test(first.value)) return 'absent';
      // What middleware before has put on the context: `c.get('user')`.
      if (call.name === 'get' && call.receiver && isRequest(call.receiver) && (IDENTITY.test(first.value) || TOKEN.test(first.value))) return 'absent';
      if (CONFIGURES.test(call.callee)) return set(call.callee) === 'setting' ? 'setting' : 'maybe';
    }
    // `headers.get(SHARE_TOKEN_HEADER)`
    if (call.name === 'get' && first?.kind === 'ref' && call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'headers' && CREDENTIAL_COOKIE.test(first.text)) return 'absent';
    if (/^(isAuthenticated|isLoggedIn)$/i.test(call.name)) return 'absent';
    if (ASKS_ABSENCE.test(call.name)) {
      const of = first ? met(first, depth + 1) : 'absent';
      return isMissing(of) ? 'present' : 'maybe';
    }
    if (call.receiver && isMissing(met(call.receiver, depth + 1))) return 'hollow';
    if (call.args.some(({ value }) => isMissing(met(value, depth + 1)) && value.kind !== 'literal')) return /^(Boolean|String|trim)$/.test(call.name) || READS_TOKEN.test(call.name) ? 'absent' : 'hollow';
    if (/^(is|has|use|uses)?_?(auth|security|login)?_?(enabled|disabled|required|configured)$/i.test(call.name)) return configured({ text: call.callee || call.name });
    // What is made of settings alone is one: `permissions.filter(...)` of what a factory was given.
    const from = [...(call.receiver ? [call.receiver] : []), ...call.args.map(({ value }) => value)].filter(({ kind }) => kind !== 'function' && kind !== 'literal').map((value) => met(value, depth + 1));
    return from.length > 0 && from.every((one) => one === 'setting') ? 'setting' : 'maybe';
  }
  /** `request.cookies`, `cookies()`, and a name for what that gives. */
  function isCookies(value: Value | undefined): boolean {
    if (value?.kind === 'call') return value.name === 'cookies';
    return value?.kind === 'ref' && /(^|\.|_)cookies?(Store|Jar)?$/i.test(value.path.at(-1) ?? value.text);
  }
  function configured({ text }: { readonly text: string }): Met {
    set(text);
    return 'setting';
  }
  function set(text: string): Reach {
    settings.add(text.length > 60 ? 'a setting' : text.includes('/') ? text.slice(text.lastIndexOf('/') + 1) : text);
    return 'setting';
  }
}

function isMissing(value: Met): boolean {
  return value === 'absent' || value === 'hollow';
}
/** A member of what is missing. */
function member(of: Met, rest: readonly (string | undefined)[]): Met {
  return of === 'absent' && rest.every((key) => key !== undefined && KEY_OF_IDENTITY.test(key)) ? 'absent' : 'hollow';
}
function flat(is: boolean): Reach {
  return is ? 'yes' : 'no';
}
function truth(value: Met, wanted: boolean): Reach {
  if (value === 'absent') return flat(!wanted);
  if (value === 'present') return flat(wanted);
  if (value === 'hollow') return wanted ? 'no' : 'maybe';
  return value;
}
