import * as vscode from 'vscode';
import type { ListFilesParams, ReadFileParams, ReadFileResult } from '../../server/src/lsp/protocol.js';

/** Files that are told by their names: some editors have a language for them, others none. */
export const configurationFiles = [
  '.env',
  '.env.*',
  '*.env',
  '.npmrc',
  'Dockerfile',
  'Dockerfile.*',
  '*.Dockerfile',
  '*.dockerfile',
  'Containerfile',
  'Procfile',
  'netlify.toml',
  'firestore*.rules',
  'storage*.rules',
  '*nginx*.conf',
  '*.nginx',
  '*.conf.template',
  '.gitignore',
  '.dockerignore',
];
const extensions = ['js', 'cjs', 'mjs', 'jsx', 'ts', 'cts', 'mts', 'tsx', 'json', 'yaml', 'yml'];
const analysed = `**/{${[...extensions.map((extension) => `*.${extension}`), ...configurationFiles].join(',')}}`;
const never = ['**/node_modules', '**/.git'];

/** URIs of the files of a folder that is on no disk: the editor's own search, so that its file systems serve any scheme. */
export async function listFiles({ folder, exclude }: ListFilesParams, token: vscode.CancellationToken): Promise<string[]> {
  const left = [...never, ...exclude].map((glob) => (glob.endsWith('/**') ? glob : `${glob.replace(/\/$/, '')}/**`));
  const pattern = new vscode.RelativePattern(vscode.Uri.parse(folder), analysed);
  const found = await vscode.workspace.findFiles(pattern, `{${[...left, ...exclude].join(',')}}`, undefined, token);
  return found.map((uri) => uri.toString());
}

/** The text of such a file, or why it is not analysed; null where there is none. */
export async function readFile({ uri, cap }: ReadFileParams): Promise<ReadFileResult | null> {
  const file = vscode.Uri.parse(uri);
  try {
    const { size, type } = await vscode.workspace.fs.stat(file);
    if ((type & vscode.FileType.File) === 0) return null;
    const bytes = size > cap ? undefined : await vscode.workspace.fs.readFile(file);
    if (bytes === undefined || bytes.length > cap) return { refused: `larger than ${Number((cap / 1_000_000).toFixed(1))} MB` };
    return bytes.includes(0) ? { refused: 'not text' } : { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return null;
    return {
      refused:
        error instanceof TypeError ? 'not text' : `cannot be read: ${error instanceof vscode.FileSystemError ? error.code : String(error)}`,
    };
  }
}
