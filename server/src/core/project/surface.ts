import type { Role } from '../model/api.js';
import type { FunctionView, ModuleView, Note } from '../model/module.js';
import { changedPart } from '../text/edits.js';
import { spanAt } from '../text/source.js';
import { alike } from '../text/alike.js';
import type { FileFacts } from './facts.js';
import type { JoinResult } from './join.js';
import { answersAlways } from './join-parts.js';
import type { Traits } from './traits.js';

/** What the join read of function bodies. */
type Read = Pick<JoinResult, 'applied' | 'conducts'>;
/**
 * Whether a join over the new revision of a file would give the same model as over the old one: what registers is the same
 * at the same places, and each body that was only looked at still does the same to a request. Places must be those of one
 * table (`createPlaces` with the record before): then everything the model remembers of the file stays true. `but unread`:
 * only that something in it does not parse is new.
 */
export function sameSurface(before: FileFacts, after: FileFacts, read: Read, traits: Traits): 'same' | 'but unread' | 'other' {
  const old = before.module;
  const now = after.module;
  if (!old || !now) return old === now ? 'same' : 'other';
  if (!samePlaces(before, after) || old.system !== now.system || !alike(before.uses, after.uses)) return 'other';
  const isUnread = old.top.complete && !now.top.complete && before.problems.length === 0 && after.problems.length > 0;
  const isSame = alike(old.imports, now.imports) && alike(old.exports, now.exports) && alike(old.classes, now.classes) && alike(publicNotes(old), publicNotes(now))
    && (isUnread || old.top.complete === now.top.complete) && alike(old.top.steps, now.top.steps) && sameBindings(before, after, old, now, read) && sameFunctions(before, after, read, traits);
  return !isSame ? 'other' : isUnread ? 'but unread' : 'same';
}

/**
 * Whether a revision that does not parse lost registrations outside the part that was edited: an unclosed bracket, string or
 * comment swallows what follows. Then the last whole revision says more about the file than the broken one.
 */
export function losesSurface(before: FileFacts, after: FileFacts, { applied }: Pick<Read, 'applied'>): boolean {
  const old = before.module;
  const now = after.module;
  if (!old || !now || !samePlaces(before, after) || after.problems.length === 0) return false;
  const edited = changedPart(before.file.text, after.file.text);
  for (const fn of [old.top, ...[...old.functions.values()].filter(({ id }) => applied.has(id))]) {
    const still = fn === old.top ? now.top : now.functions.get(fn.id);
    const marks = new Set(still?.steps.map((step) => step.at.mark));
    for (const step of fn.steps) {
      const { start, end } = spanAt(step.statementAt, before.spans);
      if ((end < edited.start || start > edited.end) && !marks.has(step.at.mark)) return true;
    }
  }
  return false;
}

/** Whether equal places of the two revisions have equal marks. */
function samePlaces(before: FileFacts, after: FileFacts): boolean {
  return before.places !== undefined && before.places.origin === after.places?.origin;
}

/** Only notes that make routes public matter to the model. */
function publicNotes(module: ModuleView): readonly Note[] {
  return module.notes.filter((note) => note.kind === 'public');
}

/** Names of functions that were not run are nobody's business. */
function sameBindings(was: FileFacts, is: FileFacts, old: ModuleView, now: ModuleView, { applied }: Read): boolean {
  const surface = (module: ModuleView): ModuleView['bindings'] => module.bindings.filter((one) => one.scope === module.top.id || applied.has(one.scope));
  const before = surface(old);
  return alike(before, surface(now)) && before.every(({ id }) => was.unstable.has(id) === is.unstable.has(id));
}

function sameFunctions(before: FileFacts, after: FileFacts, read: Read, traits: Traits): boolean {
  const old = before.module;
  const now = after.module;
  if (!old || !now) return false;
  const relevantBefore = traits.relevantIn(old);
  const relevantNow = traits.relevantIn(now);
  for (const id of old.functions.keys()) if (!now.functions.has(id) && (read.applied.has(id) || read.conducts.has(id) || relevantBefore.has(id))) return false;
  for (const [id, fn] of now.functions) {
    const was = old.functions.get(id);
    // What decorates a method may make it a route, whether anybody ran it or not.
    if (!alike(fn.decorators, was?.decorators ?? [])) return false;
    const isRead = read.applied.has(id) || read.conducts.has(id);
    // A function inside a body nobody ran may come and go, as long as it registers nothing.
    if (!isRead && !relevantNow.has(id) && !(was && relevantBefore.has(id))) {
      if (!was || traits.summary(fn) === traits.summary(was)) continue;
      return false;
    }
    if (!was || relevantBefore.has(id) !== relevantNow.has(id) || !sameHeader(was, fn)) return false;
    if (read.applied.has(id)) {
      if (was.complete !== fn.complete || !alike(was.steps, fn.steps)) return false;
    } else if (traits.summary(fn) !== traits.summary(was)) return false;
    if (read.conducts.has(id) && !sameConduct({ fn: was, module: old, facts: before }, { fn, module: now, facts: after }, traits, read.conducts.get(id)?.role)) return false;
  }
  return true;
}
interface Seen {
  readonly fn: FunctionView;
  readonly module: ModuleView;
  readonly facts: FileFacts;
}
/** What a function hands on to others only a join can tell. */
function sameConduct(was: Seen, now: Seen, traits: Traits, role: Role | undefined): boolean {
  if (bodyOf(was) === bodyOf(now)) return true;
  const before = traits.conduct(was.fn, was.module, role);
  const after = traits.conduct(now.fn, now.module, role);
  return !before.follows && !after.follows && alike(before.conduct, after.conduct) && answersAlways(was.fn) === answersAlways(now.fn);
}
function bodyOf({ fn, facts }: Seen): string {
  const { start, end } = spanAt(fn.bodyAt, facts.spans);
  return facts.file.text.slice(start, end);
}
function sameHeader(a: FunctionView, b: FunctionView): boolean {
  const isSame = a.name === b.name && a.async === b.async && a.owner === b.owner && a.within === b.within && a.accessor === b.accessor && a.static === b.static;
  return isSame && a.at.mark === b.at.mark && a.nameAt.mark === b.nameAt.mark && alike(a.parameters, b.parameters) && alike(a.decorators, b.decorators) && alike(a.when, b.when);
}
