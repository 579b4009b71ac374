import { CodeActionKind, CodeActionTriggerKind, type CancellationToken, type CodeAction, type CodeActionParams, type Diagnostic } from 'vscode-languageserver';
import type { Finding } from '../../core/findings/finding.js';
import type { Span } from '../../core/text/source.js';
import type { CodeActionData } from '../protocol.js';
import { isRecord } from '../settings.js';
import type { Place, Session } from '../session.js';
import { toWorkspaceEdit } from './edits.js';
import { findingsOf, toDiagnostic } from './items.js';

/** The kind that fix-on-save asks for. */
export const FIX_ALL = 'source.fixAll.unlatched';
/** Findings at one place that are given actions; a longer menu helps nobody. */
const MOST = 5;

/** Registers the light bulb. Fixes at the cursor are computed at once, the rest when chosen. */
export function registerCodeActions(session: Session): void {
  session.connection.onCodeAction((params, token) => session.fence<CodeAction[]>('textDocument/codeAction', [], () => actions(session, params, token)));
  session.connection.onCodeActionResolve((action, token) => session.fence<CodeAction>('codeAction/resolve', action, () => resolve(session, action, token)));
}

async function actions(session: Session, { textDocument, range, context }: CodeActionParams, token: CancellationToken): Promise<CodeAction[]> {
  const place = session.place(textDocument.uri);
  if (!place || !place.folder.settings.enable || !session.client.literals) return [];
  const { folder, path } = place;
  const wantsFixes = wants(context.only, CodeActionKind.QuickFix);
  // Source actions are made only for those who ask for them.
  const wantsAll = context.only !== undefined && wants(context.only, FIX_ALL);
  if (!wantsFixes && !wantsAll) return [];
  await session.upToDate(folder, token);
  const source = folder.engine.source(path);
  if (!source) return [];
  const out: CodeAction[] = [];
  if (wantsFixes) {
    const span = session.convert(source).span(range);
    const findings = findingsOf(session, folder, path).filter((finding) => touches(finding.at.span, span));
    if (findings.length > 0) out.push(...quickFixes(session, place, span, findings.slice(0, MOST), context.diagnostics, context.triggerKind === CodeActionTriggerKind.Automatic));
  }
  if (wantsAll) out.push(...fixEverything(session, place));
  return out;
}

function quickFixes(session: Session, place: Place, span: Span, findings: readonly Finding[], known: readonly Diagnostic[], automatic: boolean): readonly CodeAction[] {
  const { folder, path } = place;
  const { client } = session;
  const diagnosticOf = (finding: Finding): Diagnostic => known.find((each) => fingerprintOf(each) === finding.fingerprint) ?? toDiagnostic(session, folder, finding);
  const out: CodeAction[] = [];
  const served = new Set<string>();
  const offered = findings.some((finding) => finding.fix !== undefined) ? folder.engine.fixes({ path, span }) : [];
  for (const { finding, fix } of offered) {
    if (!findings.some((each) => each.fingerprint === finding.fingerprint)) continue;
    const edit = toWorkspaceEdit(session, folder, fix, { preview: false });
    if (!edit) continue;
    const first = !served.has(finding.fingerprint);
    served.add(finding.fingerprint);
    const action: CodeAction = { title: fix.title, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(finding)], edit };
    if (first && fix.safety !== 'manual' && client.preferred) action.isPreferred = true;
    out.push(action);
  }
  if (client.disabledActions && !automatic) {
    for (const finding of findings) {
      if (finding.fixRefused === undefined || served.has(finding.fingerprint)) continue;
      out.push({ title: `Fix ${finding.rule}`, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(finding)], disabled: { reason: finding.fixRefused } });
    }
  }
  for (const rule of new Set(findings.map((finding) => finding.rule))) {
    const same = findingsOf(session, folder, path).filter((finding) => finding.rule === rule && finding.fix !== undefined);
    const touched = findings.filter((finding) => finding.rule === rule);
    if (same.length > 1) out.push(...later(session, place, { title: `Fix all of ${rule} in this file`, kind: CodeActionKind.QuickFix, diagnostics: touched.map(diagnosticOf) }, { rule, span }));
  }
  for (const finding of findings) {
    const { rule, fingerprint } = finding;
    out.push(...later(session, place, { title: `Suppress ${rule} with a reason...`, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(finding)] }, { rule, fingerprint, span }));
  }
  if (client.commands) {
    for (const rule of new Set(findings.map((finding) => finding.rule))) {
      if (!session.pages.has(rule)) continue;
      const title = `Open the page of ${rule}`;
      out.push({ title, kind: CodeActionKind.QuickFix, diagnostics: findings.filter((finding) => finding.rule === rule).map(diagnosticOf), command: { title, command: 'unlatched.explainRule', arguments: [rule] } });
    }
  }
  return out;
}

function fixEverything(session: Session, { folder, path }: Place): readonly CodeAction[] {
  const fix = folder.engine.fixAll(path, undefined);
  const edit = fix && fix.edits.size > 0 ? toWorkspaceEdit(session, folder, fix, { preview: false }) : undefined;
  return edit ? [{ title: 'Fix all safe findings of Unlatched', kind: FIX_ALL, edit }] : [];
}

interface LaterWish {
  readonly rule: string;
  readonly fingerprint?: string;
  readonly span: Span;
}

/** An action whose edit is computed when it is chosen, or now for a client that cannot wait. */
function later(session: Session, place: Place, action: CodeAction, wish: LaterWish): readonly CodeAction[] {
  const { folder, path } = place;
  const source = folder.engine.source(path);
  if (!source) return [];
  const data: CodeActionData = {
    uri: folder.uriOf(path),
    version: folder.version(path),
    rule: wish.rule,
    fingerprint: wish.fingerprint ?? null,
    range: session.convert(source).range(wish.span),
  };
  if (session.client.resolveEdit) return [{ ...action, data }];
  const edit = editFor(session, place, data);
  return edit ? [{ ...action, edit }] : [];
}

/** Nothing is added when the document has moved on: the client asks again. */
async function resolve(session: Session, action: CodeAction, token: CancellationToken): Promise<CodeAction> {
  const data = dataOf(action.data);
  const place = data && session.place(data.uri);
  if (!data || !place || place.folder.version(place.path) !== data.version) return action;
  await session.upToDate(place.folder, token);
  if (place.folder.version(place.path) !== data.version) return action;
  const edit = editFor(session, place, data);
  return edit ? { ...action, edit } : action;
}

function editFor(session: Session, { folder, path }: Place, data: CodeActionData): CodeAction['edit'] {
  if (data.fingerprint !== null) {
    const finding = folder.engine.findings(path).find((each) => each.fingerprint === data.fingerprint);
    const fix = finding && folder.engine.suppress(finding);
    return fix && toWorkspaceEdit(session, folder, { ...fix, safety: 'review' }, { preview: false });
  }
  if (data.rule === null) return undefined;
  const fix = folder.engine.fixAll(path, data.rule);
  return fix && fix.edits.size > 0 ? toWorkspaceEdit(session, folder, fix, { preview: fix.safety !== 'safe' }) : undefined;
}

function dataOf(value: unknown): CodeActionData | undefined {
  if (!isRecord(value)) return undefined;
  const { uri, version, rule, fingerprint } = value;
  if (typeof uri !== 'string' || !(version === null || typeof version === 'number')) return undefined;
  const start = { line: 0, character: 0 };
  return {
    uri,
    version,
    rule: typeof rule === 'string' ? rule : null,
    fingerprint: typeof fingerprint === 'string' ? fingerprint : null,
    range: { start, end: start },
  };
}

function fingerprintOf(diagnostic: Diagnostic): string | undefined {
  const data: unknown = diagnostic.data;
  return isRecord(data) && typeof data['fingerprint'] === 'string' ? data['fingerprint'] : undefined;
}

/** `only` names a kind or one above it. */
function wants(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((each) => each === '' || kind === each || kind.startsWith(`${each}.`));
}

function touches(finding: Span, range: Span): boolean {
  return finding.start <= range.end && range.start <= finding.end;
}
