import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded, packageIfNeeded } from './outputs.js';
import { root, textOf } from './project.js';

const workbench = 'test/e2e/workbench.mjs';

/** `npm start [-- <path>] [--no-editor]`: analyses a project, prints findings and routes, opens the editor on it. 0 when the analysis ran, 2 when it could not. */
export async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--no-editor');
  const paths = args.filter((arg) => !arg.startsWith('-'));
  if (unknown !== undefined || paths.length > 1)
    return fail(`usage: npm start [-- <path>] [--no-editor]${unknown === undefined ? '' : `, not ${unknown}`}`);
  const folder = resolve(process.env['INIT_CWD'] ?? root, paths[0] ?? join(root, 'playground'));
  if (!existsSync(folder)) return fail(`${folder}: no such folder. Give the path of the project to analyse.`);
  if (!buildIfNeeded()) return fail('the build failed; see above');

  console.log(`Findings in ${folder}\n`);
  if (!analyse('check', folder)) return 2;
  console.log(`\nAPI map of ${folder}\n`);
  if (!analyse('routes', folder)) return 2;

  if (args.includes('--no-editor') || !process.stdout.isTTY) return 0;
  return openEditor(folder);
}

/** Whether the command line could analyse: 1 says that it found something, which is what the sample is for. */
function analyse(command: string, folder: string): boolean {
  const { status } = spawnSync(process.execPath, [join(root, 'server/out/cli.js'), command, folder], { stdio: 'inherit' });
  return status === 0 || status === 1;
}
async function openEditor(folder: string): Promise<number> {
  const code = process.env['VSCODE_EXECUTABLE'] ?? 'code';
  if (spawnSync(code, ['--version'], { stdio: 'ignore' }).status === 0) {
    console.log(`\nOpening ${code} with the extension on ${folder}`);
    spawn(code, [`--extensionDevelopmentPath=${root}`, folder], { stdio: 'ignore', detached: true }).unref();
    return 0;
  }
  if (textOf(workbench) === undefined) {
    console.log('\nNo editor: install VS Code so that `code` is on the PATH.');
    return 0;
  }
  if (!packageIfNeeded()) {
    console.log('\nNo editor: the extension could not be packaged; see above. The report is complete.');
    return 0;
  }
  try {
    const { openWorkbench }: { openWorkbench(folder: string): Promise<unknown> } = await import(pathToFileURL(join(root, workbench)).href);
    await openWorkbench(folder);
  } catch (error) {
    console.log(`\nNo editor: ${error instanceof Error ? error.message : String(error)}. The report above is complete.`);
  }
  return 0;
}
function fail(reason: string): number {
  console.error(reason);
  return 2;
}
