import type { Change, Code } from '../../findings/changes.js';
import type { ModuleView } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { Scope } from '../../project/project.js';
import type { FixAnswer, RuleContext } from '../rule.js';
import type { CspDirective, CspPolicy } from './csp.js';
import { docsPage, docsReason } from './docs-page.js';
import type { Word } from './header-text.js';

/** A source of a policy that a rule wants away. */
export interface Offence {
  readonly policy: CspPolicy;
  readonly directive: CspDirective;
  readonly word: Word;
  /** The page that needs the source, found when the offence was. */
  readonly docs: { readonly path: string | undefined } | undefined;
}
const ELSEWHERE = 'The policy is put together elsewhere, or of pieces this rule cannot edit.';

export function offence(policy: CspPolicy, directive: CspDirective, word: Word, module: ModuleView, context: RuleContext): Offence {
  return { policy, directive, word, docs: docsPage([module.top, ...module.functions.values()], policy, context) };
}

/** Removes the source, or puts another one (`'self'`) in its place where the directive would be left without any; a documentation page keeps it in a policy of its own. */
export function* withoutSource({ policy, directive, word, docs }: Offence, context: RuleContext, title: string): Iterable<FixAnswer> {
  const others = directive.words.filter((one) => one !== word && one.text !== word.text);
  const change = others.length === 0 ? replacement(word, "'self'", policy) : removal(word, context);
  if (!change) {
    yield { refused: ELSEWHERE };
    return;
  }
  if (!docs) {
    yield { title, safety: 'review', changes: [change] };
    return;
  }
  const own = docsPolicy(policy, directive, docs.path, context);
  if ('refused' in own) yield own;
  else yield { title: `${title}, but for the documentation at ${docs.path ?? ''}`, safety: 'review', changes: [change, own.change] };
}
/** `'self'` in place of the source. */
export function replacement(word: Word, source: string, policy: CspPolicy): Change | undefined {
  if (!word.fixable) return undefined;
  const bare = policy.library === 'blankie' ? source.replace(/^'|'$/g, '') : source;
  return word.itemAt ? { do: 'replace', at: word.itemAt, code: [quoted(bare)] } : { do: 'replace', at: word.at, code: [bare] };
}
/** A source holds single quotes, so its text stands in double ones. */
function quoted(source: string): Code[number] {
  return source.includes("'") ? `"${source}"` : { quote: source };
}
function removal(word: Word, context: RuleContext): Change | undefined {
  if (!word.fixable) return undefined;
  if (word.itemAt) return { do: 'remove', at: word.itemAt, as: 'item' };
  if (!word.at.part || word.at.part.start < 1) return undefined;
  // The space before it goes too.
  const length = context.textOf(word.at).length;
  const wider = context.within(word.at, -1, length);
  const isSpaced = /^\s/.test(context.textOf(wider));
  return { do: 'remove', at: isSpaced ? wider : word.at, as: 'text' };
}

/** What Swagger UI and its like need beside the defaults of helmet: scripts in the page, and the badge of a validator. */
const DOCS_SOURCES = `scriptSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:', 'https:']`;

/** The line that gives a documentation page a policy of its own below helmet's statement; undefined where it cannot be written. */
export function docsLine(call: Call, statementAt: At, path: string, major: number, context: RuleContext): Change | undefined {
  const scope = context.scopeOf(call.at);
  const isUse = scope && /^(express|nest|nestjs)$/.test(scope.framework) && scope.binding !== undefined && call.callee === 'helmet' && major >= 5;
  if (!isUse) return undefined;
  return { do: 'insert', at: statementAt, where: 'line-after', code: [`${scope.binding}.use(`, { quote: path }, `, ${context.textOf(call.target.at)}.contentSecurityPolicy({ directives: { ${DOCS_SOURCES} } }));`] };
}

/** One more line: helmet's policy again for the path of the documentation, with the source in it. */
function docsPolicy(policy: CspPolicy, directive: CspDirective, path: string | undefined, context: RuleContext): { readonly change: Change } | { readonly refused: string } {
  const { call, statementAt } = policy;
  const scope: Scope | undefined = call && context.scopeOf(call.at);
  const isUse = scope && /^(express|nest|nestjs)$/.test(scope.framework) && policy.library === 'helmet' && call && scope.binding !== undefined && statementAt;
  if (!isUse || path === undefined || /^(register|helmet)$/.test(call.name) && call.receiver || (policy.major ?? 8) < 5 || directive.words.some((word) => word.text.includes('"')))
    return { refused: docsReason(path) };
  const helmet = context.textOf(call.target.at).split('.')[0] ?? 'helmet';
  const key = directive.name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const sources = [...new Set(directive.words.map(({ text }) => text))].map((text) => (text.includes("'") ? `"${text}"` : `'${text}'`)).join(', ');
  return { change: { do: 'insert', at: statementAt, where: 'line-after', code: [`${scope.binding ?? ''}.use(`, { quote: path }, `, ${helmet}.contentSecurityPolicy({ directives: { ${key}: [${sources}] } }));`] } };
}
