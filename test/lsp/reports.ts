import type { WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { startClient, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { fakeDoor, mapHost } from './fake-engine.js';

/** A client of a server whose engine is the stand-in, over these files. */
export async function start(files: Map<string, string>, more: Partial<ClientOptions> = {}): Promise<TestClient> {
  return startClient({ hostFactory: () => mapHost(files), door: fakeDoor(), ...more });
}

/** What the reports of a workspace pull say, a line each. */
export function codes(reports: readonly WorkspaceDocumentDiagnosticReport[]): readonly string[] {
  return reports.map((report) => `${report.uri.replace('file:///work/', '')}: ${report.kind === 'full' ? report.items.map((item) => item.code).join(' ') : report.kind}`).sort();
}

/** The result ids of the reports, to be sent with the next pull. */
export function ids(reports: readonly WorkspaceDocumentDiagnosticReport[]): { uri: string; value: string }[] {
  return reports.flatMap(({ uri, resultId }) => (resultId === undefined ? [] : [{ uri, value: resultId }]));
}
