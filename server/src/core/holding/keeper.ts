import type { Unit, Keeping } from '../findings/units.js';
import { alike } from '../text/alike.js';
import type { FileFacts } from '../project/facts.js';
import { COMPLETE, createLooks, EVERYTHING, FUNCTIONS, watched, type Look } from '../project/looks.js';
import { changedPart } from '../text/edits.js';
import { spanAt } from '../text/source.js';
import type { ModuleView } from '../model/module.js';
import { leansOf, type Bench, type Leans } from './bench.js';

/** Keeps what rules said of the functions and endpoints of the one file that is being edited, from one whole revision to the next, while nothing else changes. */
export interface Keeper {
  /** Begins a judging of the file as it is now; undefined where nothing can be kept. */
  begin(own: FileFacts, bench: Bench): Kept | undefined;
}
export interface Kept extends Keeping {
  /** What the answers that are kept looked at elsewhere. */
  readonly leans: Leans;
  /** The file was judged: the next revision is compared with this one. */
  end(): void;
}
type Kind = Parameters<Keeping['unit']>[0];
type Units = ReadonlyMap<Kind, Map<object, Unit>>;
interface Base extends Pick<Bench, 'project' | 'policy' | 'today'> {
  readonly facts: FileFacts;
  readonly module: ModuleView;
  readonly units: Units;
  readonly leans: Leans;
}

export function createKeeper(): Keeper {
  let base: Base | undefined;
  return {
    begin(own, { project, policy, today }) {
      const { module } = own;
      if (!module) return undefined;
      const last = base && isComparable(base, own) && base.project === project && base.policy === policy && base.today === today ? base : undefined;
      const isWhole = own.problems.length === 0;
      if (!last && !isWhole) return undefined;
      const isStale = last ? staleness(last, own, module) : () => true;
      const units: Units = new Map<Kind, Map<object, Unit>>([['function', new Map()], ['endpoint', new Map()], ['mount', new Map()]]);
      const leans = leansOf(last?.leans);
      const looks = createLooks();
      return {
        looks, leans,
        module: watched(module, looks),
        unit(kind, key) {
          const before = last?.units.get(kind)?.get(key);
          const made: Unit = before && !isStale(before.common) ? { common: new Set(before.common), answers: new Map([...before.answers].filter(([, { seen }]) => !isStale(seen))) } : { common: new Set(), answers: new Map() };
          units.get(kind)?.set(key, made);
          return made;
        },
        end() {
          if (isWhole) base = { facts: own, module, project, policy, today, units, leans };
        },
      };
    },
  };
}

/** Whether a file says the same of itself, so that only what its functions do may be another. */
function isComparable({ facts, module: old }: Base, own: FileFacts): boolean {
  const now = own.module;
  return now !== undefined && facts.places?.origin === own.places?.origin && old.system === now.system && alike(old.exports, now.exports) && alike(old.imports, now.imports) && alike(old.classes, now.classes)
    && alike(old.notes, now.notes) && alike(old.remarks, now.remarks) && alike(old.style, now.style) && alike(old.fields, now.fields)
    && alike(facts.uses, own.uses) && alike(facts.unstable, own.unstable) && alike(topBindings(old), topBindings(now));
}
function topBindings({ bindings, top }: ModuleView): ModuleView['bindings'] {
  return bindings.filter((one) => one.scope === top.id);
}
/** Tells whether an answer looked at something that is another now. */
function staleness({ facts, module: old }: Base, own: FileFacts, now: ModuleView): (seen: ReadonlySet<Look>) => boolean {
  const changed = new Set<string>();
  let isOther = old.functions.size !== now.functions.size;
  for (const [id, fn] of now.functions) {
    const was = old.functions.get(id);
    if (was === fn) continue;
    changed.add(id);
    if (was?.within !== fn.within) isOther = true;
  }
  for (const id of old.functions.keys()) if (!now.functions.has(id)) {
    changed.add(id);
    isOther = true;
  }
  if (old.top.steps !== now.top.steps) changed.add(now.top.id);
  const edit = changedPart(facts.file.text, own.file.text);
  const told = new Map<Look, boolean>();
  const isOne = (look: Look): boolean => {
    if (look === EVERYTHING) return changed.size > 0 || facts.file.text !== own.file.text;
    if (look === FUNCTIONS) return isOther;
    if (look === COMPLETE) return old.top.complete !== now.top.complete;
    if (typeof look === 'string') return changed.has(look);
    if ('stillIn' in look) return !look.stillIn(now);
    const span = spanAt(look, facts.spans);
    return look.path === own.file.path && span.start <= edit.end && edit.start <= span.end;
  };
  return (seen) => {
    for (const look of seen) {
      const known = told.get(look) ?? isOne(look);
      told.set(look, known);
      if (known) return true;
    }
    return false;
  };
}
