import type { Change, Code } from '../../findings/changes.js';
import type { At } from '../../text/source.js';

/** The changes that compare the hashes of two values in constant time instead of the values, at the place of the comparison. */
export function constantTime(at: At, op: string, left: Code, right: Code): readonly Change[] {
  const hash = (side: Code): Code => ['createHash(', { quote: 'sha256' }, ').update(String(', ...side, ')).digest()'];
  return [
    { do: 'replace', at, code: [op.startsWith('!') ? '!timingSafeEqual(' : 'timingSafeEqual(', ...hash(left), ', ', ...hash(right), ')'] },
    { do: 'import', path: at.path, from: 'node:crypto', name: 'createHash', as: 'createHash' },
    { do: 'import', path: at.path, from: 'node:crypto', name: 'timingSafeEqual', as: 'timingSafeEqual' },
  ];
}
