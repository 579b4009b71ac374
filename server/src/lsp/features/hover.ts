import { MarkupKind, type CancellationToken, type Hover, type HoverParams } from 'vscode-languageserver';
import type { RulePage } from '../../core/engine-types.js';
import type { Finding } from '../../core/findings/finding.js';
import type { Session } from '../session.js';
import { findingsOf, pageOf } from './items.js';

/** Findings explained in one hover. */
const MOST = 3;

/** Registers the hover on findings: what is wrong, what an attacker gains, what to do, a wrong and a right sample. */
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
  const first = findings[0];
  if (!first) return null;
  const texts = findings.slice(0, MOST).map((finding) => (session.client.markdown ? markdownOf(session, finding) : plainOf(session, finding)));
  return {
    contents: { kind: session.client.markdown ? MarkupKind.Markdown : MarkupKind.PlainText, value: texts.join(session.client.markdown ? '\n\n---\n\n' : '\n\n') },
    range: session.convert(source).range(first.at.span),
  };
}

function markdownOf(session: Session, finding: Finding): string {
  const page = session.pages.get(finding.rule);
  const { message, why, remedy } = finding.explanation;
  const link = pageOf(session, finding.rule);
  const name = link === undefined ? `\`${finding.rule}\`` : `[\`${finding.rule}\`](${link})`;
  const parts = [`**${escapeMarkdown(page?.title ?? message)}** ${name}`, escapeMarkdown(message), escapeMarkdown(why), `**What to do:** ${escapeMarkdown(remedy)}`];
  if (finding.fixRefused !== undefined) parts.push(`**No fix is offered:** ${escapeMarkdown(finding.fixRefused)}`);
  if (page) parts.push(...samplesOf(page), idsOf(page));
  return parts.filter((part) => part !== '').join('\n\n');
}

function plainOf(session: Session, finding: Finding): string {
  const page = session.pages.get(finding.rule);
  const { message, why, remedy } = finding.explanation;
  const refused = finding.fixRefused === undefined ? '' : `No fix is offered: ${finding.fixRefused}`;
  return [finding.rule, message, why, `What to do: ${remedy}`, refused, page ? idsOf(page) : ''].filter((part) => part !== '').join('\n');
}

function idsOf(page: RulePage): string {
  return [...page.cwe.map((id) => `CWE-${id}`), ...page.owasp].join(' | ');
}

/** The first sample below each of the headings `Wrong` and `Right` of the page. */
function samplesOf(page: RulePage): readonly string[] {
  return ['Wrong', 'Right'].flatMap((heading) => {
    const lines = page.markdown.split('\n');
    const start = lines.indexOf(`## ${heading}`) + 1;
    if (start === 0) return [];
    const next = lines.findIndex((line, index) => index >= start && line.startsWith('## '));
    const section = lines.slice(start, next < 0 ? lines.length : next);
    const opening = section.findIndex((line) => /^(?:```|~~~)/.test(line));
    if (opening < 0) return [];
    const fence = /^[`~]+/.exec(section[opening] ?? '')?.[0] ?? '```';
    const closing = section.indexOf(fence, opening + 1);
    return closing < 0 ? [] : [`**${heading}**`, section.slice(opening, closing + 1).join('\n')];
  });
}

/** Text from the user's code may hold signs that Markdown would read. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_{}[\]<>#|]/g, '\\$&');
}
