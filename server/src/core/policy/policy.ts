import type { Confidence, Severity } from '../findings/finding.js';
import type { FilePath } from '../text/source.js';

export type Level = Severity | 'off';

/** Resolved configuration: defaults < editor settings < policy file < command line, key by key. Never partial, never invalid. Keys as in `unlatched.yml`. */
export interface Policy {
  /** The policy file these values come from, undefined for defaults. */
  readonly source: FilePath | undefined;
  readonly rules: ReadonlyMap<string, Level>;
  readonly minConfidence: Confidence;
  /** Glob patterns relative to the policy file's folder. */
  readonly exclude: readonly string[];
  readonly methods: { readonly allow: readonly string[] | undefined; readonly paths: ReadonlyMap<string, readonly string[]> };
  readonly cors: { readonly origins: readonly string[]; readonly publicPaths: readonly string[] };
  readonly auth: {
    readonly at: 'code' | 'gateway';
    readonly publicPaths: readonly string[];
    readonly guards: readonly string[];
    readonly roleGuards: readonly string[];
    readonly trustedHeaders: readonly string[];
  };
  readonly tls: { readonly internalHosts: 'allow' | 'require' };
  readonly docs: { readonly public: boolean };
  /** OpenAPI documents of this project, relative to the policy; empty: every document found. */
  readonly spec: readonly string[];
  readonly baseline: string | undefined;
}

/** What holds where no policy file and no setting says otherwise. */
export const defaultPolicy: Policy = {
  source: undefined,
  rules: new Map(),
  minConfidence: 'low',
  exclude: [],
  methods: { allow: undefined, paths: new Map() },
  cors: { origins: [], publicPaths: [] },
  auth: { at: 'code', publicPaths: [], guards: [], roleGuards: [], trustedHeaders: [] },
  tls: { internalHosts: 'allow' },
  docs: { public: false },
  spec: [],
  baseline: undefined,
};
