/** A place in a source, counted from 0 as in the protocol. */
export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}
/** One endpoint as the map needs it. */
export interface MapItem {
  /** URI of the folder it belongs to. */
  readonly folder: string;
  readonly method: string;
  readonly path: string;
  readonly framework: string;
  readonly place: Place;
  /** What a request passes before the handler, in this order. */
  readonly chain: readonly { readonly name: string; readonly place: Place; readonly protects: readonly string[] }[];
  readonly authentication: GuardState;
  readonly authorization: GuardState;
  /** Why the states are what they are, in words; may be empty. */
  readonly because: string;
  /** Where an OpenAPI document describes it; null when none does. */
  readonly operation: Place | null;
  /** Ids of the rules with open findings at it, one for each finding. */
  readonly findings: readonly string[];
}
export type GuardState = 'guarded' | 'unguarded' | 'unknown';

/** A folder of the workspace. */
export interface MapFolder {
  readonly uri: string;
  readonly name: string;
}
/** All that is drawn. */
export interface MapContent {
  readonly folders: readonly MapFolder[];
  readonly items: readonly MapItem[];
}

/** How exposed an endpoint is, the worst first: the state of its authentication, and whether it changes something. */
export const risks = ['openWrite', 'open', 'unknown', 'guarded'] as const;
export type Risk = (typeof risks)[number];

/** Methods that by their definition change nothing (RFC 9110, section 9.2.1). */
const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** The risk of one endpoint; a state nobody can tell is neither open nor guarded. */
export function riskOf({ authentication, method }: Pick<MapItem, 'authentication' | 'method'>): Risk {
  if (authentication !== 'unguarded') return authentication;
  return reads.has(method) ? 'open' : 'openWrite';
}

/** The filters of the map, each a button. */
export const filters = ['publicWrites', 'admin', 'undocumented', 'unknown'] as const;
export type Filter = (typeof filters)[number];

/** Segments that by their name lead to the administration of something. */
const adminSegment = /^(?:admin.*|superadmin|root|backoffice|back-office|internal|management|manage|moderation|staff|sudo|impersonate)$/i;

const tests: Readonly<Record<Filter, (item: MapItem) => boolean>> = {
  publicWrites: (item) => riskOf(item) === 'openWrite',
  admin: (item) => item.path.split('/').some((segment) => adminSegment.test(segment)),
  undocumented: (item) => item.operation === null,
  unknown: (item) => item.authentication === 'unknown',
};

/** Whether an endpoint passes one filter. */
export function passes(item: MapItem, filter: Filter): boolean {
  return tests[filter](item);
}
