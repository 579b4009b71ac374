import type { Engine, RulePage } from '../core/engine-types.js';
import type { Baseline } from '../core/findings/finding.js';
import type { Policy } from '../core/policy/policy.js';
import type { PolicyProblem } from '../core/policy/read.js';
import type { GuardKey } from '../core/policy/write.js';
import type { FilePath, SourceFile, TextEdit } from '../core/text/source.js';
import type { Host } from '../host/host.js';
import type { Settings } from './settings.js';

/** What the server uses of the core, as one value, so that a test can put its own in place. */
export interface Door {
  createEngine(): Engine;
  rulePages(): readonly RulePage[];
  readPolicy(file: SourceFile, load: (path: FilePath) => SourceFile | undefined, ruleIds: ReadonlySet<string>): { readonly policy: Policy; readonly problems: readonly PolicyProblem[] };
  applySettings(policy: Policy, settings: Settings): Policy;
  /** Undefined: the text is not a baseline. */
  readBaseline(text: string): Baseline | undefined;
  writeBaseline(baseline: Baseline): string;
  /** Undefined: the policy cannot be edited. */
  teachGuard(policy: SourceFile, key: GuardKey, name: string): readonly TextEdit[] | undefined;
}

/** What a host is to be made for. */
export interface HostWish {
  readonly uri: string;
  /** A loose folder holds single documents and is never listed. */
  readonly loose: boolean;
  /** Patterns of files not to list, relative to the folder; they change with the policies, so they are asked for at each listing. */
  excludes(): readonly string[];
}

/** Makes the host of one folder. A host may read policy files above its root (`../unlatched.yml`); one that does not refuses them. */
export type HostFactory = (wish: HostWish) => Host | Promise<Host>;

/** What the process around the server gives it. */
export interface Surroundings {
  readonly hostFactory: HostFactory;
  readonly door: Door;
  /** URI of the shipped page of a rule; undefined when none is shipped. */
  pageUri(rule: string): string | undefined;
  /** The day as YYYY-MM-DD. */
  today(): string;
  readonly version: string;
}
