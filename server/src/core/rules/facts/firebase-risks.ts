import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, valueOf } from '../../openapi/values.js';
import type { RuleContext } from '../rule.js';
import type { ConfigRisk } from './config-risk.js';

const BY_AUTHOR = { refused: 'Who may read and write here, only its author knows.' };
const WRITES = /\b(write|create|update|delete)\b/;
const READS = /\b(read|get|list)\b/;
/** The whole of a database or bucket: what these services put around all paths, and a wildcard. */
const WHOLE = /^(?:\/databases\/[^/]+\/documents|\/b\/[^/]+\/o)\/\{\w+=\*\*\}$/;
const UNTIL = /^request\.time\s*<\s*timestamp\.date\(\s*(\d{4})\s*,\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/;
const DEEPEST = 40;

/** Rules of Firestore, Cloud Storage and the Realtime Database that let everybody write, or read all there is. */
export function* firebaseRisks(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  if (file.kind === 'firebase-database') yield* node(valueOf(file.root, 'rules'), '', 0);
  else for (const { value } of asArray(file.root)?.items ?? []) {
    const [path, methods, condition] = [asText(valueOf(value, 'path')), asText(valueOf(value, 'methods')), valueOf(value, 'condition')];
    const open = condition && openness(condition, context);
    if (open === undefined || !condition || path === undefined || methods === undefined) continue;
    const where = WHOLE.test(path) ? 'the whole store' : `'${path.replace(/^\/(?:databases\/[^/]+\/documents|b\/[^/]+\/o)(?=\/)/, '')}'`;
    const { at } = condition;
    const subject = `${path} ${methods}`;
    if (open === 'signed in') {
      if (WHOLE.test(path) && WRITES.test(methods))
        yield { at, subject, severity: 'hint', repair: BY_AUTHOR, message: 'Everybody with an account, which anybody can make, may write to the whole store. Compare the user with the owner of what is written.' };
    } else if (WRITES.test(methods)) yield { at, subject, severity: 'error', repair: BY_AUTHOR, message: `Everybody may ${READS.test(methods) ? 'read and ' : ''}write ${where}${open} without a login. Say in the condition who may.` };
    else if (WHOLE.test(path)) yield { at, subject, severity: 'warning', repair: BY_AUTHOR, message: `Everybody may read ${where}${open} without a login. Name the parts that are public.` };
  }
}
/** What a condition asks of the caller: nothing (with the day it ends, in words), any account, or more. */
function openness(condition: Value, context: RuleContext): '' | ` until ${string}` | 'signed in' | undefined {
  const scalar = asScalar(condition)?.value;
  if (scalar === true) return '';
  if (typeof scalar !== 'string') return undefined;
  const text = scalar.replace(/\s+/g, ' ').trim().replace(/^\((.*)\)$/, '$1').trim();
  if (text === 'true' || /^true \|\||\|\| true$/.test(text)) return '';
  if (/^request\.auth(\.uid)? != null$/.test(text)) return 'signed in';
  const [, year, month = '', day = ''] = UNTIL.exec(text) ?? [];
  if (year === undefined) return undefined;
  const until = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return context.today() < until ? ` until ${until}` : undefined;
}
/** `{ ".read": true, ".write": true, "child": { ... } }`: what is allowed above is allowed below. */
function* node(value: Value | undefined, path: string, depth: number): Iterable<ConfigRisk> {
  if (value?.kind !== 'object' || depth > DEEPEST) return;
  const [read, write] = ['.read', '.write'].map((key) => valueOf(value, key));
  const where = path === '' ? 'the whole database' : `'${path}'`;
  if (write && isOpen(write)) yield { at: write.at, subject: `${path} .write`, severity: 'error', repair: BY_AUTHOR, message: `Everybody may write ${where} without a login. Say in the rule who may.` };
  if (read && isOpen(read) && (path === '' || (write && isOpen(write))))
    yield { at: read.at, subject: `${path} .read`, severity: 'warning', repair: BY_AUTHOR, message: `Everybody may read ${where} without a login. Name the parts that are public, or say who may.` };
  for (const { key, value: inner } of entriesOf(value)) if (!key.startsWith('.')) yield* node(inner, `${path}/${key}`, depth + 1);
}
function isOpen(value: Value): boolean {
  const scalar = asScalar(value)?.value;
  return scalar === true || (typeof scalar === 'string' && scalar.trim() === 'true');
}
