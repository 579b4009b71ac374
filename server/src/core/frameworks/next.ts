import type { Place, Role } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { FrameworkAdapter, PlacedFile } from './adapter.js';

const NEVER = /(?!)/;
const ROUTE = /^route\.(tsx?|jsx?|mjs|mts)$/;
const CHECK = /^(middleware|proxy)\.(tsx?|jsx?|mjs|mts)$/;
const SETTINGS = /^next\.config\.(js|mjs|cjs|ts|mts)$/;
const PAGE = /\.(tsx?|jsx?)$/;

/** Next.js 13 to 16, by its documented conventions: files below `app` and `pages/api` are routes, `middleware` or `proxy` stands before all of them. */
const next: FrameworkAdapter = {
  id: 'next',
  packages: ['next', 'next/server', 'next/headers', 'next/navigation'],
  verbs: new Set(),
  placed,
  calledByPages: 'use server',
  creates: () => undefined,
  events: () => [],
  returns: () => undefined,
  role,
  plain: new Set(),
  marks: { name: NEVER, type: NEVER, verbs: new Set() },
  order: { fallThrough: false, caseSensitive: true, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
};
export default next;

/** A route of `app` is given the request, one of `pages/api` an answer beside it; behind a wrapper the first may be anything. */
function role(_: Place, fn: FunctionView): Role {
  const parameters = fn.parameters.map(({ name, type }, index): Role['parameters'][number] => {
    if (index === 0) return /Request\b/.test(type ?? '') || (name !== undefined && !/^_?(ctx|context|props|params|args|data|input|options|session|user)$/i.test(name)) ? 'request' : 'other';
    return index === 1 && (/ApiResponse\b/.test(type ?? '') || /^_?(res|resp|response|reply)$/.test(name ?? '')) ? 'response' : 'other';
  });
  return { framework: 'next', as: 'handler', parameters, returnSends: false, sure: true };
}

function placed(path: string): readonly PlacedFile[] {
  const folders = path.split('/');
  const file = folders.pop() ?? '';
  if (CHECK.test(file)) return [{ root: rootOf(folders), as: 'check', paths: [] }];
  if (SETTINGS.test(file)) return [{ root: folders.join('/'), as: 'settings', paths: [] }];
  const found: PlacedFile[] = [];
  for (const [index, folder] of folders.entries()) {
    const root = rootOf(folders.slice(0, index));
    if (folder === 'app' && ROUTE.test(file)) {
      const paths = inApp(folders.slice(index + 1));
      if (paths) found.push({ root, as: 'methods', paths });
    }
    if (folder === 'pages' && PAGE.test(file) && !/\.(d|test|spec)\.[jt]sx?$/.test(file)) {
      const below = [...folders.slice(index + 1), file.replace(PAGE, '')];
      if (below[0] === 'api') found.push({ root, as: 'handler', paths: pathsOf(below.at(-1) === 'index' ? below.slice(0, -1) : below) });
    }
  }
  return found;
}
function rootOf(folders: readonly string[]): string {
  return (folders.at(-1) === 'src' ? folders.slice(0, -1) : folders).join('/');
}
/** Groups and slots are no part of the path, `_folders` are private, `(.)x` and its kin intercept x. */
function inApp(folders: readonly string[]): readonly string[] | undefined {
  const segments: string[] = [];
  for (const folder of folders) {
    if (folder.startsWith('_')) return undefined;
    const intercepted = /^((?:\(\.{1,3}\))+)(.*)$/.exec(folder);
    if (intercepted) {
      const [, marks = '', name = ''] = intercepted;
      if (marks.includes('(...)')) segments.length = 0;
      else segments.length = Math.max(0, segments.length - (marks.match(/\(\.\.\)/g)?.length ?? 0));
      segments.push(name);
    } else if (!folder.startsWith('@') && !/^\(.*\)$/.test(folder)) segments.push(folder.replace(/^%5F/i, '_'));
  }
  return pathsOf(segments);
}
/** `[id]`, `[...rest]`, and `[[...rest]]`, which is there or not. */
function pathsOf(segments: readonly string[]): readonly string[] {
  const optional = segments.findIndex((one) => /^\[\[\.\.\.[^\]]*\]\]$/.test(one));
  const shown = segments.map((one) => {
    const parameter = /^\[{1,2}(\.{3})?([^\]]*)\]{1,2}$/.exec(one);
    return parameter ? `${parameter[1] === undefined ? ':' : '*'}${(parameter[2] ?? '').replace(/\W/g, '_')}` : one;
  });
  const whole = `/${shown.join('/')}`;
  return optional < 0 ? [whole] : [`/${shown.slice(0, optional).join('/')}`, whole];
}
