import type { Connection } from 'vscode-languageserver';
import { filePath, type FilePath } from '../core/text/source.js';
import type { Host, ReadResult } from '../host/host.js';
import { capOf, defaultCaps, isListed } from '../host/limits.js';
import { pathWithin, uriOf } from './convert.js';
import type { HostWish } from './door.js';
import { isPolicyFile } from './policies.js';
import type { ListFilesParams, ReadFileParams } from './protocol.js';
import { isRecord } from './settings.js';

/** The files of a folder that is on no disk, as the client gives them: a repository opened remotely, say. Nothing above the folder is asked for. */
export function clientHost(connection: Connection, { uri, loose, excludes }: HostWish): Host {
  return {
    async list() {
      if (loose) return [];
      const params: ListFilesParams = { folder: uri, exclude: excludes() };
      const answer: unknown = await connection.sendRequest('unlatched/listFiles', params);
      const uris = Array.isArray(answer) ? answer.filter((each) => typeof each === 'string') : [];
      return uris.flatMap((each) => pathWithin(uri, each) ?? []).filter((path) => isListed(path)).sort();
    },
    async read(path) {
      if (path.startsWith('../') || (loose && !isPolicyFile(path))) return undefined;
      const params: ReadFileParams = { uri: uriOf(uri, filePath(path)), cap: capOf(path, defaultCaps) };
      return answerOf(path, await connection.sendRequest('unlatched/readFile', params));
    },
    write: (path) => Promise.reject(new Error(`${path} is written by the client`)),
  };
}

function answerOf(path: FilePath, answer: unknown): ReadResult | undefined {
  if (!isRecord(answer)) return undefined;
  const { text, refused } = answer;
  if (typeof text === 'string') return { text };
  return { refused: typeof refused === 'string' ? refused : `${path} cannot be read` };
}
