import type { ModuleView } from '../model/module.js';
import type { Look, Looks } from '../project/looks.js';
import type { AnyRule, Hit } from '../rules/rule.js';
import type { Confidence, Severity } from './finding.js';
import type { Ranked } from './precedence.js';

/** A detection with what the engine decided about it. */
export interface Raw {
  readonly rule: AnyRule;
  readonly hit: Hit;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** What it is about, for precedence. */
  readonly grounds: NonNullable<Ranked['grounds']>;
}
/** What a rule said of a unit, and what it looked at beside the unit itself. */
export interface Answers {
  readonly seen: Set<Look>;
  readonly raw: Raw[];
}
/** One thing that several rules are asked about: a function with all it does, an endpoint. */
export interface Unit {
  /** What finding out what to ask looked at. */
  readonly common: Set<Look>;
  /** What still holds of the last time, and what is said now. */
  readonly answers: Map<AnyRule, Answers>;
}
/** What rules said of the units of a file, as far as it still holds; a unit is known by the object it is, what a file does outside all functions by its steps. */
export interface Keeping {
  readonly looks: Looks;
  /** The file's module, of which is noted what is looked at. */
  readonly module: ModuleView;
  unit(kind: 'function' | 'endpoint' | 'mount', key: object): Unit;
}
