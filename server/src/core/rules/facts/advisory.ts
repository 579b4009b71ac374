/** The day the rows were last held against their sources. */
export const CHECKED = '2026-11-28';

/** How grave the advisory calls it. */
export type Level = 'critical' | 'high' | 'moderate' | 'low';
/** Versions of a package with a known hole. */
export interface Advisory {
  readonly kind: 'vulnerable';
  readonly name: string;
  readonly range: string;
  readonly level: Level;
  /** `CVE-...` or `GHSA-...`. */
  readonly id: string;
  /** What an attacker can do, as a clause. */
  readonly short: string;
  /** The first version without it, on the same line of versions where that one was repaired; undefined: none. */
  readonly fixed: string | undefined;
  readonly checkedOn: string;
}
/** Versions of a package that nobody repairs any more. */
export interface Abandoned {
  readonly kind: 'deprecated';
  readonly name: string;
  readonly range: string;
  /** `risk`: it is dangerous as it is; `old`: it gets no repairs; `weak`: it gets none, and little hangs on it. */
  readonly grade: 'risk' | 'old' | 'weak';
  /** What says so: the release whose notice, or whose content, does, or an advisory. */
  readonly id: string;
  readonly replacement: string;
  /** The package that takes its place with the same interface. */
  readonly dropIn: DropIn | undefined;
  readonly checkedOn: string;
}
/** A package with the interface of another one. */
export interface DropIn {
  readonly name: string;
  /** Its first version that goes on from the last one of the other. */
  readonly version: string;
  /** The last version of the other, whose users it is meant for. */
  readonly after: string;
  /** The release that says so. */
  readonly id: string;
}
/** A line of Node releases and the day its support ended or ends. */
export interface NodeRelease {
  readonly kind: 'eol';
  readonly major: number;
  /** YYYY-MM-DD. */
  readonly ends: string;
  readonly checkedOn: string;
}
