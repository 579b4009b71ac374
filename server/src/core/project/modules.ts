import type { Decorated } from '../frameworks/adapter.js';
import type { Branch } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import { bindingOf } from './bound.js';
import type { Abstract, Frame, Placed } from './abstract.js';
import { packageCallee } from './outside.js';
import { entered, type Decorators, type Mark } from './decorators.js';
import type { Class, Machine } from './machine.js';
import { pathPieces, type PathReads } from './path-values.js';
import type { PathPiece } from './paths.js';

/** A class a module lists as a controller. */
export interface Listed {
  readonly cls: Class;
  /** The module it stands in, to be asked for its path. */
  readonly module: string;
  readonly when: readonly Branch[];
}
/** All that a root module brings, itself or through those it imports. */
export interface Graph {
  readonly controllers: readonly Listed[];
  /** Guards provided for the whole application. */
  readonly guards: readonly (Placed & { readonly when: readonly Branch[]; readonly unsure: boolean })[];
  /** Classes of modules, each once. */
  readonly modules: readonly { readonly cls: Class; readonly when: readonly Branch[] }[];
  readonly gaps: readonly { readonly why: string; readonly at: At }[];
  /** Paths of modules that were put under one. */
  readonly pathOf: (module: string) => readonly PathPiece[];
}
export interface Modules {
  graphOf(root: Placed): Graph;
  /** The controllers a module lists itself. */
  controllersOf(cls: Class): readonly Listed[];
  /** Whether the class is a module, by its decorators or those of a class above. */
  isModule(cls: Class): boolean;
  keyOf(cls: Class): string;
}
interface Seen {
  readonly controllers: Listed[];
  readonly guards: (Placed & { readonly when: readonly Branch[]; readonly unsure: boolean })[];
  readonly modules: Map<string, { readonly cls: Class; readonly when: readonly Branch[] }>;
  readonly gaps: { readonly why: string; readonly at: At }[];
  readonly paths: Map<string, readonly PathPiece[]>;
  left: number;
  /** Modules that are imported are left aside. */
  readonly isAlone: boolean;
}
type Visit = (value: Value, frame: Frame, when: readonly Branch[], got?: Abstract) => void;
const MOST_VISITS = 20_000;
const DEEPEST = 40;
const DEEPEST_CLASS = 8;

/** Walks the graph of modules of a framework whose applications are made of decorated classes. */
export function createModules(machine: Machine, words: Decorated, decorators: Decorators, reads: PathReads): Modules {
  const { names, applied, applyTo } = machine;
  const { evaluate, settled } = names;
  const keyOf = ({ view, frame }: Class): string => `${view.id} ${frame.trail}`;
  return { graphOf, controllersOf, isModule: (cls) => moduleMark(cls) !== undefined, keyOf };

  function graphOf(root: Placed): Graph {
    const seen = begun(false);
    module(seen, root.value, root.frame, [], 0);
    return { ...seen, modules: [...seen.modules.values()], pathOf: (key) => seen.paths.get(key) ?? [] };
  }
  function begun(isAlone: boolean): Seen {
    return { controllers: [], guards: [], modules: new Map(), gaps: [], paths: new Map(), left: MOST_VISITS, isAlone };
  }
  function controllersOf(cls: Class): readonly Listed[] {
    const seen = begun(true);
    ofClass(seen, cls, [], 0);
    return seen.controllers;
  }
  function moduleMark(cls: Class): Mark | undefined {
    let at: Class | undefined = cls;
    for (let hops = 0; at && hops < DEEPEST_CLASS; hops++) {
      const mark = decorators.of(at.view.decorators, at.frame).find(({ callee }) => callee === words.module);
      if (mark) return mark;
      const base: Abstract | undefined = at.view.extends && settled(evaluate(at.view.extends, at.frame));
      at = base?.is === 'class' ? base : undefined;
    }
    return undefined;
  }
  function gap(seen: Seen, why: string, at: At): void {
    if (!seen.gaps.some((one) => one.why === why && one.at === at)) seen.gaps.push({ why, at });
  }

  function module(seen: Seen, value: Value, frame: Frame, when: readonly Branch[], depth: number, known?: Abstract): void {
    if (depth > DEEPEST || seen.left-- <= 0) return gap(seen, 'modules import too many others', value.at);
    const next = (inner: Value, at: Frame, more: readonly Branch[], got?: Abstract): void => module(seen, inner, at, more, depth + 1, got);
    if (value.kind === 'call' && known === undefined) return called(seen, value, frame, when, depth);
    const got = known ?? settled(evaluate(value, frame));
    if (got.is === 'class') return ofClass(seen, got, when, depth);
    if (got.is === 'value' && got.value.kind === 'object') return dynamic(seen, got, undefined, when, depth);
    if (got.is === 'value' && got.value.kind === 'call' && got.value !== value) return next(got.value, got.frame, when);
    if (got.is === 'value' && got.value.kind === 'choice') {
      const { test, then, else: other, at } = got.value;
      next(then, got.frame, [...when, { test, holds: true, early: false, at }]);
      return next(other, got.frame, [...when, { test, holds: false, early: false, at }]);
    }
    const written = writtenBehind(value, frame);
    if (written) return next(written.value, written.frame, when);
    const callee = packageCallee(got);
    if (callee === undefined || !words.isInfrastructure(callee)) gap(seen, nameIn(value, callee), value.at);
  }
  /** A call that gives a module: of an own class, of a package, or of one of the helpers. */
  function called(seen: Seen, call: Call, frame: Frame, when: readonly Branch[], depth: number): void {
    const [first] = call.args;
    const target = settled(evaluate(call.target, frame));
    const callee = packageCallee(target) ?? call.callee;
    if (callee === words.later && first) {
      const given = settled(evaluate(first.value, frame));
      const value = given.is === 'function' ? given.fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []))[0] : undefined;
      if (given.is !== 'function' || !value) return gap(seen, nameIn(first.value, undefined), call.at);
      return module(seen, value, entered(given, [], frame, call.at.mark), when, depth + 1);
    }
    if (words.tree.has(callee) && first) return tree(seen, first.value, frame, [], when, depth);
    const receiver = call.receiver && settled(evaluate(call.receiver, frame));
    if (target.is === 'function') {
      const args = call.args.map((item): Abstract => (item.spread ? { is: 'unknown' } : settled(evaluate(item.value, frame))));
      const made = settled(applyTo(target, args, frame, call.at.mark, receiver, { force: true, via: call }));
      if (made.is === 'class') return ofClass(seen, made, when, depth);
      if (made.is === 'value' && made.value.kind === 'object') return dynamic(seen, made, receiver?.is === 'class' ? receiver : undefined, when, depth);
      if (made.is === 'value' && made.value.kind === 'call' && made.value !== call) return module(seen, made.value, made.frame, when, depth + 1);
      if (receiver?.is === 'class') ofClass(seen, receiver, when, depth);
      return gap(seen, nameIn(call, undefined), call.at);
    }
    // `super.register(options)`, `X.register()` that a builder made: the class says what it imports.
    if (receiver?.is === 'class' && moduleMark(receiver)) return ofClass(seen, receiver, when, depth);
    for (const { value } of call.args) {
      const options = settled(evaluate(value, frame));
      if (options.is === 'value' && options.value.kind === 'object') entry(options, 'imports', (inner, at) => each(inner, at, when, (one, from, more, got) => module(seen, one, from, more, depth + 1, got), () => undefined));
    }
    if (!words.isInfrastructure(callee)) gap(seen, nameIn(call, callee), call.at);
  }
  function ofClass(seen: Seen, cls: Class, when: readonly Branch[], depth: number): void {
    const key = keyOf(cls);
    if (seen.modules.has(key)) return;
    seen.modules.set(key, { cls, when });
    const mark = moduleMark(cls);
    if (!mark) return gap(seen, cls.view.name, cls.view.nameAt);
    const first = mark.args[0];
    const got = first && settled(evaluate(first, mark.frame));
    if (got?.is === 'value' && got.value.kind === 'object') parts(seen, got, key, when, depth);
    else if (first) gap(seen, `nobody can tell what ${cls.view.name} imports`, first.at);
  }
  /** `{ module: X, imports: [...] }` */
  function dynamic(seen: Seen, of: Extract<Abstract, { is: 'value' }>, fallback: Class | undefined, when: readonly Branch[], depth: number): void {
    let owner: Class | undefined = fallback;
    entry(of, 'module', (value, frame) => {
      const got = settled(evaluate(value, frame));
      if (got.is === 'class') owner = got;
    });
    if (owner) ofClass(seen, owner, when, depth);
    parts(seen, of, owner ? keyOf(owner) : '', when, depth);
  }
  function parts(seen: Seen, of: Extract<Abstract, { is: 'value' }>, key: string, when: readonly Branch[], depth: number): void {
    const lost = (what: string) => (value: Value): void => gap(seen, `nobody can tell which ${what} ${value.kind === 'ref' ? value.text : 'this'} adds`, value.at);
    if (!seen.isAlone) entry(of, 'imports', (value, frame) => each(value, frame, when, (one, at, more, got) => module(seen, one, at, more, depth + 1, got), lost('modules')));
    entry(of, 'controllers', (value, frame) => each(value, frame, when, (one, at, more, got) => {
      const cls = got ?? settled(evaluate(one, at));
      if (cls.is === 'class') seen.controllers.push({ cls, module: key, when: more });
      else lost('controllers')(one);
    }, lost('controllers')));
    entry(of, 'providers', (value, frame) => each(value, frame, when, (one, at, more, got) => provider(seen, got ?? settled(evaluate(one, at)), more), lost('guards')));
  }
  /** `{ provide: APP_GUARD, useClass: AuthGuard }` */
  function provider(seen: Seen, got: Abstract, when: readonly Branch[]): void {
    if (got.is !== 'value' || got.value.kind !== 'object') return;
    let isGuard = false;
    entry(got, 'provide', (value, frame) => { isGuard = packageCallee(settled(evaluate(value, frame))) === words.guardToken; });
    if (!isGuard) return;
    for (const key of ['useClass', 'useExisting', 'useValue', 'useFactory'] as const) {
      entry(got, key, (value, frame) => {
        const made = key === 'useFactory' ? settled(evaluate(value, frame)) : undefined;
        if (made?.is !== 'function') {
          seen.guards.push({ value, frame, when, unsure: false });
          return;
        }
        applied.add(made.fn.id);
        const returns = made.fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
        const inner = entered(made, [], frame, value.at.mark);
        for (const one of returns) seen.guards.push({ value: one, frame: inner, when, unsure: returns.length > 1 });
      });
    }
  }
  /** `RouterModule.register([{ path, module, children }])` */
  function tree(seen: Seen, value: Value, frame: Frame, before: readonly PathPiece[], when: readonly Branch[], depth: number): void {
    if (depth > DEEPEST) return;
    each(value, frame, when, (one, at, more, known) => {
      const got = known ?? settled(evaluate(one, at));
      if (got.is === 'class') {
        seen.paths.set(keyOf(got), before);
        return;
      }
      if (got.is !== 'value' || got.value.kind !== 'object') return gap(seen, 'routes of modules that cannot be read', one.at);
      let path = before;
      entry(got, 'path', (text, inner) => { path = [...before, pathPieces(reads, text, inner)[0]]; });
      entry(got, 'module', (name, inner) => {
        const cls = settled(evaluate(name, inner));
        if (cls.is === 'class') seen.paths.set(keyOf(cls), path);
      });
      entry(got, 'children', (inner, from) => tree(seen, inner, from, path, more, depth + 1));
    }, (lost) => gap(seen, 'routes of modules that cannot be read', lost.at));
  }

  /** What stands under a key of an object, or of one spread into it. */
  function entry(of: Abstract, key: string, found: (value: Value, frame: Frame) => void, depth = 0): boolean {
    if (of.is !== 'value' || of.value.kind !== 'object' || depth > 5) return false;
    for (let i = of.value.entries.length - 1; i >= 0; i--) {
      const one = of.value.entries[i];
      if (one?.form === 'spread') {
        if (entry(settled(evaluate(one.value, of.frame)), key, found, depth + 1)) return true;
      } else if (one?.key === key) {
        found(one.value, of.frame);
        return true;
      }
    }
    return false;
  }
  /** The elements of a list, those under a condition with its branch. */
  function each(value: Value, frame: Frame, when: readonly Branch[], visit: Visit, lost: (value: Value) => void, depth = 0): void {
    if (depth > 12) return lost(value);
    const more = (inner: Value, at: Frame, branches: readonly Branch[]): void => each(inner, at, branches, visit, lost, depth + 1);
    if (value.kind === 'choice') {
      more(value.then, frame, [...when, { test: value.test, holds: true, early: false, at: value.at }]);
      return more(value.else, frame, [...when, { test: value.test, holds: false, early: false, at: value.at }]);
    }
    if (value.kind === 'logic') {
      if (value.op === '&&') return more(value.right, frame, [...when, { test: value.left, holds: true, early: false, at: value.at }]);
      more(value.left, frame, when);
      return more(value.right, frame, when);
    }
    if (value.kind === 'literal') return;
    if (value.kind === 'call' && value.name === 'concat' && value.receiver) {
      more(value.receiver, frame, when);
      for (const { value: arg } of value.args) more(arg, frame, when);
      return;
    }
    if (value.kind === 'call' && value.name === 'filter' && value.receiver) return more(value.receiver, frame, when);
    const got = settled(evaluate(value, frame));
    if (got.is === 'list') {
      for (const item of got.items) visit(item.value, item.frame, when, item.got);
      return;
    }
    if (got.is !== 'value' || got.value.kind !== 'array') {
      const written = got.is === 'value' && got.value !== value ? got : writtenBehind(value, frame);
      if (written) return more(written.value, written.frame, when);
      return lost(value);
    }
    for (const item of got.value.items) {
      if (item.spread) more(item.value, got.frame, when);
      else conditional(item.value, got.frame, when, visit);
    }
    for (const item of got.frame.pushed.get(got.value.at.mark) ?? []) visit(item.value, item.frame, when, item.got);
  }
  /** `on && X`, `on ? X : Y` as an element. */
  function conditional(value: Value, frame: Frame, when: readonly Branch[], visit: Visit): void {
    if (value.kind === 'choice') {
      conditional(value.then, frame, [...when, { test: value.test, holds: true, early: false, at: value.at }], visit);
      conditional(value.else, frame, [...when, { test: value.test, holds: false, early: false, at: value.at }], visit);
    } else if (value.kind === 'logic' && value.op === '&&') conditional(value.right, frame, [...when, { test: value.left, holds: true, early: false, at: value.at }], visit);
    else if (value.kind !== 'literal') visit(value, frame, when);
  }
  /** What a name is bound to, where the evaluation made nothing of it. */
  function writtenBehind(value: Value, frame: Frame): Placed | undefined {
    const binding = bindingOf(value, frame.module);
    const home = binding && names.homeOf(frame, binding.id);
    return binding && home && (binding.value.kind === 'call' || binding.value.kind === 'array' || binding.value.kind === 'choice') ? { value: binding.value, frame: home } : undefined;
  }
}
function nameIn(value: Value, callee: string | undefined): string {
  const text = value.kind === 'call' ? value.callee || value.name : value.kind === 'ref' ? value.text : callee;
  return text === undefined || text === '' ? 'a module that cannot be read' : text.slice(0, 80);
}
