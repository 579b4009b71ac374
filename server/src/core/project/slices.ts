import type { Route } from '../model/api.js';
import { fileOf, type FilePath } from '../text/source.js';
import { mountingFiles } from './join-parts.js';
import { links, type ChainLink, type Endpoint, type JoinedCode, type ProjectModel, type Scope } from './project.js';

/**
 * For each file a hash of all that the model says to rules which look at it: its endpoints with their neighbours, the scopes
 * it makes or registers on, the roles of its functions. Where the hash stays, a new join changed nothing for that file.
 * Places are left out: whoever used one depends on its file. `known` keeps the hashes of pieces that come again in the next join.
 */
export function slicesOf(project: JoinedCode, known: WeakMap<object, number>): ReadonlyMap<FilePath, string> {
  const slices = new Map<FilePath, Hash>();
  const into = (path: FilePath): Hash => {
    const known = slices.get(path);
    if (known) return known;
    const made = new Hash();
    slices.set(path, made);
    return made;
  };
  const once = (value: object): number => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const made = new Hash().data(value).low;
    known.set(value, made);
    return made;
  };

  const own = new Map<Endpoint, number>();
  for (const endpoint of project.endpoints.values()) {
    const hash = endpointHash(endpoint, once);
    own.set(endpoint, hash.low);
    const files = new Set<FilePath>([endpoint.methodAt.path]);
    if (endpoint.handler !== undefined) files.add(fileOf(endpoint.handler));
    for (const link of links(endpoint.chain)) files.add(link.layer.at.path);
    for (const path of mountingFiles(endpoint)) files.add(path);
    if (endpoint.exempt) files.add(endpoint.exempt.at.path);
    for (const path of files) into(path).number(hash.low).number(hash.high);
  }
  for (const groups of [project.byShape, project.byScope]) for (const [key, group] of groups) {
    const hash = new Hash().text(key);
    for (const one of group) hash.number(own.get(one) ?? 0);
    for (const path of new Set(group.map((one) => one.methodAt.path))) into(path).number(hash.low).number(hash.high);
  }
  // `/files` and `/files/{}` are looked at together.
  for (const [key, group] of project.byShape) {
    if (!key.endsWith('/{}')) continue;
    const collection = project.byShape.get(key.slice(0, -3));
    if (!collection) continue;
    const hash = new Hash();
    for (const one of [...collection, ...group]) hash.number(own.get(one) ?? 0);
    for (const path of new Set([...collection, ...group].map((one) => one.methodAt.path))) into(path).number(hash.low).number(hash.high);
  }
  for (const scope of project.scopes.values()) {
    const hash = scopeHash(scope, once);
    for (const path of new Set([scope.at.path, ...scope.order.map((one) => one.at.path)])) into(path).number(hash.low).number(hash.high);
  }
  for (const [fn, role] of project.roles) into(fileOf(fn)).text(fn).number(once(role));
  for (const [fn, values] of project.handed) into(fileOf(fn)).text(fn).data(values);
  const habits = new Hash().data(project.habits.guards.map((one) => one.text)).data(project.habits.roleGuards.map((one) => one.text));
  return new Map([...slices].map(([path, hash]) => [path, `${hash.number(habits.low).number(habits.high).low}.${hash.high}`]));
}

/**
 * For each file a hash of what its comparison with the other side says: code with documents, a document with code. Places are left out,
 * and of the other side only that counts which a rule that finds nothing looks at: whoever finds something depends on its file.
 */
export function driftSlices({ endpoints, drift }: Pick<ProjectModel, 'endpoints' | 'drift'>): ReadonlyMap<FilePath, string> {
  const slices = new Map<FilePath, Hash>();
  const into = (path: FilePath): Hash => {
    const known = slices.get(path) ?? new Hash();
    slices.set(path, known);
    return known;
  };
  for (const [id, { state, operations, place }] of drift.endpoints) {
    const endpoint = endpoints.get(id);
    if (!endpoint) continue;
    const hash = into(endpoint.methodAt.path).text(id).text(state).text(place?.document.path ?? '').text(place?.key ?? '');
    for (const { operation, document } of operations) {
      hash.text(document.path).text(`${operation.method} ${operation.path}`).text(document.version).number(operation.complete ? 1 : 0).number(document.complete ? 1 : 0);
      hash.data(operation.own).data(operation.own ? undefined : document.security).data([...operation.extensions, ...document.extensions].map(([key, value]) => [key, /^x-(public|internal)$/.test(key) ? value : undefined]));
    }
  }
  for (const [operation, { state, endpoints: serving, newer }] of drift.operations) {
    const hash = into(operation.methodAt.path).text(operation.method).text(operation.path).text(state).text(newer?.id ?? '');
    for (const { id, methodAt, authentication, authorization, route } of serving) {
      hash.text(id).text(methodAt.path).text(authentication.state).text(authentication.by?.layer.name ?? '').number(authentication.likely ? 1 : 0).text(authorization.state).number(route.public ? 1 : 0);
    }
  }
  return new Map([...slices].map(([path, hash]) => [path, `${hash.low}.${hash.high}`]));
}

function endpointHash(endpoint: Endpoint, once: (value: object) => number): Hash {
  const hash = new Hash().text(endpoint.id).text(endpoint.path.text).number(endpoint.chainComplete ? 1 : 0);
  for (const branch of endpoint.when) hash.number(once(branch));
  for (const link of links(endpoint.chain)) linkHash(hash, link, once);
  for (const protection of [endpoint.authentication, endpoint.authorization]) {
    hash.text(protection.state).text(protection.because).text(protection.by?.layer.name ?? '');
    for (const late of protection.late) hash.text(late.layer.name);
  }
  routeHash(hash, endpoint.route, once);
  if (endpoint.exempt) hash.text(`exempt ${endpoint.exempt.layer.name}`);
  return hash.text(endpoint.handler ?? '').number(endpoint.conduct ? once(endpoint.conduct) : 0).number(endpoint.mounts.length);
}
function routeHash(hash: Hash, route: Route, once: (value: object) => number): void {
  for (const layer of route.handler ? [...route.layers, route.handler] : route.layers) hash.number(once(layer));
  for (const method of route.methods) hash.text(method.name);
  hash.number(route.path ? once(route.path) : 0).number(route.options ? once(route.options) : 0).number(route.public ? 1 : 0).number(route.unread ? 1 : 0);
}
function linkHash(hash: Hash, link: ChainLink, once: (value: object) => number): void {
  hash.number(once(link.layer)).text(link.from).number(link.sure ? 1 : 0);
  for (const branch of link.when) hash.number(once(branch));
}
function scopeHash(scope: Scope, once: (value: object) => number): Hash {
  const { reaches, layers, order, ...rest } = scope;
  const hash = new Hash().data(rest).data([...reaches].sort());
  for (const link of layers) linkHash(hash, link, once);
  for (const entry of order) {
    hash.text(entry.kind).text(entry.path?.text ?? '').number(entry.layer ? once(entry.layer) : 0);
    for (const branch of entry.when) hash.number(once(branch));
  }
  return hash;
}

/** FNV-1a over 16-bit units, in two lanes of 32 bits. */
class Hash {
  low = 0x811c9dc5;
  high = 0x050c5d1f;

  number(value: number): this {
    this.low = Math.imul(this.low ^ (value & 0xffff), 0x01000193) ^ (value >>> 16);
    this.high = Math.imul(this.high ^ value, 0x01000193);
    return this;
  }
  text(value: string): this {
    this.number(value.length);
    for (let i = 0; i < value.length; i++) this.number(value.charCodeAt(i));
    return this;
  }
  /** Plain data; of a place only the file counts. */
  data(value: unknown): this {
    if (typeof value === 'string') return this.number(1).text(value);
    if (typeof value === 'number') return this.number(2).text(String(value));
    if (typeof value !== 'object' || value === null) return this.number(3).text(String(value));
    if (value instanceof Map) return this.number(4).data([...value]);
    if (value instanceof Set) return this.number(5).data([...value]);
    if (Array.isArray(value)) {
      this.number(6).number(value.length);
      for (const item of value) this.data(item);
      return this;
    }
    if ('mark' in value && 'path' in value) return this.number(7).text(String(value.path));
    this.number(8);
    for (const key of Object.keys(value)) this.text(key).data(Reflect.get(value, key));
    return this;
  }
}
