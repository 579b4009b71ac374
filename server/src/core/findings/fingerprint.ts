import type { FilePath } from '../text/source.js';

/** What a fingerprint is made of. `subject` names the place (endpoint, binding, option path) and must hold no position and no secret. */
export interface Identity {
  readonly rule: string;
  readonly path: FilePath;
  readonly subject: string;
}

/**
 * The lasting name of a finding: 16 hexadecimal digits of FNV-1a over rule, path, subject and ordinal. `ordinal` counts equal
 * identities of one file from 0 (see `numberDuplicates`).
 */
export function fingerprint(rule: string, path: FilePath, subject: string, ordinal: number): string {
  // Lengths in front keep ("a", "bc") and ("ab", "c") apart whatever characters the parts hold.
  return fnv1a64([rule, path, subject, String(ordinal)].map((part) => `${part.length}:${part}`).join(''));
}

/** The ordinal of each item among those of equal identity, in the order given: give findings in order of place. */
export function numberDuplicates(items: readonly Identity[]): readonly number[] {
  const seen = new Map<string, number>();
  return items.map(({ rule, path, subject }) => {
    const key = JSON.stringify([rule, path, subject]);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return ordinal;
  });
}

/** FNV-1a with 64 bits over the UTF-16 code units, low byte first; the state is held as four 16-bit limbs, which stay exact in doubles. */
function fnv1a64(text: string): string {
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  const mix = (byte: number): void => {
    a ^= byte;
    // The prime is 2^40 + 0x1b3: each limb times 0x1b3, plus the limbs moved up by 40 bits (two limbs and 8 bits).
    const low = a * 0x1b3;
    const second = b * 0x1b3 + (low >>> 16);
    const third = c * 0x1b3 + a * 0x100 + (second >>> 16);
    const fourth = d * 0x1b3 + b * 0x100 + (third >>> 16);
    a = low & 0xffff;
    b = second & 0xffff;
    c = third & 0xffff;
    d = fourth & 0xffff;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    mix(unit & 0xff);
    mix(unit >>> 8);
  }
  return [d, c, b, a].map((limb) => limb.toString(16).padStart(4, '0')).join('');
}
