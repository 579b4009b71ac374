import type { Risk } from '../api-map/risk.js';

/** How a risk looks besides its colour, around 0, 0: the outline of a route's symbol and the sign in it, and the line of a branch and a link. */
export interface RiskSymbol {
  readonly outline: string;
  readonly sign: string;
  readonly dashed: boolean;
  /** Width of the lines that lead to it. */
  readonly line: number;
}
const circle = 'M-7,0A7,7 0 1 1 7,0A7,7 0 1 1 -7,0Z';

export const symbols: Readonly<Record<Risk, RiskSymbol>> = {
  // A triangle with an exclamation mark.
  'open-write': { outline: 'M0,-8L8.5,7L-8.5,7Z', sign: 'M0,-3.5V2.2M0,4.4V5.6', dashed: false, line: 2.5 },
  // A diamond.
  open: { outline: 'M0,-8L8,0L0,8L-8,0Z', sign: 'M-2.5,0H2.5', dashed: false, line: 1.75 },
  // A dashed ring with a question mark.
  unknown: { outline: circle, sign: 'M-2,-2A2,2 0 1 1 0.8,-0.4Q0,0.2 0,1.4M0,3.2V4.2', dashed: true, line: 1.25 },
  // A disc with a tick.
  guarded: { outline: circle, sign: 'M-3.2,0.3L-1,2.6L3.4,-2.4', dashed: false, line: 1 },
  // A dashed ring with a stroke through it.
  unserved: { outline: circle, sign: 'M-4.2,4.2L4.2,-4.2', dashed: true, line: 1 },
};

/** A branch: a ring with plus or minus; of an exposed branch a second ring. */
export const ring = circle;
export const outerRing = 'M-9.5,0A9.5,9.5 0 1 1 9.5,0A9.5,9.5 0 1 1 -9.5,0Z';
/** What a branch shows inside its ring. */
export function sign(open: boolean): string {
  return open ? 'M-3.5,0H3.5' : 'M-3.5,0H3.5M0,-3.5V3.5';
}
export const dashes = '3 2';
