import type { FilePath } from '../core/text/source.js';
import { filePath } from '../core/text/source.js';
import { canonicalUri, parentUri, pathWithin, uriOf } from './convert.js';

/** Which documents a folder answers for. */
export interface FolderScope {
  readonly uri: string;
  /** Holds single documents outside every workspace folder. */
  readonly loose: boolean;
  /** Set for a document without a folder, such as one that was never saved: `uri` is the document, this the path it is analysed under. */
  readonly only?: FilePath;
}

/** The path of a document in this scope; undefined when it is not part of it. */
export function pathIn({ uri: own, only }: FolderScope, uri: string): FilePath | undefined {
  if (only !== undefined) return canonicalUri(uri) === canonicalUri(own) ? only : undefined;
  return pathWithin(own, uri);
}

/** The URI of a file of this scope. */
export function uriIn({ uri, only }: FolderScope, path: FilePath): string {
  return path === only ? uri : uriOf(uri, path);
}

/** What a document outside every workspace folder is analysed in: the folder around it, else itself under a name its language decides. */
export function looseScope(uri: string, languageId: string | undefined): FolderScope {
  const parent = parentUri(uri);
  if (pathWithin(parent, uri) !== undefined) return { uri: parent, loose: true };
  const name = uri.slice(uri.indexOf(':') + 1).replace(/[\\/]/g, '_');
  return { uri, loose: true, only: filePath(`${name === '' ? 'document' : name}${EXTENSIONS[languageId ?? ''] ?? ''}`) };
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  javascript: '.js',
  javascriptreact: '.jsx',
  typescript: '.ts',
  typescriptreact: '.tsx',
  yaml: '.yaml',
  json: '.json',
  jsonc: '.json',
};
