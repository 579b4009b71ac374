import type { FunctionView, ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import type { At } from '../text/source.js';

/**
 * What an answer looked at in the file it is about: a function, by its id, also one that is not there; the text at a place;
 * which functions there are; whether all of the file was understood; something made of the whole file, which tells itself whether it is still the same; or everything.
 */
export type Look = FunctionId | At | Derived | typeof FUNCTIONS | typeof COMPLETE | typeof EVERYTHING;
export interface Derived {
  stillIn(module: ModuleView): boolean;
}
export const FUNCTIONS = 'functions';
export const COMPLETE = 'complete';
export const EVERYTHING = 'everything';
/** Notes what answers look at, for as long as they are made; outside of `into` nothing is noted. */
export interface Looks {
  at(what: Look): void;
  /** Another answer is used that looked at these. */
  again(seen: ReadonlySet<Look>): void;
  /** What `make` looks at is noted in `seen`, and nowhere else. */
  into<T>(seen: Set<Look>, make: () => T): T;
}

export function createLooks(): Looks {
  const open: Set<Look>[] = [];
  return {
    at: (what) => void open.at(-1)?.add(what),
    again(seen) {
      const outer = open.at(-1);
      if (outer) for (const one of seen) outer.add(one);
    },
    into(seen, make) {
      open.push(seen);
      try {
        return make();
      } finally {
        open.pop();
      }
    },
  };
}

/** What is asked once for each key. Whoever asks again has looked at what the answer looked at. */
export function remembered<K, V>(looks: Looks | undefined, find: (key: K) => V): (key: K) => V {
  const known = new Map<K, { readonly value: V; readonly seen: ReadonlySet<Look> | undefined }>();
  return (key) => {
    const held = known.get(key);
    if (held) {
      if (held.seen) looks?.again(held.seen);
      return held.value;
    }
    const seen = looks && new Set<Look>();
    const value = looks && seen ? looks.into(seen, () => find(key)) : find(key);
    known.set(key, { value, seen });
    if (seen) looks?.again(seen);
    return value;
  };
}

/** The module as one that notes who looks at which of its functions. */
export function watched(module: ModuleView, looks: Looks): ModuleView {
  const functions = new WatchedFunctions(module.functions, looks);
  // One by its number is one of a function that is looked at anyhow, or one that functions inside it see.
  const bindings = new Proxy(module.bindings, {
    get(of, name): unknown {
      if (typeof name !== 'string' || !isDigit(name.charCodeAt(0))) looks.at(EVERYTHING);
      return Reflect.get(of, name);
    },
  });
  const { steps, complete, ...named } = module.top;
  const top: FunctionView = {
    ...named,
    get steps() {
      looks.at(module.top.id);
      return steps;
    },
    get complete() {
      looks.at(COMPLETE);
      return complete;
    },
  };
  return { ...module, functions, bindings, top };
}
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
class WatchedFunctions implements ReadonlyMap<FunctionId, FunctionView> {
  readonly #of: ReadonlyMap<FunctionId, FunctionView>;
  readonly #looks: Looks;
  constructor(of: ReadonlyMap<FunctionId, FunctionView>, looks: Looks) {
    this.#of = of;
    this.#looks = looks;
  }
  get size(): number {
    this.#looks.at(FUNCTIONS);
    return this.#of.size;
  }
  get(id: FunctionId): FunctionView | undefined {
    this.#looks.at(id);
    return this.#of.get(id);
  }
  has(id: FunctionId): boolean {
    this.#looks.at(id);
    return this.#of.has(id);
  }
  keys(): MapIterator<FunctionId> {
    this.#looks.at(FUNCTIONS);
    return this.#of.keys();
  }
  values(): MapIterator<FunctionView> {
    this.#looks.at(EVERYTHING);
    return this.#of.values();
  }
  entries(): MapIterator<[FunctionId, FunctionView]> {
    this.#looks.at(EVERYTHING);
    return this.#of.entries();
  }
  [Symbol.iterator](): MapIterator<[FunctionId, FunctionView]> {
    return this.entries();
  }
  forEach(tell: (fn: FunctionView, id: FunctionId, all: ReadonlyMap<FunctionId, FunctionView>) => void): void {
    this.#looks.at(EVERYTHING);
    for (const [id, fn] of this.#of) tell(fn, id, this);
  }
}
