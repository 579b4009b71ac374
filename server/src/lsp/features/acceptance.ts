import type { Finding } from '../../core/findings/finding.js';
import type { TextEdit } from '../../core/text/source.js';
import type { Folder } from '../folder.js';
import type { Session } from '../session.js';
import { rewrite, type Rewrite } from './edits.js';

/** The folder's baseline with these findings accepted; undefined when the file is not a baseline or nothing is left to accept. */
export async function accept(session: Session, folder: Folder, findings: readonly Finding[], title: string): Promise<Rewrite | undefined> {
  const { door } = session.around;
  const path = folder.rules.baselinePath;
  const held = await folder.textOf(path);
  const text = held ?? '';
  const before = text.trim() === '' ? { version: 1 as const, accepted: new Map() } : door.readBaseline(text);
  const fresh = findings.filter(({ state, rule }) => state === 'open' && !rule.startsWith('unlatched/'));
  if (before === undefined || fresh.length === 0) return undefined;
  const accepted = new Map([...before.accepted, ...fresh.map(({ fingerprint, rule, at }) => [fingerprint, { rule, path: at.path }] as const)]);
  const written = door.writeBaseline({ version: 1, accepted });
  const edit = difference(text, text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written);
  return rewrite(path, held, [edit], title);
}

/** One edit from a text to another, no longer than it must be. */
function difference(from: string, to: string): TextEdit {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start++;
  let end = 0;
  while (end < most - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  return { span: { start, end: from.length - end }, text: to.slice(start, to.length - end) };
}
