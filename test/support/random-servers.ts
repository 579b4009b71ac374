import fc from 'fast-check';

/** What a program registers on an application or router, one after the other. */
export type Statement =
  | { readonly do: 'guard' | 'pass'; readonly path: string }
  | { readonly do: 'route'; readonly method: 'get' | 'put' | 'all'; readonly guard: 'none' | 'before' | 'after'; readonly parameter: boolean }
  /** `late` is registered on the router after it was mounted. */
  | { readonly do: 'mount'; readonly path: string; readonly guard: boolean; readonly body: readonly Statement[]; readonly late: readonly Statement[] };

const PATHS = ['', '/a', '/b', '/a/b', '/ab'];
const route: fc.Arbitrary<Statement> = fc.record({
  do: fc.constant('route' as const),
  method: fc.constantFrom('get' as const, 'get' as const, 'put' as const, 'all' as const),
  guard: fc.constantFrom('none' as const, 'none' as const, 'before' as const, 'after' as const),
  parameter: fc.boolean(),
});
const layer: fc.Arbitrary<Statement> = fc.record({ do: fc.constantFrom('guard' as const, 'pass' as const), path: fc.constantFrom(...PATHS) });
function statements(depth: number): fc.Arbitrary<readonly Statement[]> {
  if (depth === 0) return fc.array(fc.oneof({ weight: 3, arbitrary: route }, { weight: 1, arbitrary: layer }), { maxLength: 3 });
  const inner = statements(depth - 1);
  const mount: fc.Arbitrary<Statement> = fc.record({ do: fc.constant('mount' as const), path: fc.constantFrom(...PATHS), guard: fc.boolean(), body: inner, late: fc.oneof(fc.constant([]), inner) });
  return fc.array(fc.oneof({ weight: 3, arbitrary: route }, { weight: 1, arbitrary: layer }, { weight: 2, arbitrary: mount }), { maxLength: 4 });
}
/** Programs of routers in routers. */
export const programs = statements(2);

/** How a framework spells what is registered; `on` and `router` are names of variables. */
export interface Spelling {
  readonly layer: (on: string, guard: 'guard' | 'pass', path: string) => string;
  readonly route: (on: string, method: string, path: string, guard: 'none' | 'before' | 'after') => string;
  readonly router: (router: string, on: string) => string;
  readonly mount: (on: string, path: string, router: string, guard: boolean) => string;
  /** Everything of a router stands between its beginning and its mount. */
  readonly encloses?: true;
}
/** The program in a spelling, registered on `app`, and each path a route of it would have without what the framework drops. */
export function written(program: readonly Statement[], spelling: Spelling): { readonly code: string; readonly paths: readonly string[] } {
  const lines: string[] = [];
  const paths: string[] = [];
  let count = 0;
  const write = (all: readonly Statement[], on: string, prefix: string): void => {
    for (const one of all) {
      if (one.do === 'route') {
        const path = `/r${String(count++)}`;
        lines.push(spelling.route(on, one.method, one.parameter ? `${path}/:id` : path, one.guard));
        paths.push(`${prefix}${path}${one.parameter ? '/1' : ''}`);
      } else if (one.do === 'mount') {
        const router = `router${String(count++)}`;
        lines.push(spelling.router(router, on));
        write(one.body, router, prefix + one.path);
        const mount = spelling.mount(on, one.path, router, one.guard);
        if (spelling.encloses !== true) lines.push(mount);
        write(one.late, router, prefix + one.path);
        if (spelling.encloses === true) lines.push(mount);
      } else lines.push(spelling.layer(on, one.do, one.path));
    }
  };
  write(program, 'app', '');
  return { code: lines.join('\n'), paths };
}
