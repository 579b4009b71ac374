import type { Call } from '../model/value.js';
import type { RuleContext } from '../rules/rule.js';
import type { At } from '../text/source.js';

/** One response header; `value` undefined: it depends on the request, or on what nobody can tell from the code. */
export interface SentHeader {
  readonly name: string;
  readonly value: string | undefined;
  readonly note?: string;
}
/** What a set-up call makes responses carry, as the version of the library that is installed does it. */
export interface EffectiveHeaders {
  readonly sent: readonly SentHeader[];
  /** Where the answer depends on who asks: the origin that does, and what the answer to its preflight carries. */
  readonly asked?: { readonly origin: string; readonly preflight: readonly SentHeader[] };
  /** Headers of others that it takes away. */
  readonly removed?: readonly string[];
  /** What else there is to say of the whole. */
  readonly note?: string;
  /** Why the library does not take these options: the program, or every request, fails. */
  readonly refuses?: string;
}
/** A set-up call with the headers it makes; `at` is what a person points at. */
export interface EffectiveSetup extends EffectiveHeaders {
  /** The library as it is named to a person, with its major version where that is known: `helmet 8`. */
  readonly library: string;
  readonly at: At;
}
export type EffectiveContext = Pick<RuleContext, 'resolve' | 'constant' | 'option' | 'body' | 'major' | 'depends' | 'environment'>;
/** Reads one family of libraries; undefined where the call sets up none of them, or nothing can be said. */
export type EffectiveReader = (call: Call, context: EffectiveContext) => EffectiveSetup | undefined;
