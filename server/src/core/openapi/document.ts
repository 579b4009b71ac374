import type { HttpMethod } from '../model/api.js';
import type { Note } from '../model/module.js';
import type { Entry, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';

/** Key path inside a document, for `Change` set and unset. */
export type Pointer = readonly (string | number)[];
/** A value and its key path in the document, references followed. */
export interface Placed {
  readonly value: Value;
  readonly pointer: Pointer;
}
/** A part of a document that was passed over, and why, as a whole sentence. */
export interface Remark {
  readonly at: At;
  readonly message: string;
}
/** What is kept of the path items of a document for as long as nothing outside its `paths` changes: by their entries. */
export interface Frame {
  readonly items: WeakMap<Entry, ReadItem>;
  /** Items without a part that is not what it must be. */
  readonly shapely: WeakSet<Entry>;
}
/** The operations of one path item, those of its callbacks included. `complete`: nothing of it is hidden. */
export interface ReadItem {
  readonly operations: readonly Operation[];
  readonly complete: boolean;
}
/** An OpenAPI document, one shape for all versions: its own file, and those it refers to. */
export interface OpenApiDocument {
  readonly version: '2.0' | '3.0' | '3.1' | '3.2';
  /** The file that holds its root. */
  readonly path: FilePath;
  /** Other files that hold parts of it. */
  readonly parts: ReadonlySet<FilePath>;
  readonly remarks: readonly Remark[];
  /** The `openapi` or `swagger` key. */
  readonly versionAt: At;
  readonly pathsAt: At | undefined;
  readonly schemesAt: At | undefined;
  readonly servers: readonly Value[];
  readonly schemes: ReadonlyMap<string, Value>;
  /** Root `security`. */
  readonly security: Value | undefined;
  readonly securityAt: At | undefined;
  /** Operations of one path stand together. */
  readonly operations: readonly Operation[];
  /** A `security` key stands at the root or in an operation; certain when false only for complete documents. */
  readonly mentionsSecurity: boolean;
  readonly extensions: ReadonlyMap<string, Value>;
  /** The same object in the next revision if that differs in path items only: an operation of an item that stayed is then the same object, too. */
  readonly frame: Frame;
  /** The whole document as a value, for rules that look elsewhere in it. */
  readonly root: Value;
  /** False where a reference or a syntax error hides a part. */
  readonly complete: boolean;
}
/** `own` undefined: the key is absent and the root's applies. `section` tells callbacks and webhooks from paths. */
export interface Operation {
  readonly key: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly section: 'paths' | 'webhooks' | 'callbacks';
  /** The operation's whole value. */
  readonly at: At;
  readonly methodAt: At;
  readonly pathAt: At;
  readonly own: Value | undefined;
  readonly ownAt: At | undefined;
  /** Own security, else the document's. */
  readonly security: Value | undefined;
  /** Those of its path item included. */
  readonly parameters: readonly Placed[];
  readonly requestBody: Value | undefined;
  readonly responses: ReadonlyMap<string, Value>;
  /** The `responses` key. */
  readonly responsesAt: At | undefined;
  readonly extensions: ReadonlyMap<string, Value>;
  readonly complete: boolean;
  readonly pointer: Pointer;
}
/** What `unlatched-ignore` comments and `x-unlatched-ignore` keys a settings file or document holds. */
export interface NotedValue {
  readonly root: Value;
  readonly notes: readonly Note[];
}
