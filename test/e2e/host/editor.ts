import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';

const waitMs = 25_000;

/** A file of the workspace under test. */
export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Writes a file into the workspace without showing it. */
export async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Writes a file into the workspace and shows it. */
export async function edit(name: string, text: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(await write(name, text)), { preview: false });
}

/** Closes every editor; what was not saved is dropped without a question. */
export async function closeAll(): Promise<void> {
  while (vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0)) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}

/** Findings of one file, of one rule where it is named. */
export function findings(uri: vscode.Uri, rule?: string): readonly vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((each) => each.source === 'unlatched' && (rule === undefined || ruleOf(each) === rule));
}

/** The rule id a diagnostic carries. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Resolves with what the probe gives once it gives something; asked again on each change of findings, text or tabs. */
export async function eventually<T>(what: string, probe: () => T | undefined | false): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const listeners: vscode.Disposable[] = [];
    const end = (): void => {
      clearTimeout(timer);
      for (const each of listeners) each.dispose();
    };
    const look = (): void => {
      const found = probe();
      if (found === undefined || found === false) return;
      end();
      resolve(found);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not within ${waitMs / 1000} s: ${what}; findings now: ${allFindings()}`));
    }, waitMs);
    listeners.push(
      vscode.languages.onDidChangeDiagnostics(look),
      vscode.workspace.onDidChangeTextDocument(look),
      vscode.window.tabGroups.onDidChangeTabs(look),
      vscode.window.onDidChangeActiveTextEditor(look),
    );
    look();
  });
}

function allFindings(): string {
  const all = vscode.languages
    .getDiagnostics()
    .flatMap(([uri, each]) =>
      each.filter(({ source }) => source === 'unlatched').map((one) => `${nameOf(uri)}:${one.range.start.line + 1} ${ruleOf(one)}`),
    );
  return all.length === 0 ? 'none' : all.join(', ');
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** The first finding of a rule in a file, when it is there. */
export async function finding(uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> {
  return eventually(`${rule} is found in ${nameOf(uri)}`, () => findings(uri, rule)[0]);
}

/** Resolves when a file has no finding of the rule any more. */
export async function gone(uri: vscode.Uri, rule: string): Promise<void> {
  await eventually(`${rule} goes from ${nameOf(uri)}`, () => findings(uri, rule).length === 0);
}

/** Code actions of a kind at a range, resolved. */
export async function actionsAt(uri: vscode.Uri, range: vscode.Range, kind: vscode.CodeActionKind): Promise<readonly vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind.value, 30);
}

/** The one action with such a title; fails with the titles that are there. */
export function titled(actions: readonly vscode.CodeAction[], title: RegExp): vscode.CodeAction {
  const found = actions.find((each) => title.test(each.title));
  assert.ok(found, `no action ${String(title)} among: ${actions.map((each) => each.title).join(' | ')}`);
  return found;
}

/** Saves as a person does: again when the editor did not, which it says where something changed under it. */
export async function save(document: vscode.TextDocument): Promise<void> {
  for (let tries = 0; tries < 3; tries++) if ((await document.save()) || !document.isDirty) return;
  assert.fail(`${nameOf(document.uri)} could not be saved`);
}

/** Applies an action as the lightbulb does: its edit, then its command. */
export async function apply(action: vscode.CodeAction): Promise<void> {
  if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit), `the edit of "${action.title}" was refused`);
  if (action.command) await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

/** An Express app whose CORS policy lets any website in with cookies. */
export const openCors = `import cors from 'cors';
import express from 'express';
import helmet from 'helmet';

const app = express();
app.use(helmet());
app.use(cors({ origin: true, credentials: true }));
app.get('/api/prices', (_request, response) => response.json([]));
app.listen(3001);
`;
/** The rule `openCors` breaks. */
export const openCorsRule = 'cors/credentials-any-origin';
