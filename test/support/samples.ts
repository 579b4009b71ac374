import { filesBelow, textOf } from '../../scripts/project.js';
import type { Policy } from '../../server/src/core/policy/policy.js';
import { rules } from '../../server/src/core/rules/index.js';
import { filePath } from '../../server/src/core/text/source.js';
import type { Files } from './analyse.js';
import { readMarked } from './marked-source.js';

/** Files that belong together, and what to call them in a failure. */
export interface NamedSample {
  readonly title: string;
  readonly files: Files;
  readonly policy: Partial<Policy>;
}

/** Every example of every rule, under its policy. */
export const exampleSamples: readonly NamedSample[] = rules.flatMap((rule) =>
  rule.examples.map((example) => ({
    title: `${rule.meta.id}: ${example.title}`,
    files: readMarked('bad' in example ? example.bad : example.good).files,
    policy: example.policy ?? {},
  })),
);
/** The sample API and its repaired twin. */
export const playgrounds: readonly NamedSample[] = ['playground', 'playground-fixed'].map((folder) => ({
  title: folder,
  files: new Map(filesBelow(folder).map((path) => [filePath(path.slice(folder.length + 1)), textOf(path) ?? ''])),
  policy: {},
}));
export const samples: readonly NamedSample[] = [...exampleSamples, ...playgrounds];
