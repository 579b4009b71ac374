import { DiagnosticSeverity, DiagnosticTag, type Diagnostic, type DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { Finding, Severity } from '../../core/findings/finding.js';
import type { FilePath } from '../../core/text/source.js';
import type { Folder } from '../folder.js';
import type { DiagnosticData } from '../protocol.js';
import type { Session } from '../session.js';
import { idOf } from '../text-id.js';

/** What is shown of one file. */
export interface Items {
  readonly diagnostics: readonly Diagnostic[];
  /** How many of them the Problems panel lists as findings: neither hints nor notices about the file itself. */
  readonly findings: number;
  /** Files whose text the related places point into. */
  readonly related: ReadonlySet<FilePath>;
}

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Open findings that may be shown now: while files are still being read, nothing is said that rests on having read them all. */
export function findingsOf(session: Session, folder: Folder, path: FilePath): readonly Finding[] {
  if (!folder.settings.enable) return [];
  return folder.engine.findings(path).filter((finding) => finding.state === 'open' && (folder.complete || !session.pages.get(finding.rule)?.topics.includes('inventory')));
}

/** Everything shown of one file: findings, and notices about the file or the policy in it. */
export function itemsOf(session: Session, folder: Folder, path: FilePath): Items {
  if (!folder.settings.enable) return { diagnostics: [], findings: 0, related: new Set() };
  const findings = findingsOf(session, folder, path);
  const related = new Set(findings.flatMap((finding) => finding.related.map(({ at }) => at.path)).filter((each) => each !== path));
  return { diagnostics: [...notices(session, folder, path), ...findings.map((finding) => toDiagnostic(session, folder, finding))], findings: findings.filter((finding) => finding.severity !== 'hint').length, related };
}

/** One finding as the client sees it, its places by the text the engine holds. */
export function toDiagnostic(session: Session, folder: Folder, finding: Finding): Diagnostic {
  const { client } = session;
  const source = folder.source(finding.at.path);
  const data: DiagnosticData = { fingerprint: finding.fingerprint, rule: finding.rule };
  const diagnostic: Diagnostic = {
    range: source ? session.convert(source).range(finding.at.span) : start(),
    severity: SEVERITY[finding.severity],
    source: 'unlatched',
    code: finding.rule,
    message: finding.explanation.message,
  };
  const page = client.codeDescription ? pageOf(session, finding.rule) : undefined;
  if (page !== undefined) diagnostic.codeDescription = { href: page };
  if (client.data) diagnostic.data = data;
  if (client.tags && finding.unnecessary) diagnostic.tags = [DiagnosticTag.Unnecessary];
  if (client.relatedInformation && finding.related.length > 0) {
    diagnostic.relatedInformation = finding.related.flatMap(({ at, label }): DiagnosticRelatedInformation[] => {
      const there = folder.source(at.path);
      return there ? [{ location: { uri: folder.uriOf(at.path), range: session.convert(there).range(at.span) }, message: label }] : [];
    });
  }
  return diagnostic;
}

/** Why a finding whose rule has a fix is offered none, given the fixes that were offered at its place; undefined when one is, or the rule has none. */
export function refusalOf(folder: Folder, finding: Finding, offered: readonly { readonly finding: Finding }[]): string | undefined {
  return offered.some((each) => each.finding.fingerprint === finding.fingerprint) ? undefined : folder.engine.whyNoFix(finding);
}

/** A short name for a list of diagnostics: equal lists have equal ids. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return idOf(JSON.stringify(diagnostics));
}

/** Where the page of a rule is; undefined for what is not a rule. */
export function pageOf(session: Session, rule: string): string | undefined {
  if (!session.pages.has(rule)) return undefined;
  return session.client.virtualPages ? `unlatched-rule:/${rule}.md` : session.around.pageUri(rule);
}

function notices(session: Session, folder: Folder, path: FilePath): readonly Diagnostic[] {
  const source = folder.policies.source(path);
  const out = folder.policies
    .problems(path)
    .map((problem) => notice(session, 'unlatched/policy-invalid', DiagnosticSeverity.Error, source === undefined ? start() : session.convert(source).range(problem.span), problem.message));
  const reason = folder.refused.get(path);
  if (reason !== undefined) out.push(notice(session, 'unlatched/not-analysed', DiagnosticSeverity.Information, start(), session.texts.notAnalysed(reason)));
  return out;
}

function notice(session: Session, code: string, severity: DiagnosticSeverity, range: Diagnostic['range'], message: string): Diagnostic {
  const href = session.client.codeDescription ? pageOf(session, code) : undefined;
  return { range, severity, source: 'unlatched', code, message, ...(href === undefined ? {} : { codeDescription: { href } }) };
}

function start(): Diagnostic['range'] {
  return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
}
