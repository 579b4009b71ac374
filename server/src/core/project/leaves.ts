import { branchOf, type Branch, type FunctionView, type Step } from '../model/module.js';
import type { Call, Entry, Ref, Value } from '../model/value.js';
import type { Leaf } from '../rules/rule.js';

const MOST_LEAVES = 500;
const DEEPEST = 16;
const MOST_FRAMES = 4;
const MOST_WRITES = 8;
/** A function of the project by such a name is looked into. */
const RENDERS = /(^|\.)(escape|render)\w*$/;
/** Calls whose result carries what they are given. */
const CARRIES = /(^|\.)(stringify|parse|String|inspect|format|toString|serializeError|assign|entries|values|fromEntries|from|concat|join|resolve|toJSON|toObject|freeze|getOwnPropertyNames|keys|encode|escape\w*|render\w*|art)$/;
/** Classes and functions that put an answer into the house's envelope: `new ApiResponse(200, user)`, `ApiResponse.success(user)`, `successResponse(user)`. */
const WRAPS = new RegExp(
  '(^|\\.)((Api|Success|Base|Standard|Common|Custom|Data|Json|Generic|Server|App)(Response|Result)(\\.(success|ok|created|of|from|json|build|create|send))?'
  + '|(success|ok|api|format|build|create|make|wrap)_?Response|response(Ok|Success)|successResult)$', 'i',
);
/** Those that write a table. */
const TABLES = /(^|\.)(unparse|json2csv|toCSV|toCsv|csvFormat)$/;
const CARRIES_RECEIVER = /^(toString|toJSON|toObject|concat|join)$/;

/** A function a payload comes out of: what it gives back, or, handed the response itself, what it answers with. */
export interface Entered {
  readonly fn: FunctionView;
  readonly values: readonly { readonly value: Value; readonly when: readonly Branch[]; readonly key?: string; readonly step?: Step }[];
  /** Only what its caller gave it counts: the rest is the function's own answer. */
  readonly quiet: boolean;
  /** Parameters whose arguments do not count. */
  readonly ignored: ReadonlySet<number>;
}
/** What a payload is searched with. */
export interface Search {
  /** The value of a const local one step back. */
  follow(value: Value): Value | undefined;
  enter?(call: Call): Entered | undefined;
}

/** A function that was entered, and where from. */
interface Frame extends Entered {
  readonly call: Call;
  /** The step the value stands in. */
  readonly step: Step | undefined;
  readonly outer: Frame | undefined;
}
/** Where a value stands on its way into the payload. */
interface Place {
  readonly when: readonly Branch[];
  readonly key: string | undefined;
  readonly through: readonly string[];
  readonly entry: Entry | undefined;
  readonly via: Value | undefined;
  readonly entered: readonly FunctionView[];
  readonly frame: Frame | undefined;
  /** A name was followed already. */
  readonly followed: boolean;
  /** It was assigned to the name that is read: what that held before is known. */
  readonly settled: boolean;
}
/** A value given to a local, or to a member of it, after its declaration: `out.stack = err.stack`. */
interface Write {
  readonly key: string | undefined;
  readonly value: Value;
  readonly when: readonly Branch[];
}

/** The leaves of a payload; `steps` is what the function around does to its locals. */
export function leavesOf(value: Value, { follow, enter }: Search, steps: readonly Step[] = []): Iterable<Leaf> {
  const found: Leaf[] = [];
  const push = (at: Value, { when, key, through, entry, via, entered, frame }: Place, followed = false): void => {
    if (frame?.quiet !== true) found.push({ value: at, when, key, through, entry, via, entered, ...(followed ? { followed } : {}) });
  };
  const visit = (at: Value, place: Place, depth: number): void => {
    if (found.length >= MOST_LEAVES || depth > DEEPEST) return;
    const under = (test: Value, holds: boolean): Place => ({ ...place, when: [...place.when, branchOf(test, holds)] });
    switch (at.kind) {
      case 'object':
        for (const one of at.entries) visitEntry(one, place, depth);
        return;
      case 'array': for (const item of at.items) visit(item.value, place, depth + 1); return;
      case 'template': for (const part of at.parts) if (typeof part !== 'string') visit(part, { ...place, through: [...place.through, 'template'] }, depth + 1); return;
      case 'choice':
        visit(at.then, under(at.test, true), depth + 1);
        visit(at.else, under(at.test, false), depth + 1);
        return;
      case 'logic':
        if (at.op === '&&') visit(at.right, under(at.left, true), depth + 1);
        else {
          visit(at.left, place, depth + 1);
          visit(at.right, place, depth + 1);
        }
        return;
      case 'call': visitCall(at, place, depth); return;
      case 'ref': visitRef(at, place, depth); return;
      default: push(at, place);
    }
  };
  const visitCall = (at: Call, place: Place, depth: number): void => {
    const name = at.callee || at.name;
    const isCarried = carries(name);
    const entered = (isCarried && !RENDERS.test(name)) || framesOf(place.frame).length >= MOST_FRAMES ? undefined : enter?.(at);
    push(at, place, entered !== undefined);
    if (isCarried && !entered) {
      for (const item of at.args) visit(item.value, { ...place, through: [...place.through, name] }, depth + 1);
      if (at.receiver && CARRIES_RECEIVER.test(at.name)) visit(at.receiver, { ...place, through: [...place.through, at.name] }, depth + 1);
      return;
    }
    if (!entered || framesOf(place.frame).some(({ fn }) => fn.id === entered.fn.id)) return;
    const inside = { via: place.via ?? at, entered: [...place.entered, entered.fn], followed: false, settled: false };
    for (const one of entered.values) {
      const frame: Frame = { ...entered, call: at, outer: place.frame, step: one.step };
      visit(one.value, { ...place, ...inside, when: [...place.when, ...one.when], key: one.key ?? place.key, frame }, depth + 1);
    }
  };
  const visitRef = (written: Ref, given: Place, depth: number): void => {
    const place = asWritten(written, given, depth);
    if (place) visitRead(written, place, depth);
  };
  /** Where a parameter or a caught error still is what it was, as far as it was assigned before; what was assigned is looked at. */
  const asWritten = (at: Ref, place: Place, depth: number): Place | undefined => {
    if (place.settled || (at.root.kind !== 'parameter' && at.root.kind !== 'caught')) return place;
    const { root } = at;
    const frame = root.kind === 'parameter' ? framesOf(place.frame).find(({ fn }) => fn.id === root.fn) : undefined;
    const body = frame?.fn.steps ?? steps;
    const reader = frame ? frame.step : body.find((step) => stands(value, step));
    const until = reader ? body.indexOf(reader) : body.length;
    const all = body.slice(0, until).flatMap((step) => {
      const isWritten = step.do === 'assign' && step.target.path.length === 0 && isSameRoot(step.target.root, root) && isAlongside(step, reader);
      return isWritten ? [{ key: undefined, value: step.value, when: step.when }] : [];
    });
    const writes = all.slice(-MOST_WRITES);
    if (writes.length === 0) return place;
    const here = reader?.when ?? [];
    writes.forEach((write, index) => {
      const left = remains(undefined, [...write.when, ...here], writes.slice(index + 1));
      if (!left || write.value.kind === 'literal') return;
      const inner: Place = { ...place, settled: true, when: [...place.when, ...write.when.filter((one) => !here.includes(one)), ...left] };
      for (const one of memberOf(write.value, at, follow)) visitRead(one, inner, depth + 1);
    });
    const left = remains(undefined, here, writes);
    return left && { ...place, when: [...place.when, ...left] };
  };
  const visitRead = (at: Value, place: Place, depth: number): void => {
    if (at.kind !== 'ref') {
      visit(at, place, depth);
      return;
    }
    const { root } = at;
    const frame = root.kind === 'parameter' ? framesOf(place.frame).find(({ fn }) => fn.id === root.fn) : undefined;
    if (root.kind === 'parameter' && frame) {
      ofCaller(at, root.index, frame, place, depth);
      return;
    }
    push(at, place);
    if (!place.followed) visitName(at, { ...place, via: place.via ?? at, followed: true }, depth);
  };
  /** A parameter of a function that was entered: what its caller gave it. */
  const ofCaller = (at: Ref, index: number, frame: Frame, place: Place, depth: number): void => {
    if (frame.ignored.has(index)) return;
    const item = frame.call.args[index];
    if (item?.spread === true) return;
    const outer: Place = { ...place, frame: frame.outer, followed: false, settled: false };
    const arg = item?.value;
    if (!arg) {
      const initial = frame.fn.parameters[index]?.initial;
      if (initial && at.path.length === 0) visit(initial, { ...place, followed: true }, depth + 1);
      return;
    }
    // In the file of the sink the argument is the smallest token that tells.
    const via = frame.outer ? place.via : arg;
    if (at.path.length === 0) visit(arg, outer, depth + 1);
    else visit(joined(arg, at, follow), { ...outer, via, followed: true }, depth + 1);
  };
  const visitEntry = (one: Entry, place: Place, depth: number): void => {
    const isGuarded = one.form === 'spread' && one.value.kind === 'logic' && one.value.op === '&&';
    const inner: Place = { ...place, key: one.key ?? place.key, entry: one };
    if (isGuarded && one.value.kind === 'logic') visit(one.value.right, { ...inner, when: [...place.when, branchOf(one.value.left, true)] }, depth + 1);
    else visit(one.value, inner, depth + 1);
  };
  /** What a local holds: its value, as far as later writes leave it, and what they add. */
  const visitName = (at: Ref, place: Place, depth: number): void => {
    const writes = at.root.kind === 'local' && at.path.length === 0 ? writesTo(at.root.binding, place.frame?.fn.steps ?? steps) : [];
    const next = follow(at);
    if (next && next !== at && next.kind !== 'function' && next.kind !== 'literal') {
      if (next.kind !== 'object') visit(next, place, depth + 1);
      else
        for (const one of next.entries) {
          const left = remains(one.key, [], writes);
          if (left) visitEntry(one, { ...place, when: [...place.when, ...left] }, depth + 1);
        }
    }
    writes.forEach((write, index) => {
      const left = write.value.kind === 'literal' || write.value === next ? undefined : remains(write.key, write.when, writes.slice(index + 1));
      if (left) visit(write.value, { ...place, key: write.key ?? place.key, when: [...place.when, ...write.when, ...left] }, depth + 1);
    });
  };
  visit(value, { when: [], key: undefined, through: [], entry: undefined, via: undefined, entered: [], frame: undefined, followed: false, settled: false }, 0);
  return found;
}

/** The value is what the step answers, gives back or assigns. */
function stands(value: Value, step: Step): boolean {
  if (step.do !== 'call') return step.value === value;
  return step.call === value || step.call.args.some((item) => item.value === value);
}
function isSameRoot(a: Ref['root'], b: Ref['root']): boolean {
  return a.kind === 'parameter' ? b.kind === 'parameter' && a.fn === b.fn && a.index === b.index : a.kind === 'caught' && b.kind === 'caught' && a.how === b.how;
}
/** The step stands in no part of a `try` that the reader stands outside of. */
function isAlongside(step: Step, reader: Step | undefined): boolean {
  return (step.tries ?? []).every(({ of, zone }, index) => reader?.tries?.[index]?.of === of && reader.tries[index]?.zone === zone);
}
/** What a member of a value that was assigned is made of: for the text of an error that is made anew, what it is given. */
function memberOf(value: Value, ref: Ref, follow: (value: Value) => Value | undefined): readonly Value[] {
  if (ref.path.length === 0) return [value];
  if (value.kind === 'call' && value.form === 'new') return ref.path[0] === 'message' ? value.args.map((item) => item.value) : [];
  return [joined(value, ref, follow)];
}

function carries(name: string): boolean {
  return CARRIES.test(name) || TABLES.test(name) || WRAPS.test(name);
}
/** The functions entered on the way, innermost first. */
function framesOf(frame: Frame | undefined): readonly Frame[] {
  const all: Frame[] = [];
  for (let at = frame; at; at = at.outer) all.push(at);
  return all;
}
/** A member of what a caller gave: `err.stack` of `err`, where it stands in the function. */
function joined(arg: Value, ref: Ref, follow: (value: Value) => Value | undefined): Value {
  let from = arg;
  for (let hops = 0; hops < 4 && from.kind === 'ref' && from.root.kind === 'local' && from.path.length === 0; hops++) from = follow(from) ?? { kind: 'unknown', why: 'a local', at: from.at };
  if (from.kind === 'ref' && from.root.kind !== 'local' && from.root.kind !== 'import') return { ...ref, root: from.root, path: [...from.path, ...ref.path] };
  const entry = from.kind === 'object' && ref.path.length === 1 ? from.entries.findLast((one) => one.key !== undefined && one.key === ref.path[0]) : undefined;
  return entry ? entry.value : { ...ref, root: { kind: 'value', of: arg } };
}
function writesTo(binding: number, steps: readonly Step[]): readonly Write[] {
  return steps.flatMap((step) => {
    if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== binding || step.target.path.length > 1) return [];
    return [{ key: step.target.path[0], value: step.value, when: step.when }];
  });
}
/** The branches under which a value is still there after later writes to its key; undefined: none. */
function remains(key: string | undefined, when: readonly Branch[], later: readonly Write[]): readonly Branch[] | undefined {
  const left: Branch[] = [];
  for (const write of later) {
    if (write.key !== key) continue;
    const last = write.when.findLast((one) => !when.includes(one));
    if (!last) return undefined;
    left.push({ ...last, holds: !last.holds });
  }
  return left;
}
