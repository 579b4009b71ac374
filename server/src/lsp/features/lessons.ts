import type { InventoryEntry, InventoryStep } from '../../core/engine-types.js';
import type { Finding } from '../../core/findings/finding.js';
import type { GuardKey } from '../../core/policy/write.js';
import type { FilePath } from '../../core/text/source.js';
import type { Folder } from '../folder.js';
import type { TeachGuardResult } from '../protocol.js';
import type { Session } from '../session.js';
import { isRecord } from '../settings.js';
import { rewrite, toWorkspaceEdit, type Rewrite } from './edits.js';

/** A middleware that Unlatched could be told is a guard. */
export interface Lesson {
  readonly name: string;
  readonly key: GuardKey;
}

/** Lessons offered at one finding. */
const MOST = 3;
const TOPICS: ReadonlySet<string> = new Set(['auth', 'method']);
const NAME = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/;

/** The key of the policy a step's name could be added to; undefined where it is known what the step does. */
export function keyToTeach({ authentication }: Pick<InventoryEntry, 'authentication'>, { name, protects }: Pick<InventoryStep, 'name' | 'protects'>): GuardKey | undefined {
  const isAuthenticated = authentication === 'guarded';
  if (!NAME.test(name) || !protects.every((one) => isAuthenticated && one === 'authentication')) return undefined;
  return isAuthenticated ? 'roleGuards' : 'guards';
}

/** The middleware on the way to the route a finding is about that guards nothing as far as is known; none where the finding is not about guards. */
export function lessonsOf(session: Session, folder: Folder, finding: Finding): readonly Lesson[] {
  if (!session.pages.get(finding.rule)?.topics.some((topic) => TOPICS.has(topic))) return [];
  const { path, span } = finding.at;
  const route = folder.engine.inventory(path).find(({ at }) => at.span.start === span.start && at.span.end === span.end);
  if (!route) return [];
  const lessons = route.chain.flatMap((step): readonly Lesson[] => {
    const key = keyToTeach(route, step);
    return key === undefined ? [] : [{ name: step.name, key }];
  });
  return [...new Map(lessons.map((lesson) => [lesson.name, lesson])).values()].slice(-MOST);
}

/** Registers `unlatched/teachGuard`. */
export function registerLessons(session: Session): void {
  session.connection.onRequest('unlatched/teachGuard', (params: unknown) =>
    session.fence<TeachGuardResult | null>('unlatched/teachGuard', null, async () => {
      if (!isRecord(params) || typeof params['uri'] !== 'string' || typeof params['name'] !== 'string' || !NAME.test(params['name'])) return null;
      const { name, key } = params;
      const place = session.place(params['uri']);
      if (!place || (key !== 'guards' && key !== 'roleGuards')) return null;
      const { folder, path } = place;
      const title = key === 'guards' ? session.texts.teach(name) : session.texts.teachRole(name);
      const taught = await teach(session, folder, path, { name, key }, title);
      const edit = taught && toWorkspaceEdit(session, folder, taught.fix, { preview: false, sources: taught.sources });
      return edit ? { edit, policy: folder.uriOf(folder.rules.holding(path)) } : null;
    }),
  );
}

/** The policy of this file with the name added, or a new policy; undefined when the policy cannot be edited. */
export async function teach(session: Session, folder: Folder, path: FilePath, { name, key }: Lesson, title: string): Promise<Rewrite | undefined> {
  const policy = folder.rules.holding(path);
  const text = await folder.textOf(policy);
  const edits = session.around.door.teachGuard({ path: policy, text: text ?? '', revision: 0 }, key, name);
  return edits && edits.length > 0 ? rewrite(policy, text, edits, title) : undefined;
}
