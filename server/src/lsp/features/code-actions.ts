import {
  CodeActionKind,
  CodeActionTriggerKind,
  type CancellationToken,
  type CodeAction,
  type CodeActionContext,
  type CodeActionParams,
  type Diagnostic,
} from 'vscode-languageserver';
import type { Finding } from '../../core/findings/finding.js';
import type { FilePath, Span } from '../../core/text/source.js';
import type { CodeActionData, CodeActionWish } from '../protocol.js';
import { isRecord } from '../settings.js';
import type { Place, Session } from '../session.js';
import { accept } from './acceptance.js';
import { toWorkspaceEdit } from './edits.js';
import { findingsOf, refusalOf, toDiagnostic } from './items.js';
import { lessonsOf, teach } from './lessons.js';

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
    if (findings.length > 0) out.push(...(await quickFixes(session, place, span, findings.slice(0, MOST), context)));
  }
  if (wantsAll) out.push(...fixEverything(session, place));
  return out;
}

/** All actions of the findings at one place, the repairs first. */
async function quickFixes(session: Session, place: Place, span: Span, findings: readonly Finding[], context: CodeActionContext): Promise<readonly CodeAction[]> {
  const { folder, path } = place;
  const { client, texts } = session;
  const diagnosticOf = (finding: Finding): Diagnostic => context.diagnostics.find((each) => fingerprintOf(each) === finding.fingerprint) ?? toDiagnostic(session, folder, finding);
  const action = (title: string, about: readonly Finding[]): CodeAction => ({ title, kind: CodeActionKind.QuickFix, diagnostics: about.map(diagnosticOf) });
  const out: CodeAction[] = [];
  const served = new Set<string>();
  const offered = findings.some((finding) => finding.fix !== undefined) ? folder.engine.fixes({ path, span }) : [];
  for (const { finding, fix } of offered) {
    if (!findings.some((each) => each.fingerprint === finding.fingerprint)) continue;
    const edit = toWorkspaceEdit(session, folder, fix, { preview: false });
    if (!edit) continue;
    const first = !served.has(finding.fingerprint);
    served.add(finding.fingerprint);
    out.push({ ...action(fix.title, [finding]), edit, ...(first && fix.safety !== 'manual' && client.preferred ? { isPreferred: true } : {}) });
  }
  if (client.disabledActions && context.triggerKind !== CodeActionTriggerKind.Automatic) {
    for (const finding of findings) {
      const reason = served.has(finding.fingerprint) ? undefined : refusalOf(folder, finding, offered);
      if (reason !== undefined) out.push({ ...action(texts.fixOf(finding.rule), [finding]), disabled: { reason } });
    }
  }
  const rules = [...new Set(findings.map((finding) => finding.rule))];
  const ofRule = (rule: string): readonly Finding[] => findings.filter((finding) => finding.rule === rule);
  for (const rule of rules) {
    const same = findingsOf(session, folder, path).filter((finding) => finding.rule === rule && finding.fix !== undefined);
    if (same.length > 1) out.push(...(await later(session, place, action(texts.fixAllOfRule(rule), ofRule(rule)), { do: 'fix-all', rule })));
  }
  for (const finding of findings) {
    for (const lesson of lessonsOf(session, folder, finding)) {
      const title = lesson.key === 'guards' ? texts.teach(lesson.name) : texts.teachRole(lesson.name);
      out.push(...(await later(session, place, action(title, [finding]), { do: 'teach', ...lesson })));
    }
  }
  for (const finding of findings) {
    // Suppressing or accepting what is said about the policy or a suppression would hide the mistake only.
    if (finding.rule.startsWith('unlatched/')) continue;
    const { fingerprint, rule } = finding;
    if (canSuppress(path)) out.push(...(await later(session, place, action(texts.suppress(rule), [finding]), { do: 'suppress', fingerprint })));
    out.push(...(await later(session, place, action(texts.accept(rule), [finding]), { do: 'accept', fingerprint })));
  }
  for (const rule of client.commands ? rules.filter((each) => session.pages.has(each)) : []) {
    const title = texts.openPage(rule);
    out.push({ ...action(title, ofRule(rule)), command: { title, command: 'unlatched.explainRule', arguments: [rule] } });
  }
  return out;
}

/** JSON has no comments. */
function canSuppress(path: FilePath): boolean {
  return !/\.json$/i.test(path);
}

function fixEverything(session: Session, { folder, path }: Place): readonly CodeAction[] {
  const fix = folder.engine.fixAll(path, undefined);
  const edit = fix && fix.edits.size > 0 ? toWorkspaceEdit(session, folder, fix, { preview: false }) : undefined;
  return edit ? [{ title: session.texts.fixAllSafe, kind: FIX_ALL, edit }] : [];
}

/** An action whose edit is computed when it is chosen, or now for a client that cannot wait. */
async function later(session: Session, place: Place, action: CodeAction, wish: CodeActionWish): Promise<readonly CodeAction[]> {
  const { folder, path } = place;
  const data: CodeActionData = { uri: folder.uriOf(path), version: folder.version(path), wish };
  if (session.client.resolveEdit) return [{ ...action, data }];
  const edit = await editFor(session, place, wish, action.title);
  return edit ? [{ ...action, edit }] : [];
}

/** Nothing is added when the document has moved on: the client asks again. */
async function resolve(session: Session, action: CodeAction, token: CancellationToken): Promise<CodeAction> {
  const data = dataOf(action.data);
  const place = data && session.place(data.uri);
  if (!data || !place || place.folder.version(place.path) !== data.version) return action;
  await session.upToDate(place.folder, token);
  const edit = await editFor(session, place, data.wish, action.title);
  return edit && place.folder.version(place.path) === data.version ? { ...action, edit } : action;
}

async function editFor(session: Session, { folder, path }: Place, wish: CodeActionWish, title: string): Promise<CodeAction['edit']> {
  if (wish.do === 'fix-all') {
    const fix = folder.engine.fixAll(path, wish.rule);
    return fix && fix.edits.size > 0 ? toWorkspaceEdit(session, folder, fix, { preview: fix.safety !== 'safe' }) : undefined;
  }
  if (wish.do === 'teach') {
    const taught = await teach(session, folder, path, wish, title);
    return taught && toWorkspaceEdit(session, folder, taught.fix, { preview: false, sources: taught.sources });
  }
  const finding = folder.engine.findings(path).find((each) => each.fingerprint === wish.fingerprint);
  if (!finding) return undefined;
  if (wish.do === 'accept') {
    const accepted = await accept(session, folder, [finding], title);
    return accepted && toWorkspaceEdit(session, folder, accepted.fix, { preview: false, sources: accepted.sources });
  }
  const fix = folder.engine.suppress(finding);
  return fix && toWorkspaceEdit(session, folder, { ...fix, safety: 'review' }, { preview: false });
}

function dataOf(value: unknown): CodeActionData | undefined {
  if (!isRecord(value)) return undefined;
  const { uri, version } = value;
  const wish = wishOf(value['wish']);
  return typeof uri === 'string' && (version === null || typeof version === 'number') && wish ? { uri, version, wish } : undefined;
}

function wishOf(value: unknown): CodeActionWish | undefined {
  if (!isRecord(value)) return undefined;
  const { do: what, rule, fingerprint, name, key } = value;
  if (what === 'fix-all') return typeof rule === 'string' ? { do: what, rule } : undefined;
  if (what === 'suppress' || what === 'accept') return typeof fingerprint === 'string' ? { do: what, fingerprint } : undefined;
  if (what !== 'teach' || typeof name !== 'string') return undefined;
  return key === 'guards' || key === 'roleGuards' ? { do: what, name, key } : undefined;
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
