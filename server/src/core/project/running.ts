import type { FunctionView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import { remembered, type Looks } from './looks.js';
import { links, type Endpoint, type ProjectModel, type Scope } from './project.js';

/** Where a function is run for requests: the endpoints it has a part in, and where it is mounted. */
export interface Running {
  readonly endpoints: readonly Endpoint[];
  readonly mounts: readonly Scope['order'][number][];
}
interface Bodies {
  readonly project: ProjectModel;
  body(fn: FunctionId): FunctionView | undefined;
  readonly looks: Looks | undefined;
  /** The function a called value leads to. */
  follow(target: Value): FunctionId | undefined;
}
const DEEPEST = 3;
const MOST_ENDPOINTS = 1_000;

/** Answers which endpoints run a function: as their handler, as a layer, or because one of these calls it. What a body calls is read once. */
export function createRunning({ project, body, looks, follow }: Bodies): (fn: FunctionId) => Running {
  const calledBy = remembered(looks, (fn: FunctionId): ReadonlySet<FunctionId> => {
    const found = new Set<FunctionId>();
    for (const step of body(fn)?.steps ?? []) {
      if (step.do !== 'call') continue;
      const target = follow(step.call.target);
      if (target !== undefined) found.add(target);
      for (const { value } of step.call.args) if (value.kind === 'function') found.add(value.fn);
    }
    return found;
  });
  const reaches = (from: FunctionId, wanted: FunctionId, depth: number): boolean => {
    if (from === wanted) return true;
    if (depth >= DEEPEST) return false;
    for (const next of calledBy(from)) if (reaches(next, wanted, depth + 1)) return true;
    return false;
  };
  return (fn) => {
    const parts = (endpoint: Endpoint): readonly FunctionId[] =>
      [...(endpoint.handler === undefined ? [] : [endpoint.handler]), ...wrappedIn(endpoint.route.handler?.value), ...links(endpoint.chain).flatMap(({ layer }) => [...(layer.fn === undefined ? [] : [layer.fn]), ...wrappedIn(layer.value)])];
    const endpoints = [...project.endpoints.values()].slice(0, MOST_ENDPOINTS).filter((endpoint) => parts(endpoint).some((part) => reaches(part, fn, 0)));
    const mounts = [...project.scopes.values()].flatMap((scope) => scope.order.filter((entry) => entry.kind === 'layer' && entry.layer?.fn === fn));
    return { endpoints, mounts };
  };
}
/** What a call is handed that makes a handler or a layer: `caught(async (req, res) => ...)`. It runs in what the call gives back. */
function wrappedIn(value: Value | undefined, depth = 0): readonly FunctionId[] {
  if (value?.kind !== 'call' || depth > 3) return [];
  return value.args.flatMap(({ value: given }) => (given.kind === 'function' ? [given.fn] : wrappedIn(given, depth + 1)));
}
