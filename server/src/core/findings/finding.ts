import type { FilePath, SourceRange, TextEdit } from '../text/source.js';

export type Severity = 'error' | 'warning' | 'info' | 'hint';
/** One level below. */
export const LOWER: Readonly<Record<Severity, Severity>> = { error: 'warning', warning: 'info', info: 'hint', hint: 'hint' };
export type Confidence = 'high' | 'medium' | 'low';

/** safe: rightful callers cannot notice. review: behaviour changes as asked. manual: needs a value only the author knows. */
export type FixSafety = 'safe' | 'review' | 'manual';

/** message: what is wrong, what an attacker gains, what to do, in at most two sentences; why and remedy are for hover and page. */
export interface Explanation {
  readonly message: string;
  readonly why: string;
  readonly remedy: string;
}
export interface Related {
  readonly at: SourceRange;
  readonly label: string;
}
/** One problem, ready to show anywhere. Plain data: it can be sent, stored, compared. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly at: SourceRange;
  readonly related: readonly Related[];
  readonly explanation: Explanation;
  /** Survives moved lines: made of rule, path, subject and ordinal, never of a line number. */
  readonly fingerprint: string;
  readonly state: 'open' | 'suppressed' | 'baselined';
  /** Why it is suppressed or accepted. */
  readonly reason: string | undefined;
  /** Safety of the first fix that can be offered. */
  readonly fix: FixSafety | undefined;
  /** Why no fix is offered although the rule has one. */
  readonly fixRefused?: string;
  /** Dead suppression: shown faded. */
  readonly unnecessary?: true;
}
/** A directive. Without a reason it does not suppress; unused or expired it is a finding itself. */
export interface Suppression {
  readonly rules: readonly string[];
  readonly reason: string;
  readonly until: string | undefined;
  readonly by: string | undefined;
  readonly scope: 'line' | 'file';
  readonly at: SourceRange;
}
/** Accepted findings by fingerprint; new ones still fail the build. */
export interface Baseline {
  readonly version: 1;
  readonly accepted: ReadonlyMap<string, { readonly rule: string; readonly path: FilePath }>;
}
/** What the door hands out: text edits for one revision of each file, and the places the author must fill. */
export interface AppliedFix {
  readonly title: string;
  readonly safety: FixSafety;
  readonly edits: ReadonlyMap<FilePath, readonly TextEdit[]>;
  /** Placeholders to tab through, as spans of the text after the edits. */
  readonly slots: readonly SourceRange[];
  readonly installs: readonly string[];
}
