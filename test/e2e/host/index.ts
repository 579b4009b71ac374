import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** The entry both kinds of VS Code call inside the extension host; rejects when a test failed. */
export async function run(): Promise<void> {
  // A whole editor runs beside the tests, on a machine that may be busy: what fails is tried once more, and that is said.
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, retries: 1 });
  for (const file of readdirSync(__dirname).sort()) if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));

  // The extension host does not let console be replaced, so mocha's events are kept instead of its report.
  const lines = [`host: VS Code ${vscode.version} (${vscode.env.appHost}), Node ${process.version}`];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  // Written after each test, so that a run that hangs still says how far it came.
  const note = (kind: keyof typeof counts, ...said: readonly string[]): void => {
    counts[kind]++;
    lines.push(...said);
    const result = process.env['UNLATCHED_HOST_RESULT'];
    if (result !== undefined) writeFileSync(result, JSON.stringify({ ...counts, lines }));
  };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => note('passed', `  ok   ${test.fullTitle()} (${test.duration ?? 0} ms)`))
      .on('pending', (test) => note('skipped', `  skip ${test.fullTitle()}`))
      .on('retry', (test, error) => lines.push(`  again ${test.fullTitle()}: ${error.message}`))
      .on('fail', (test, error) => note('failed', `  FAIL ${test.fullTitle()}`, String(error instanceof Error ? error.stack : error)));
  });
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
}
