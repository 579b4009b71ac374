import type { At, FilePath } from '../text/source.js';
import type { FixSafety } from './finding.js';

/** Pieces of new text: words as they are, copies of source, constants in the file's quotes, and slots the author fills (the string is the placeholder's text). */
export type Code = readonly (string | { readonly copy: At } | { readonly quote: string } | { readonly slot: string })[];

/** What a fix wants; findings/fixes.ts turns it into text edits, with commas, quotes, imports and comments right. */
export type Change =
  | { readonly do: 'replace'; readonly at: At; readonly code: Code }
  /** With its comma, its line, or the parent it leaves empty. */
  | { readonly do: 'remove'; readonly at: At; readonly as: 'entry' | 'item' | 'argument' | 'statement' | 'text' }
  | {
      readonly do: 'insert';
      readonly at: At;
      readonly where: 'before' | 'after' | 'line-before' | 'line-after' | 'argument-first' | 'argument-last' | 'entry-last' | 'body-first';
      readonly code: Code;
    }
  /** `if (isProd) app.use(auth)` becomes `app.use(auth)`: `at` is the outer text, `keep` what stays. */
  | { readonly do: 'unwrap'; readonly at: At; readonly keep: At }
  /** The test at `at` is settled: what an `if`, `&&` or `?:` does under it stays without the test (`always`), or goes (`never`). */
  | { readonly do: 'settle'; readonly at: At; readonly as: 'always' | 'never' }
  /** Moves a whole statement to the line after `after`. */
  | { readonly do: 'move'; readonly at: At; readonly after: At }
  /** Adds `import as from from` (name 'default' or a named one) in the file's module system; merged, once. */
  | { readonly do: 'import'; readonly path: FilePath; readonly from: string; readonly name: string; readonly as: string }
  /** Inserts a line after the imports that throws when the environment variable is not set; once per file. */
  | { readonly do: 'require-env'; readonly path: FilePath; readonly name: string }
  /** YAML and JSON by key path: set creates missing parents, append adds a list item; keeps comments; creates the file. */
  | { readonly do: 'set' | 'append'; readonly path: FilePath; readonly key: readonly (string | number)[]; readonly value: unknown }
  /** Adds a line at the end of a file that is a list of lines, an ignore file say; creates the file. */
  | { readonly do: 'line'; readonly path: FilePath; readonly text: string }
  | { readonly do: 'unset'; readonly path: FilePath; readonly key: readonly (string | number)[] };

export interface Fix {
  readonly title: string;
  readonly safety: FixSafety;
  readonly changes: readonly Change[];
  /** npm packages the new code needs and the manifest lacks; named to the user, never installed. */
  readonly installs?: readonly string[];
}
