import { bundle } from '../openapi/bundle.js';
import type { Named } from '../openapi/bundle.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { readOpenApi } from '../openapi/read.js';
import { unfollowedRemarks } from '../openapi/remarks.js';
import type { Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Files } from './files.js';

/** The documents of all files, and for each file those that its text belongs to. */
export interface Documents {
  readonly all: readonly OpenApiDocument[];
  readonly byFile: ReadonlyMap<FilePath, readonly OpenApiDocument[]>;
}
/** A document as it was put together of these files. */
interface Assembled {
  readonly document: OpenApiDocument;
  readonly from: ReadonlyMap<FilePath, Value | undefined>;
  readonly named: ReadonlyMap<string, Named>;
}
/** Documents put together, by what their own file says. */
export type KnownDocuments = WeakMap<OpenApiDocument, Assembled>;

/** Puts the documents of all files together, those of comments added. One whose files did not change since `known` was told of it stays the same object. */
export function documentsOf(files: Files, known: KnownDocuments, ofComments: readonly OpenApiDocument[]): Documents {
  const all: OpenApiDocument[] = [...ofComments];
  const byFile = new Map<FilePath, OpenApiDocument[]>();
  for (const path of files.paths()) {
    const document = documentOf(path, files, known);
    if (!document) continue;
    all.push(document);
    add(byFile, path, document);
    // A file that is a document itself, with operations, is judged as that.
    for (const part of document.parts) if ((files.facts(part)?.document?.operations.length ?? 0) === 0) add(byFile, part, document);
  }
  for (const document of ofComments) for (const path of [document.path, ...document.parts]) add(byFile, path, document);
  return { all, byFile };
}

/** The document of a file, with those it refers to. */
export function documentOf(path: FilePath, files: Files, known: KnownDocuments): OpenApiDocument | undefined {
  const facts = files.facts(path);
  return facts?.document && (facts.outer.length > 0 || (isIdentified(facts.document) && files.identities(path))) ? assembled(facts.document, files, known) : facts?.document;
}
/** Since version 3.1 schemas may have identities, which references are resolved against. */
function isIdentified({ version }: OpenApiDocument): boolean {
  return version === '3.1' || version === '3.2';
}
function assembled(own: OpenApiDocument, files: Files, known: KnownDocuments): OpenApiDocument {
  const before = known.get(own);
  if (before && [...before.from].every(([path, root]) => files.part(path)?.root === root) && [...before.named].every(([uri, is]) => files.named(uri) === is)) return before.document;
  const whole = bundle(own.path, own.root, { part: (path) => files.part(path)?.root, identities: files.identities, named: files.named }, isIdentified(own));
  const remarks = unfollowedRemarks(whole.unfollowed);
  const document = readOpenApi(own, whole, { parts: whole.parts, remarks }).document ?? own;
  known.set(own, { document, from: new Map([...whole.sought].map((path) => [path, files.part(path)?.root])), named: whole.named });
  return document;
}
function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
