import type { Confidence } from '../core/findings/finding.js';
import type { Level } from '../core/policy/policy.js';

/** The settings of section `unlatched` that the server reads, checked; what was not valid has its default. */
export interface Settings {
  readonly enable: boolean;
  readonly rules: ReadonlyMap<string, Level>;
  readonly minConfidence: Confidence | undefined;
  /** Path of the one policy file, relative to the folder; undefined: the nearest `unlatched.yml` holds. */
  readonly policyPath: string | undefined;
  readonly workspaceDiagnostics: boolean;
  /** A lens above each route. */
  readonly codeLens: boolean;
  /** Patterns of the editor's own `files.exclude`, those with a condition left out. */
  readonly filesExclude: readonly string[];
}

/** What holds where the client states nothing. */
export const defaultSettings: Settings = { enable: true, rules: new Map(), minConfidence: undefined, policyPath: undefined, workspaceDiagnostics: true, codeLens: true, filesExclude: [] };

/** A plain object, and not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function level(value: unknown): Level | undefined {
  return value === 'error' || value === 'warning' || value === 'info' || value === 'hint' || value === 'off' ? value : undefined;
}

/** Reads what a client sent for the section, and for `files.exclude`; takes anything, and ignores key by key what is not of the right kind. */
export function readSettings(value: unknown, exclude?: unknown): Settings {
  const filesExclude = isRecord(exclude) ? Object.keys(exclude).filter((glob) => exclude[glob] === true) : [];
  if (!isRecord(value)) return { ...defaultSettings, filesExclude };
  const rules = new Map<string, Level>();
  if (isRecord(value['rules'])) {
    for (const [id, stated] of Object.entries(value['rules'])) {
      const read = level(stated);
      if (read !== undefined) rules.set(id, read);
    }
  }
  const least = value['minConfidence'];
  const policyPath = value['policyPath'];
  return {
    enable: value['enable'] !== false,
    rules,
    minConfidence: least === 'low' || least === 'medium' || least === 'high' ? least : undefined,
    policyPath: typeof policyPath === 'string' && policyPath !== '' ? policyPath.replaceAll('\\', '/').replace(/^\.\//, '') : undefined,
    workspaceDiagnostics: value['workspaceDiagnostics'] !== false,
    codeLens: !isRecord(value['codeLens']) || value['codeLens']['enabled'] !== false,
    filesExclude,
  };
}
