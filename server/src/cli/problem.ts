/** The run itself failed. The message is one line that names the cause and the cure; it becomes exit status 2. */
export class Problem extends Error {}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text',
};

/** A problem whose cause is an error of the system. */
export function systemProblem(what: string, error: unknown, cure: string): Problem {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
  return new Problem(`${what}: ${reasons[code] ?? code}; ${cure}`);
}
