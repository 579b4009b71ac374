import type { Effect } from '../../core/engine-types.js';
import type { Texts } from '../texts.js';

type Headers = Effect['headers'];

/** The headers of a set-up call in Markdown, with those lines that its fix would change. */
export function effectMarkdown(effect: Effect, texts: Texts): string {
  const { library, headers, after } = effect;
  const parts = [`**${texts.sends(library)}**`, fenced('http', linesOf(headers, texts))];
  if (after) parts.push(`**${texts.afterFix(after.title)}**`, fenced('diff', changesOf(headers, after.headers, texts)));
  return parts.join('\n\n');
}
/** The same as plain text. */
export function effectPlain(effect: Effect, texts: Texts): string {
  const { library, headers, after } = effect;
  return [texts.sends(library), ...linesOf(headers, texts), ...(after ? [texts.afterFix(after.title), ...changesOf(headers, after.headers, texts)] : [])].join('\n');
}

function linesOf({ sent, asked, removed, refuses }: Headers, texts: Texts): readonly string[] {
  if (refuses !== undefined) return [`${texts.refuses} ${refuses}`];
  const shown = ({ name, value, note }: Headers['sent'][number]): string => `${name}: ${value ?? `? (${note ?? texts.depends})`}`;
  const lines = [...sent.map(shown), ...(removed ?? []).map((name) => `${name}: (${texts.removes})`)];
  if (asked) {
    const more = asked.preflight.map(shown).filter((line) => !lines.includes(line));
    lines.unshift(`# ${texts.askedBy(asked.origin)}${lines.length === 0 ? ` ${texts.sendsNoCors}` : ''}`);
    if (more.length > 0) lines.push(`# ${texts.askedBefore}`, ...more);
  }
  return lines.length > 0 ? lines.map((line) => line.replace(/[\r\n]+/g, ' ')) : [texts.sendsNothing];
}
function changesOf(before: Headers, after: Headers, texts: Texts): readonly string[] {
  const [old, now] = [linesOf(before, texts), linesOf(after, texts)];
  return [...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`), ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`)];
}
/** The fence is longer than any run of its sign in the text. */
function fenced(language: string, lines: readonly string[]): string {
  return `~~~~${language}\n${lines.map((line) => line.replaceAll('~~~~', '~~~')).join('\n')}\n~~~~`;
}
