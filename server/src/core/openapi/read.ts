import type { Entry, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import type { Frame, OpenApiDocument, Remark } from './document.js';
import { readOperations } from './operations.js';
import { follow } from './references.js';
import { misshapen } from './shape.js';
import { asArray, asScalar, asText, entriesOf, entryOf, extensionsOf, valueAt, valueOf } from './values.js';

/** What a settings file is as an OpenAPI document: the document, or why it is one that cannot be read, or neither. */
export interface ReadOpenApi {
  readonly document?: OpenApiDocument;
  readonly unsupported?: string;
}

/** What a document is besides its root. */
export interface PutTogether {
  readonly parts: ReadonlySet<FilePath>;
  readonly remarks: readonly Remark[];
}
const ALONE: PutTogether = { parts: new Set(), remarks: [] };

/** Reads any version of OpenAPI from the value of a file, or of several put together (`bundle.ts`). Wrong types are passed over; the rest is still read. `before`: the revision before, whose path items are kept. */
export function readOpenApi({ path }: { readonly path: FilePath }, { root }: { readonly root: Value }, { parts, remarks } = ALONE, before?: OpenApiDocument): ReadOpenApi {
  const key = entryOf(root, 'openapi') ?? entryOf(root, 'swagger');
  if (!key) return {};
  const version = versionOf(key);
  if (version === undefined) return unsupported(root, key);
  const swagger = version === '2.0';
  const schemesEntry = swagger ? entryOf(root, 'securityDefinitions') : entryOf(valueOf(root, 'components'), 'securitySchemes');
  const security = entryOf(root, 'security');
  const paths = entryOf(root, 'paths');
  const frame = before && isFramedAlike(before.root, root) ? before.frame : { items: new WeakMap(), shapely: new WeakSet() } satisfies Frame;
  const read = readOperations(root, version, security?.value, frame);
  const document: OpenApiDocument = {
    version,
    path,
    parts,
    remarks: [...remarks, ...misshapen(root, frame)],
    versionAt: key.keyAt,
    pathsAt: paths?.keyAt,
    schemesAt: schemesEntry?.keyAt,
    servers: swagger ? swaggerServers(root) : (asArray(valueOf(root, 'servers'))?.items ?? []).map((item) => item.value),
    schemes: new Map(entriesOf(schemesEntry && follow(root, schemesEntry.value).value).map((entry) => [entry.key, follow(root, entry.value).value])),
    security: security?.value,
    securityAt: security?.keyAt,
    operations: read.operations,
    mentionsSecurity: security !== undefined || read.operations.some((operation) => operation.own !== undefined),
    extensions: extensionsOf(root),
    frame,
    root,
    complete: read.complete && root.kind === 'object' && !root.open,
  };
  return { document };
}

function versionOf(key: Entry): OpenApiDocument['version'] | undefined {
  const scalar = asScalar(key.value)?.value;
  const text = typeof scalar === 'number' ? (Number.isInteger(scalar) ? `${scalar}.0` : String(scalar)) : typeof scalar === 'string' ? scalar.trim() : '';
  const match = /^(2\.0|3\.[012])(?:\.\d{1,4})?(?:-[\w.]{1,30})?$/.exec(text);
  const family = match?.[1];
  if (key.key === 'swagger') return family === '2.0' ? '2.0' : undefined;
  return family === '3.0' || family === '3.1' || family === '3.2' ? family : undefined;
}
/** All but `paths` is the same, and that is a map of its own in both. */
function isFramedAlike(before: Value, now: Value): boolean {
  if (before.kind !== 'object' || now.kind !== 'object' || before.open !== now.open || before.entries.length !== now.entries.length) return false;
  const isMap = (entry: Entry): boolean => entry.key === 'paths' && entry.form === 'pair' && entry.value.kind === 'object' && !entryOf(entry.value, '$ref');
  return before.entries.every((entry, index) => {
    const other = now.entries[index];
    return other === entry || (other !== undefined && isMap(entry) && isMap(other));
  });
}
/** A configuration file may use the same key for something else: only what looks like a document is called unsupported. */
function unsupported(root: Value, key: Entry): ReadOpenApi {
  const scalar = asScalar(key.value)?.value;
  const written = scalar === null || scalar === undefined ? '' : String(scalar).slice(0, 40);
  const versionLike = /^\d/.test(written);
  const documentLike = ['paths', 'info', 'components', 'webhooks', 'definitions'].some((name) => entryOf(root, name));
  if (!versionLike && !documentLike) return {};
  if (!asScalar(key.value) && !documentLike) return {};
  return { unsupported: written === '' ? `The '${key.key ?? 'openapi'}' key holds no version.` : `OpenAPI version '${written}' is not supported; 2.0, 3.0, 3.1 and 3.2 are.` };
}

/** `schemes`, `host` and `basePath` as server objects of version 3; the url stands where the host, else the base path is written. */
function swaggerServers(root: Value): readonly Value[] {
  const host = entryOf(root, 'host');
  const base = entryOf(root, 'basePath');
  const place = host ?? base;
  if (!place) return [];
  const rest = `${asText(host?.value) ?? ''}${asText(base?.value) ?? ''}`;
  if (!host) return [server(rest, place.value.at)];
  const schemes = (asArray(valueAt(root, 'schemes'))?.items ?? []).flatMap((item) => asText(item.value) ?? []);
  return schemes.length === 0 ? [server(`//${rest}`, place.value.at)] : schemes.map((scheme) => server(`${scheme}://${rest}`, place.value.at));
}
function server(url: string, at: At): Value {
  return { kind: 'object', open: false, at, entries: [{ key: 'url', keyAt: at, form: 'pair', at, value: { kind: 'literal', value: url, folded: true, at } }] };
}
