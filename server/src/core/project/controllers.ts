import type { Decorated } from '../frameworks/adapter.js';
import type { HttpMethod, Methods } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Abstract, Attached, Frame, Kept, Placed, Standing } from './abstract.js';
import { packageCallee } from './outside.js';
import { classMade } from './class-made.js';
import type { Decorators, Mark } from './decorators.js';
import { elementsOf } from './lists.js';
import type { Class, Machine } from './machine.js';
import { pathPieces, type PathReads } from './path-values.js';
import type { PathPiece } from './paths.js';

/** One decorated method under one path of its controller. */
export interface ControllerRoute {
  readonly fn: FunctionView;
  /** The frame of the class that declares it, which may be one above. */
  readonly frame: Frame;
  readonly methods: Methods;
  readonly controllerPath: PathPiece;
  /** The path as it is written; `piece` is one of those it stands for. */
  readonly path: Value;
  readonly piece: PathPiece;
  /** What is said of versions, nearest first. */
  readonly version: Placed | undefined;
  readonly attached: Attached;
}
export interface Controllers {
  /** The routes of a controller and of the classes above it. */
  routesOf(cls: Class): readonly ControllerRoute[];
  /** The decorator that makes the class, or one above, a controller. */
  markOf(cls: Class): Mark | undefined;
}
const MOST_ROUTES = 500;
const DEEPEST_CLASS = 8;

/** Reads classes whose decorated methods are routes. */
export function createControllers({ names, applied }: Pick<Machine, 'names' | 'applied'>, words: Decorated, decorators: Decorators, reads: PathReads): Controllers {
  const { evaluate, settled } = names;
  const known = new Map<string, readonly ControllerRoute[]>();
  return { routesOf, markOf };

  /** The class and those above it, nearest first. */
  function lineOf(cls: Class): readonly Class[] {
    const line: Class[] = [cls];
    for (let at = cls; line.length < DEEPEST_CLASS; ) {
      const base: Class | undefined = at.view.extends && classMade(at.view.extends, at.frame, reads.evaluate, applied);
      if (!base || line.some(({ view }) => view === base.view)) break;
      line.push(base);
      at = base;
    }
    return line;
  }
  function marksIn(line: readonly Class[]): readonly (readonly Mark[])[] {
    return line.map(({ view, frame }) => decorators.of(view.decorators, frame));
  }
  function markOf(cls: Class): Mark | undefined {
    return marksIn(lineOf(cls)).flat().find(({ callee }) => callee === words.controller);
  }

  function routesOf(cls: Class): readonly ControllerRoute[] {
    const key = `${cls.view.id} ${cls.frame.trail}`;
    const before = known.get(key);
    if (before) return before;
    const made = readRoutes(cls);
    known.set(key, made);
    return made;
  }
  function readRoutes(cls: Class): readonly ControllerRoute[] {
    const line = lineOf(cls);
    const marks = marksIn(line);
    const controller = marks.flat().find(({ callee }) => callee === words.controller);
    const told = controller && optionsOf(controller);
    const controllerPaths = told?.path ? pathPieces(reads, told.path.value, told.path.frame) : [controller && controller.args.length > 0 && !told ? undefined : ''];
    // What stands on a class above comes first; metadata of the nearest counts.
    const ofClass = [...marks].reverse().flat();
    const out: ControllerRoute[] = [];
    const seen = new Set<string>();
    for (const owner of line)
      for (const id of owner.view.methods) {
        const fn = owner.frame.module.functions.get(id);
        if (!fn || fn.static === true || fn.accessor !== undefined) continue;
        const name = fn.name.slice(fn.name.lastIndexOf('.') + 1);
        if (seen.has(name)) continue;
        seen.add(name);
        const own = decorators.of(fn.decorators, owner.frame);
        const verb = own.find(({ callee }) => words.methods.has(callee) || callee === words.mapping);
        if (!verb) continue;
        const { methods, path } = verb.callee === words.mapping ? mapped(verb) : { methods: [{ name: words.methods.get(verb.callee) ?? ('unknown' as const), at: verb.at }], path: verb.args[0] && { value: verb.args[0], frame: verb.frame } };
        const version = lastOf(own, words.version) ?? lastOf(marks.flat(), words.version) ?? told?.version;
        const attached = attachedOf(ofClass, own);
        const written: Value = path?.value ?? { kind: 'literal', value: '', at: verb.at };
        const pieces = path ? pathPieces(reads, path.value, path.frame) : [''];
        for (const controllerPath of controllerPaths) for (const piece of pieces.length === 0 ? [''] : pieces) {
          if (out.length < MOST_ROUTES) out.push({ fn, frame: owner.frame, methods, controllerPath, path: written, piece, version, attached });
        }
      }
    return out;
  }
  /** `@Controller('path')`, `@Controller(['a', 'b'])`, `@Controller({ path, version })`; undefined where the argument cannot be read. */
  function optionsOf({ args, frame }: Mark): { readonly path: Placed | undefined; readonly version: Placed | undefined } | undefined {
    const [first] = args;
    if (!first) return undefined;
    const got = settled(evaluate(first, frame));
    if (got.is !== 'value' || got.value.kind !== 'object') return { path: { value: first, frame }, version: undefined };
    const of = got;
    const entry = (key: string): Placed | undefined => {
      const found = of.value.kind === 'object' ? of.value.entries.findLast((one) => one.key === key) : undefined;
      return found && { value: found.value, frame: of.frame };
    };
    return { path: entry('path') ?? { value: { kind: 'literal', value: '', at: first.at }, frame }, version: entry('version') };
  }
  /** `@RequestMapping({ path: 'x', method: RequestMethod.PUT })` */
  function mapped({ args, frame, at }: Mark): { readonly methods: Methods; readonly path: Placed | undefined } {
    const got = args[0] && settled(evaluate(args[0], frame));
    const object = got?.is === 'value' && got.value.kind === 'object' ? got : undefined;
    const entry = (key: string): Value | undefined => (object?.value.kind === 'object' ? object.value.entries.findLast((one) => one.key === key)?.value : undefined);
    const method = entry('method');
    const path = entry('path');
    const name: HttpMethod | 'all' | 'unknown' = method && object ? methodIn(method, object.frame) : args[0] && !object ? 'unknown' : 'GET';
    return { methods: [{ name, at }], path: path && object ? { value: path, frame: object.frame } : undefined };
  }
  function methodIn(value: Value, frame: Frame): HttpMethod | 'all' | 'unknown' {
    return methodNamed(words, settled(evaluate(value, frame)));
  }
  function lastOf(marks: readonly Mark[], callee: string): Placed | undefined {
    const mark = marks.find((one) => one.callee === callee);
    const value = mark?.args[0];
    return mark && value ? { value, frame: mark.frame } : undefined;
  }

  function attachedOf(ofClass: readonly Mark[], own: readonly Mark[]): Attached {
    return { guards: [...ofClass.flatMap(guardsIn), ...own.flatMap(guardsIn)], metadata: [...own.flatMap((mark) => keptIn(mark, 'method')), ...[...ofClass].reverse().flatMap((mark) => keptIn(mark, 'class'))] };
  }
  function guardsIn(mark: Mark): readonly Standing[] {
    const common = { global: false, when: [], unsure: mark.unsure };
    if (mark.callee !== words.guards) return mark.unread || !words.isPlain(mark.callee) ? [{ ...common, value: mark.value, frame: mark.frame, decorator: mark.callee }] : [];
    return mark.args.flatMap((value) => {
      const items = elementsOf(settled(evaluate(value, mark.frame)), evaluate);
      return items ? items.map((item) => ({ ...common, value: item.value, frame: item.frame })) : [{ ...common, value, frame: mark.frame }];
    });
  }
  function keptIn(mark: Mark, on: Kept['on']): readonly Kept[] {
    if (mark.metadata) return [{ on, key: mark.metadata.key, value: mark.metadata.value ?? { kind: 'literal', value: undefined, at: mark.at }, frame: mark.frame, unsure: mark.unsure }];
    return mark.unread ? [{ on, key: undefined, value: { kind: 'unknown', why: mark.callee, at: mark.at }, frame: mark.frame, unsure: true }] : [];
  }
}

/** The method a member of the enumeration stands for. */
export function methodNamed(words: Decorated, got: Abstract): HttpMethod | 'all' | 'unknown' {
  const callee = packageCallee(got) ?? '';
  if (!callee.startsWith(`${words.enumeration}.`)) return 'unknown';
  const name = callee.slice(words.enumeration.length + 1);
  return name === 'ALL' ? 'all' : name;
}
/** The call a decorator is written as. */
export function callOf(mark: Mark): Call | undefined {
  return mark.value.kind === 'call' ? mark.value : undefined;
}
