import { setFlagsFromString } from 'node:v8';

interface Tier {
  readonly flag: string;
  readonly later: number;
  /** What V8 has by itself. */
  readonly usual: number;
}
/** What says when V8 optimises a function, by the first number of its version. */
const TIERS: ReadonlyMap<string, Tier> = new Map([
  // Node 20: bytes of code a function has run. That of Node 24 gains nothing by it.
  ['11', { flag: '--interrupt-budget', later: 1_000_000, usual: 67_584 }],
]);

/**
 * Has V8 optimise only what runs really often, for a process that ends after seconds: most of what V8 optimises by itself does not run any more when
 * that is done, and took a third of the processor time. A Node whose V8 nobody has measured stays as it is (an unknown flag would be complained of).
 */
export function optimiseLater(): void {
  set('later');
}
/** Takes `optimiseLater` back: V8 takes code from a cache only under the flags that it was made with. */
export function optimiseAsUsual(): void {
  set('usual');
}
function set(when: 'later' | 'usual'): void {
  const tier = TIERS.get(process.versions.v8.split('.')[0] ?? '');
  if (tier) setFlagsFromString(`${tier.flag}=${tier[when]}`);
}
