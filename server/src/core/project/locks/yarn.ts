import { plainVersion, type Lock } from './answer.js';

/** `yarn.lock` of yarn 1 and of its successors: which version each descriptor (`name@range`) leads to. */
export function readYarnLock(text: string): Lock {
  const versions = new Map<string, string>();
  let descriptors: readonly string[] = [];
  for (const line of linesOf(text)) {
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      descriptors = line.endsWith(':') ? line.slice(0, -1).split(',').map((part) => unquoted(part.trim())) : [];
    } else if (descriptors.length > 0 && /^ {2}"?version"?[ :]/.test(line)) {
      const version = plainVersion(unquoted(line.slice(line.indexOf('version') + 'version'.length).replace(/^"?:? ?/, '').trim()));
      // Names in quotes hold all descriptors in one pair of them (yarn 2) or one each (yarn 1).
      if (version !== undefined) for (const descriptor of descriptors) versions.set(descriptor, version);
      descriptors = [];
    }
  }
  return ({ name, range }) => versions.get(`${name}@${range}`) ?? versions.get(`${name}@npm:${range}`);
}
function unquoted(text: string): string {
  return text.replace(/^["']/, '').replace(/["']$/, '');
}
function* linesOf(text: string): Iterable<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    start = end < 0 ? text.length : end + 1;
  }
}
