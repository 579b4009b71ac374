import type { Decorated } from '../frameworks/adapter.js';
import type { Methods } from '../model/api.js';
import type { Value } from '../model/value.js';
import type { Abstract, Frame, LoggedEvent, Placed } from './abstract.js';
import { packageCallee } from './outside.js';
import { methodNamed } from './controllers.js';
import { elementsOf } from './lists.js';
import type { Names } from './names.js';
import { shared } from './join-parts.js';
import { pathPieces, type PathReads } from './path-values.js';
import { covers, patterns, unknownMark, type PathPiece } from './paths.js';
import type { PathPattern } from './project.js';

/** A path a program names in its settings, without what stands before all paths. */
export interface Named {
  readonly piece: PathPiece;
  readonly methods: Methods | undefined;
  readonly version: Placed | undefined;
}
/** What stands before the paths of an application's routes. */
export interface Prefixes {
  /** The pieces before a path, once for each version. */
  before(pieces: readonly PathPiece[], methods: Methods | undefined, version: Placed | undefined): readonly (readonly PathPiece[])[];
  /** The same on both sides of the prefix. */
  sides(version: Placed | undefined): readonly (readonly PathPiece[])[];
  /** Paths that stand outside the prefix. */
  readonly outside: readonly Named[];
  /** A text or `{ path, method, version }`; undefined where it is neither. */
  namedIn(value: Value, frame: Frame): Named | undefined;
}

/** Reads prefix and versions from the settings of an application; the last one before it serves counts. */
export function createPrefixes({ evaluate, settled, textOf }: Pick<Names, 'evaluate' | 'settled' | 'textOf'>, words: Decorated, reads: PathReads, log: readonly LoggedEvent[], isSure: (logged: LoggedEvent) => boolean): Prefixes {
  const prefix = setting('globalPrefix');
  const prefixPiece: PathPiece = prefix ? (isSure(prefix.logged) ? pathPieces(reads, prefix.value, prefix.logged.frame)[0] : undefined) : '';
  const options = setting('globalPrefixOptions');
  const outside = options && prefix ? listIn(entryOf(options.value, options.logged.frame, 'exclude')) : [];
  const versioning = setting('versioning');
  const isUri = versioning && isUriType(versioning.value, versioning.logged.frame);
  const versionPrefix = versioning && isUri !== false ? versionPrefixOf(versioning.value, versioning.logged.frame) : '';
  const standard = versioning && entryOf(versioning.value, versioning.logged.frame, 'defaultVersion');
  const outsidePatterns = outside.map((one) => ({ pattern: patterns([one.piece])[0], methods: one.methods }));
  return { before, outside, namedIn, sides: (version) => versionPieces(version).flatMap((piece) => [[prefixPiece, piece], [piece]]) };

  function setting(name: string): { readonly value: Value; readonly logged: LoggedEvent } | undefined {
    for (let i = log.length - 1; i >= 0; i--) {
      const logged = log[i];
      if (logged?.event.kind !== 'setting' || logged.event.name !== name) continue;
      const { value } = logged.event;
      return { logged, value: typeof value === 'boolean' ? { kind: 'literal', value, at: logged.event.at } : value };
    }
    return undefined;
  }
  function entryOf(value: Value, frame: Frame, key: string): Placed | undefined {
    const got = settled(evaluate(value, frame));
    if (got.is !== 'value' || got.value.kind !== 'object') return undefined;
    const found = got.value.entries.findLast((one) => one.key === key);
    return found && { value: found.value, frame: got.frame };
  }
  function listIn(placed: Placed | undefined): readonly Named[] {
    if (!placed) return [];
    const items = elementsOf(settled(evaluate(placed.value, placed.frame)), evaluate);
    return (items ?? [placed]).flatMap((one) => namedIn(one.value, one.frame) ?? []);
  }
  function namedIn(value: Value, frame: Frame): Named | undefined {
    const got = settled(evaluate(value, frame));
    if (got.is === 'class' || got.is === 'list') return undefined;
    if (got.is !== 'value' || got.value.kind !== 'object') return { piece: pathPieces(reads, value, frame)[0], methods: undefined, version: undefined };
    const path = entryOf(value, frame, 'path');
    const method = entryOf(value, frame, 'method');
    const name = method && methodNamed(words, settled(evaluate(method.value, method.frame)));
    return { piece: path && pathPieces(reads, path.value, path.frame)[0], methods: name === undefined || !method ? undefined : [{ name, at: method.value.at }], version: entryOf(value, frame, 'version') };
  }

  /** Undefined where it cannot be told. */
  function isUriType(value: Value, frame: Frame): boolean | undefined {
    const type = entryOf(value, frame, 'type');
    if (!type) return settled(evaluate(value, frame)).is === 'value' ? true : undefined;
    const got: Abstract = settled(evaluate(type.value, type.frame));
    const name = packageCallee(got);
    return name?.includes('VersioningType.') === true ? name.endsWith('.URI') : undefined;
  }
  function versionPrefixOf(value: Value, frame: Frame): string | undefined {
    const found = entryOf(value, frame, 'prefix');
    if (!found) return 'v';
    const got = settled(evaluate(found.value, found.frame));
    if (got.is === 'value' && got.value.kind === 'literal' && got.value.value === false) return '';
    return textOf(found.value, found.frame)?.text;
  }
  function versionPieces(version: Placed | undefined): readonly PathPiece[] {
    if (!versioning || isUri === false) return [''];
    const told = version ?? standard;
    if (!told) return [''];
    const items = elementsOf(settled(evaluate(told.value, told.frame)), evaluate) ?? [told];
    return items.map((one) => {
      if (packageCallee(settled(evaluate(one.value, one.frame))) === words.neutral) return '';
      const text = textOf(one.value, one.frame)?.text;
      return text === undefined || versionPrefix === undefined || isUri === undefined ? undefined : `/${versionPrefix}${text}`;
    });
  }
  function before(pieces: readonly PathPiece[], methods: Methods | undefined, version: Placed | undefined): readonly (readonly PathPiece[])[] {
    const first = prefixPiece !== '' && outsidePatterns.some((one) => isOutside(one, patterns(pieces)[0], methods)) ? '' : prefixPiece;
    return versionPieces(version).map((piece) => [first, piece]);
  }
  function isOutside(one: { readonly pattern: PathPattern | undefined; readonly methods: Methods | undefined }, path: PathPattern | undefined, methods: Methods | undefined): boolean {
    if (!one.pattern || !path || covers(one.pattern, path, true) !== 'yes') return false;
    return one.methods === undefined || methods === undefined || one.methods.some(({ name }) => name === 'all') || shared(one.methods, methods) === 'yes';
  }
}

/** The pieces as one text; what cannot be known stays a piece of its own. */
export function joinedText(pieces: readonly PathPiece[]): string {
  return `/${pieces.flatMap((piece) => (piece === '' ? [] : [typeof piece === 'string' ? piece.replace(/^\/|\/$/g, '') : unknownMark(piece)])).join('/')}`;
}
