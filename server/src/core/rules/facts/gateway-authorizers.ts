import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import type { ConfigRisk } from './config-risk.js';
import { adminPath, publicPath } from './paths.js';

/** One route of a gateway, as its configuration tells it. */
interface Declared {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** `said`: it names who may call, or that everybody may. */
  readonly asks: 'authorizer' | 'said' | 'nothing';
  readonly at: At;
}
const MUTATING = /^(post|put|patch|delete)$/i;

/** Writing and administrative routes that ask nobody, in a file where most others have an authorizer. */
export function* unasked(file: Settings): Iterable<ConfigRisk> {
  const routes = file.kind === 'serverless' ? ofServerless(file.root) : ofTemplate(file.root);
  const guarded = routes.filter(({ asks }) => asks === 'authorizer');
  const open = routes.filter(({ asks, method, path }) => asks === 'nothing' && (MUTATING.test(method) || (adminPath(path) && !/^(options|head)$/i.test(method))) && !publicPath(path));
  if (guarded.length < open.length) return;
  for (const { name, method, path, at } of open)
    yield {
      at, subject: `${name} unasked ${method} ${path}`, severity: 'warning', message: `${method.toUpperCase()} ${path} asks nobody who he is, unlike ${guarded.length} of ${routes.length} routes here. Give '${name}' an authorizer.`,
      repair: { refused: 'Who may call it, only its author knows.' },
    };
}
function ofServerless(root: Value): readonly Declared[] {
  return entriesOf(valueOf(root, 'functions')).flatMap(({ key: name, value: fn }) =>
    (asArray(valueOf(fn, 'events'))?.items ?? []).flatMap(({ value: event }) => {
      const value = valueOf(event, 'http') ?? valueOf(event, 'httpApi');
      const [, short, rest] = /^(\S+)\s{1,5}(\S+)$/.exec(asText(value) ?? '') ?? [];
      const path = rest ?? asText(valueOf(value, 'path'));
      const method = short ?? asText(valueOf(value, 'method'));
      if (!value || path === undefined || method === undefined || (value.kind === 'object' && value.open)) return [];
      const authorizer = valueOf(value, 'authorizer');
      const isNone = authorizer && /^none$/i.test(asText(authorizer) ?? '');
      const asks: Declared['asks'] = isNone ? 'said' : authorizer || isTrue(valueOf(value, 'private')) ? 'authorizer' : valueOf(value, 'private') ? 'said' : 'nothing';
      return [{ name, method, path: path.startsWith('/') ? path : `/${path}`, asks, at: (valueOf(value, 'path') ?? value).at }];
    }),
  );
}
function ofTemplate(root: Value): readonly Declared[] {
  const resources = entriesOf(valueOf(root, 'Resources'));
  const apis = [valueAt(root, 'Globals', 'Api', 'Auth'), valueAt(root, 'Globals', 'HttpApi', 'Auth'), ...resources.map(({ value }) => valueAt(value, 'Properties', 'Auth'))];
  // A default, or a key for all routes, holds where nothing is said.
  if (apis.some((auth) => valueOf(auth, 'DefaultAuthorizer') ?? valueOf(auth, 'ApiKeyRequired') ?? valueOf(auth, 'ResourcePolicy'))) return [];
  return resources.flatMap(({ key: name, value: resource }) =>
    entriesOf(valueAt(resource, 'Properties', 'Events')).flatMap(({ value: event }) => {
      const properties = valueOf(event, 'Properties');
      const [path, method] = [asText(valueOf(properties, 'Path')), asText(valueOf(properties, 'Method'))];
      const at = valueOf(properties, 'Path')?.at;
      if (!at || path === undefined || method === undefined || !/^(Http)?Api$/.test(asText(valueOf(event, 'Type')) ?? '')) return [];
      const auth = valueOf(properties, 'Auth');
      const authorizer = valueOf(auth, 'Authorizer');
      const asks: Declared['asks'] = authorizer && !/^none$/i.test(asText(authorizer) ?? '') ? 'authorizer' : auth ? 'said' : 'nothing';
      return [{ name, method, path, asks, at }];
    }),
  );
}
