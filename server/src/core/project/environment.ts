import type { Branch } from '../model/module.js';
import type { Scalar, Value } from '../model/value.js';
import type { Environment } from '../rules/rule.js';

type Verdict = 'development' | 'unless-production' | 'production' | 'switchable' | 'other';
const DEVELOPMENT = new Set(['development', 'dev', 'local', 'test', 'testing']);
const DEVELOPMENT_NAME = /^(is|in)?_?(dev|development|local|test|debug)(mode|env|elopment)?$/i;
/** Names that nobody gives to anything else. */
const SURE_NAME = /^(isDev|isDevelopment|IS_DEV|IS_DEVELOPMENT|__DEV__)$/;
/** Whether an address is set is no switch: every installation sets it. */
const ADDRESS = /^(.{0,60}_)?(ur[il]|host(name)?|dsn|endpoint|address|port)s?$/i;
const ADDRESS_KEY = /[a-z](Ur[il]|UR[IL]|Host(name)?|Dsn|Endpoint|Address|Port)s?$/;
/** Objects that hold settings, by the names code gives them. */
const SETTINGS = /^(config|configuration|cfg|conf|settings|flags|features|feature_?flags|env|environment|argv)$/i;
const READS_SETTING = /^(get|read)_?(config|configuration|setting|option|flag|feature)(_?(value|flag))?$/i;
const ENVIRONMENT_KEY = /^(node_?env|app_?env|env|environment|app\.env|mode)$/i;
/** Names a function gives the environment it is handed. */
const ENVIRONMENT_NAME = /^(node_?env|app_?env|env|environment|mode|stage)$/i;
/** Functions of the project's own that read one variable of the environment: `getEnv('nodeEnv')`. */
const GETS_ENV = /^(get|read)_?env(ironment|var)?$/i;
const PRODUCTION_NAME = /^(is|in)?_?prod(uction)?(mode|env)?$/i;

/** Where code under these branches runs (RULES 0.4). `follow` gives the value a name is bound to, where it can be known. */
export function environmentOf(when: readonly Branch[], follow: (value: Value) => Value = (value) => value): Environment {
  let found: Environment = 'any';
  for (const branch of when) {
    const verdict = judge(branch.test, branch.holds, follow, 0);
    if (verdict === 'development') return 'development';
    if (verdict === 'unless-production') found = 'unless-production';
    else if (verdict === 'switchable' && found === 'any' && !(branch.early && isOff(branch.test, branch.holds))) found = 'switchable';
  }
  return found;
}
/** What is left after `if (flag) return` runs by default: nobody had to switch it on. */
function isOff(test: Value, holds: boolean): boolean {
  if (test.kind === 'not') return isOff(test.of, !holds);
  return !holds && (test.kind === 'ref' || test.kind === 'call' || (test.kind === 'compare' && (test.op === '===' || test.op === '==')));
}

function judge(test: Value, holds: boolean, follow: (value: Value) => Value, depth: number): Verdict {
  if (depth > 8) return 'other';
  switch (test.kind) {
    case 'not': return judge(test.of, !holds, follow, depth + 1);
    case 'compare': {
      const equal = test.op === '===' || test.op === '==';
      if (!equal && test.op !== '!==' && test.op !== '!=') return 'other';
      const [name, literal] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, test.left];
      if (literal.kind !== 'literal') return 'other';
      const usual = defaultOf(name, follow);
      if (usual && !isNodeEnv(name, follow)) return (usual.value === literal.value) === (equal === holds) ? 'other' : 'switchable';
      if (!isNodeEnv(name, follow) && !isHanded(name, literal.value)) return !isAddress(name, follow) && (rootsInEnvironment(name, follow) || isSetting(name)) ? 'switchable' : 'other';
      const same = equal === holds;
      if (literal.value === 'production' || literal.value === 'prod') return same ? 'production' : 'unless-production';
      if (typeof literal.value === 'string' && DEVELOPMENT.has(literal.value)) return same ? 'development' : 'other';
      return 'switchable';
    }
    case 'logic': {
      const left = judge(test.left, holds, follow, depth + 1);
      const right = judge(test.right, holds, follow, depth + 1);
      const both = (test.op === '&&') === holds;
      if (both) return [left, right].find((one) => one === 'development') ?? [left, right].find((one) => one === 'unless-production') ?? (left !== 'other' ? left : right);
      return left === right ? left : isDevelopment(left) && isDevelopment(right) ? 'unless-production' : 'other';
    }
    case 'call': {
      // ['development', 'test'].includes(NODE_ENV)
      const first = test.args[0]?.value;
      if (test.name === 'includes' && test.receiver?.kind === 'array' && first && isNodeEnv(first, follow)) {
        const all = test.receiver.items.every((item) => item.value.kind === 'literal' && typeof item.value.value === 'string' && DEVELOPMENT.has(item.value.value));
        return all && holds ? 'development' : 'other';
      }
      // A flag of the command line: `process.argv.includes('--dev')`.
      if (test.name === 'includes' && test.receiver?.kind === 'ref' && /^(process\.)?argv$/.test(test.receiver.text)) {
        const isDev = first?.kind === 'literal' && /^--?(dev|develop|development|debug|test|local)$/.test(String(first.value));
        return isDev ? (holds ? 'development' : 'other') : 'switchable';
      }
      const bound = follow(test);
      if (bound.kind === 'compare' || bound.kind === 'not') return judge(bound, holds, follow, depth + 1);
      const usual = defaultOf(test, follow);
      if (usual) return Boolean(usual.value) === holds ? 'other' : 'switchable';
      return isSetting(test) ? 'switchable' : 'other';
    }
    case 'ref': {
      const name = test.path.at(-1) ?? test.text;
      if (isAddress(test, follow)) return 'other';
      const bound = follow(test);
      // What a file sets is the default of a setting, not its value.
      if (bound.kind === 'literal' && isSetting(test)) return 'switchable';
      if (bound !== test && bound.kind !== 'ref' && bound.kind !== 'unknown') return judge(bound, holds, follow, depth + 1);
      if (test.root.kind === 'env') {
        if (test.root.name === 'DEV' || test.root.name === 'PROD') return (test.root.name === 'DEV') === holds ? 'development' : 'production';
        return 'switchable';
      }
      if (SURE_NAME.test(test.text) && test.path.length === 0) return holds ? 'development' : 'production';
      if (bound.kind === 'ref' && bound.root.kind === 'env') return 'switchable';
      if (DEVELOPMENT_NAME.test(name)) return 'switchable';
      if (PRODUCTION_NAME.test(name) || isSetting(test)) return 'switchable';
      return 'other';
    }
    default: return 'other';
  }
}
function isDevelopment(verdict: Verdict): boolean {
  return verdict === 'development' || verdict === 'unless-production';
}

/** `process.env.NODE_ENV`, a name bound to it, `config.env`, `app.get('env')`, `config.get('NODE_ENV')`. */
function isNodeEnv(value: Value, follow: (value: Value) => Value): boolean {
  const bound = value.kind === 'ref' ? follow(value) : value;
  const end = bound.kind === 'logic' ? bound.left : bound;
  // `env.NODE_ENV`, whatever checked the environment first.
  if (value.kind === 'ref' && /^(NODE_ENV|nodeEnv)$/.test(value.path.at(-1) ?? '')) return true;
  if (end.kind === 'ref') {
    if (end.root.kind === 'env') return /^(NODE_ENV|APP_ENV|ENV|MODE|ENVIRONMENT)$/.test(end.root.name ?? '');
    const [key = '', holder = ''] = end.text.split('.').reverse();
    return /^(NODE_ENV|nodeEnv)$/.test(key) || (SETTINGS.test(holder) && ENVIRONMENT_KEY.test(key));
  }
  if (end.kind !== 'call' || !(GETS_ENV.test(end.name) || (/^get(OrThrow)?$/.test(end.name) && end.receiver))) return false;
  const key = end.args[0]?.value;
  return key?.kind === 'literal' && typeof key.value === 'string' && ENVIRONMENT_KEY.test(key.value);
}
/** `mode === 'production'` of what a function, its class or its options are handed: a name and a word nobody gives to anything else. */
function isHanded(value: Value, word: unknown): boolean {
  if (value.kind !== 'ref' || (word !== 'production' && word !== 'development') || !ENVIRONMENT_NAME.test(value.path.at(-1) ?? value.text)) return false;
  return value.root.kind === 'parameter' ? value.path.length <= 1 : value.root.kind === 'this' || value.root.kind === 'import' || (value.root.kind === 'local' && value.path.length === 0);
}
/** Read from an object that holds settings: `config.showErrors`, `settings.get('debug')`. */
function isSetting(value: Value): boolean {
  if (value.kind === 'ref') return value.path.length > 0 && value.text.split('.').slice(0, -1).some((part) => SETTINGS.test(part));
  if (value.kind === 'call' && GETS_ENV.test(value.name)) {
    const key = value.args[0]?.value;
    return key?.kind === 'literal' && typeof key.value === 'string' && !ADDRESS.test(key.value) && !ADDRESS_KEY.test(key.value);
  }
  if (value.kind !== 'call' || !/^(get|getOrThrow|isEnabled|enabled|has)$/.test(value.name) || value.receiver?.kind !== 'ref') return false;
  return value.receiver.text.split('.').some((part) => SETTINGS.test(part) || /config|settings|flags/i.test(part));
}
/** What a setting is where nobody sets it: `getConfig('cors', true)`, `config.get('debug', false)`. A branch that runs then needs no switch. */
function defaultOf(value: Value, follow: (value: Value) => Value): { readonly value: Scalar } | undefined {
  const bound = value.kind === 'ref' ? follow(value) : value;
  if (bound.kind !== 'call' || bound.args.length !== 2 || !(READS_SETTING.test(bound.name) || isSetting(bound))) return undefined;
  const [key, usual] = bound.args;
  return key?.value.kind === 'literal' && typeof key.value.value === 'string' && usual?.value.kind === 'literal' ? { value: usual.value.value } : undefined;
}
function rootsInEnvironment(value: Value, follow: (value: Value) => Value): boolean {
  const bound = value.kind === 'ref' ? follow(value) : value;
  const end = bound.kind === 'logic' ? bound.left : bound;
  return end.kind === 'ref' && end.root.kind === 'env';
}
/** `process.env.REDIS_URL`, `config.redis.host`, or a name bound to it. */
function isAddress(value: Value, follow: (value: Value) => Value): boolean {
  const bound = value.kind === 'ref' ? follow(value) : value;
  const end = bound.kind === 'logic' ? bound.left : bound;
  const names = [value, end].flatMap((one) => (one.kind === 'ref' ? [one.root.kind === 'env' ? (one.root.name ?? '') : (one.path.at(-1) ?? '')] : []));
  return names.some((name) => ADDRESS.test(name) || ADDRESS_KEY.test(name));
}
