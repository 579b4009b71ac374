import { MarkupKind, type CancellationToken, type Hover, type HoverParams } from 'vscode-languageserver';
import type { RulePage } from '../../core/engine-types.js';
import type { Finding } from '../../core/findings/finding.js';
import type { Session } from '../session.js';
import { effectMarkdown, effectPlain } from './effect-text.js';
import { findingsOf, pageOf, refusalOf } from './items.js';

/** Findings explained in one hover. */
const MOST = 3;

/** Registers the hover on findings (what is wrong, what an attacker gains, what to do, a wrong and a right sample) and on calls that set headers up: what responses carry. */
export function registerHover(session: Session): void {
  session.connection.onHover((params, token) => session.fence<Hover | null>('textDocument/hover', null, () => hover(session, params, token)));
}

async function hover(session: Session, { textDocument, position }: HoverParams, token: CancellationToken): Promise<Hover | null> {
  const place = session.place(textDocument.uri);
  if (!place || !place.folder.settings.enable) return null;
  const { folder, path } = place;
  await session.upToDate(folder, token);
  const source = folder.engine.source(path);
  if (!source) return null;
  const offset = session.convert(source).offset(position);
  const findings = findingsOf(session, folder, path).filter(({ at }) => at.span.start <= offset && offset <= at.span.end);
  const effect = folder.engine.effect({ path, span: { start: offset, end: offset } });
  const first = findings[0] ?? effect;
  if (!first) return null;
  const offered = findings.some((finding) => finding.fix !== undefined) ? folder.engine.fixes({ path, span: { start: offset, end: offset } }) : [];
  const texts = findings.slice(0, MOST).map((finding) => {
    const refused = refusalOf(folder, finding, offered);
    return session.client.markdown ? markdownOf(session, finding, refused) : plainOf(session, finding, refused);
  });
  if (effect) texts.push(session.client.markdown ? effectMarkdown(effect, session.texts) : effectPlain(effect, session.texts));
  return {
    contents: { kind: session.client.markdown ? MarkupKind.Markdown : MarkupKind.PlainText, value: texts.join(session.client.markdown ? '\n\n---\n\n' : '\n\n') },
    range: session.convert(source).range(first.at.span),
  };
}

function markdownOf(session: Session, finding: Finding, refused: string | undefined): string {
  const { client, texts } = session;
  const page = session.pages.get(finding.rule);
  const { message, why, remedy } = finding.explanation;
  const link = linkOf(session, finding.rule);
  const name = link === undefined ? `\`${finding.rule}\`` : `[\`${finding.rule}\`](${link})`;
  const parts = [`**${escapeMarkdown(page?.title ?? message)}** ${name}`];
  // Our own client shows the diagnostic with its message right above.
  if (!client.commands) parts.push(escapeMarkdown(message));
  parts.push(escapeMarkdown(why), `**${texts.whatToDo}** ${escapeMarkdown(remedy)}`);
  if (refused !== undefined) parts.push(`**${texts.noFix}** ${escapeMarkdown(refused)}`);
  if (page) parts.push(...samplesOf(session, page), idsOf(page));
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Hovers of VS Code follow no link of a scheme of ours: there the page is opened by its command. */
function linkOf(session: Session, rule: string): string | undefined {
  if (!session.client.commands) return pageOf(session, rule);
  return session.pages.has(rule) ? `command:unlatched.explainRule?${encodeURIComponent(JSON.stringify([rule]))}` : undefined;
}

function plainOf(session: Session, finding: Finding, refused: string | undefined): string {
  const { texts } = session;
  const page = session.pages.get(finding.rule);
  const { message, why, remedy } = finding.explanation;
  const noFix = refused === undefined ? '' : `${texts.noFix} ${refused}`;
  return [finding.rule, message, why, `${texts.whatToDo} ${remedy}`, noFix, page ? idsOf(page) : ''].filter((part) => part !== '').join('\n');
}

function idsOf(page: RulePage): string {
  return [...page.cwe.map((id) => `CWE-${id}`), ...page.owasp].join(' | ');
}

/** The first sample below each of the headings `Wrong` and `Right` of the page. */
function samplesOf({ texts }: Session, page: RulePage): readonly string[] {
  const samples = [['Wrong', texts.wrong], ['Right', texts.right]] as const;
  return samples.flatMap(([heading, shown]) => {
    const lines = page.markdown.split('\n');
    const start = lines.indexOf(`## ${heading}`) + 1;
    if (start === 0) return [];
    const next = lines.findIndex((line, index) => index >= start && line.startsWith('## '));
    const section = lines.slice(start, next < 0 ? lines.length : next);
    const opening = section.findIndex((line) => /^(?:```|~~~)/.test(line));
    if (opening < 0) return [];
    const fence = /^[`~]+/.exec(section[opening] ?? '')?.[0] ?? '```';
    const closing = section.indexOf(fence, opening + 1);
    return closing < 0 ? [] : [`**${shown}**`, section.slice(opening, closing + 1).join('\n')];
  });
}

/** Text from the user's code may hold signs that Markdown would read. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_{}[\]<>#|]/g, '\\$&');
}
