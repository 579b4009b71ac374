import fc from 'fast-check';
import type { EngineChange } from '../../server/src/core/engine-types.js';
import { emptyBaseline } from '../../server/src/core/findings/baseline.js';
import type { Baseline, Finding } from '../../server/src/core/findings/finding.js';
import type { Policy } from '../../server/src/core/policy/policy.js';
import { filePath, type FilePath, type SourceFile } from '../../server/src/core/text/source.js';
import { samplePolicies, sampleProject, type SampleFile } from './sample-project.js';

/** One step of a random script. Numbers are reduced to what there is, so that shrinking keeps a script meaningful. */
export type Edit =
  | { readonly do: 'insert' | 'replace'; readonly file: number; readonly at: number; readonly piece: number }
  | { readonly do: 'delete' | 'twice'; readonly file: number; readonly at: number }
  | { readonly do: 'move'; readonly file: number; readonly at: number; readonly to: number }
  | { readonly do: 'rename'; readonly file: number; readonly name: number; readonly everywhere: boolean }
  | { readonly do: 'type'; readonly file: number; readonly at: number; readonly text: string }
  | { readonly do: 'erase'; readonly file: number; readonly at: number; readonly length: number }
  | { readonly do: 'take' | 'add' | 'empty' | 'reset' | 'touch'; readonly file: number }
  | { readonly do: 'rename-file'; readonly file: number; readonly to: number }
  | { readonly do: 'policies'; readonly index: number }
  | { readonly do: 'baseline'; readonly keep: number }
  | { readonly do: 'today'; readonly day: string };

const file = fc.nat(sampleProject.length - 1);
const at = fc.nat(40);
const kind = <K extends string>(...kinds: readonly K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);
/** Edits, those an author makes most often the most often. */
export const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: kind('insert', 'replace'), file, at, piece: fc.nat(60) }) },
  { weight: 4, arbitrary: fc.record({ do: kind('delete', 'twice'), file, at }) },
  { weight: 2, arbitrary: fc.record({ do: kind('move'), file, at, to: at }) },
  { weight: 2, arbitrary: fc.record({ do: kind('rename'), file, name: fc.nat(20), everywhere: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: kind('type'),
      file,
      at: fc.nat(1000),
      text: kind('x', '\n', '{', ')', '//', '/*', '`', "'", ' ', '.', '\r\n', '\ud800', '  // z\n'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: kind('erase'), file, at: fc.nat(1000), length: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ do: kind('take', 'add', 'add', 'empty', 'reset', 'touch'), file }) },
  { weight: 1, arbitrary: fc.record({ do: kind('rename-file'), file, to: file }) },
  { weight: 2, arbitrary: fc.record({ do: kind('policies'), index: fc.nat(samplePolicies.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('baseline'), keep: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('today'), day: kind('2025-06-01', '2026-11-24') }) },
);

/** Everything an engine is told, as it stands now. */
export interface Desk {
  readonly texts: ReadonlyMap<FilePath, string>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly baseline: Baseline;
  readonly today: string;
}
/** The sample project as it is before the first edit. */
export const firstDesk: Desk = {
  texts: new Map(sampleProject.map((one) => [filePath(one.path), textOf(one)])),
  policies: new Map(),
  baseline: emptyBaseline,
  today: '2026-11-24',
};

function textOf({ first, pool }: SampleFile): string {
  return first.map((index) => `${pool[index] ?? ''}\n`).join('');
}
const names = [
  'requireUser',
  'requireRole',
  'files',
  'users',
  'mount',
  'reportError',
  'corsOptions',
  'ADMIN_API_KEY',
  'settings',
  'app',
  'create',
  'replace',
  'remove',
  'users2',
  'guard9',
];

/** The desk after the edit; `findings` are those shown now, for a baseline to accept. */
export function edited(desk: Desk, step: Edit, findings: () => readonly Finding[]): Desk {
  if (step.do === 'policies') return { ...desk, policies: samplePolicies[step.index % samplePolicies.length] ?? new Map() };
  if (step.do === 'today') return { ...desk, today: step.day };
  if (step.do === 'baseline') {
    const accepted = findings().filter((_, index) => index % 6 < step.keep);
    return {
      ...desk,
      baseline: { version: 1, accepted: new Map(accepted.map((one) => [one.fingerprint, { rule: one.rule, path: one.at.path }])) },
    };
  }
  const sample = sampleProject[step.file % sampleProject.length];
  if (!sample) return desk;
  const path = filePath(sample.path);
  const texts = new Map(desk.texts);
  if (step.do === 'add' || step.do === 'reset') return { ...desk, texts: texts.set(path, textOf(sample)) };
  const text = texts.get(path);
  if (text === undefined) return desk;
  if (step.do === 'take') texts.delete(path);
  else if (step.do === 'rename-file') {
    const other = sampleProject[step.to % sampleProject.length]?.path ?? '';
    texts.delete(path);
    texts.set(filePath(other.replace(/\.js$/, step.file % 2 === 0 ? '.ts' : '/index.js')), text);
  } else if (step.do === 'rename') {
    const name = names[step.name % names.length] ?? '';
    for (const [one, held] of step.everywhere ? desk.texts : [[path, text] as const]) texts.set(one, renamed(held, name, `${name}Renamed`));
  } else texts.set(path, textAfter(text, step, sample.pool));
  return { ...desk, texts };
}
function renamed(text: string, name: string, to: string): string {
  return text.includes(to) ? text.replaceAll(to, name) : text.replaceAll(name, to);
}
function textAfter(text: string, step: Extract<Edit, { file: number }>, pool: readonly string[]): string {
  const pieces = text.split('\n');
  switch (step.do) {
    case 'insert':
    case 'replace':
      pieces.splice(step.at % pieces.length, step.do === 'insert' ? 0 : 1, pool[step.piece % pool.length] ?? '');
      return pieces.join('\n');
    case 'delete':
      pieces.splice(step.at % pieces.length, 1);
      return pieces.join('\n');
    case 'twice':
      pieces.splice(step.at % pieces.length, 0, pieces[step.at % pieces.length] ?? '');
      return pieces.join('\n');
    case 'move': {
      const moved = pieces.splice(step.at % pieces.length, 1);
      pieces.splice(step.to % (pieces.length + 1), 0, ...moved);
      return pieces.join('\n');
    }
    case 'type': {
      const offset = step.at % (text.length + 1);
      return text.slice(0, offset) + step.text + text.slice(offset);
    }
    case 'erase': {
      const offset = step.at % (text.length + 1);
      return text.slice(0, offset) + text.slice(offset + step.length);
    }
    case 'empty':
      return '';
    default:
      return text;
  }
}

/** Counts on, so that no two texts share a revision. */
let revision = 1;
function source(path: FilePath, text: string): SourceFile {
  return { path, text, revision: ++revision };
}
/** What to tell an engine that stands at `before`; `touch` names a file to be set again with the text it has. */
export function changeBetween(before: Desk, after: Desk, touch?: FilePath): EngineChange {
  const set = [...after.texts]
    .filter(([path, text]) => before.texts.get(path) !== text || path === touch)
    .map(([path, text]) => source(path, text));
  const remove = [...before.texts.keys()].filter((path) => !after.texts.has(path));
  return {
    ...(set.length > 0 ? { set } : {}),
    ...(remove.length > 0 ? { remove } : {}),
    ...(after.policies !== before.policies ? { policies: after.policies } : {}),
    ...(after.baseline !== before.baseline ? { baseline: after.baseline } : {}),
    ...(after.today !== before.today ? { today: after.today } : {}),
  };
}
/** What to tell a new engine. */
export function wholeChange(desk: Desk): EngineChange {
  return {
    set: [...desk.texts].map(([path, text]) => source(path, text)),
    policies: desk.policies,
    baseline: desk.baseline,
    today: desk.today,
  };
}
