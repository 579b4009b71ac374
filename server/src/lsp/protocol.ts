import type { Location } from 'vscode-languageserver';

/** What a client may say in `initializationOptions`; everything is optional. */
export interface InitializationOptions {
  /** `virtual`: rule links read `unlatched-rule:/<id>.md`; `file` (default): the page shipped with the server. */
  readonly rulePages?: 'file' | 'virtual';
  /** The client has the `unlatched.*` commands of the extension, so code actions may name them. */
  readonly commands?: boolean;
  /** The client answers `unlatched/listFiles` and `unlatched/readFile` for folders that are on no disk. */
  readonly files?: boolean;
  /** Settings of section `unlatched`, for clients that cannot be asked for them. */
  readonly settings?: unknown;
}

/** Notification `unlatched/status`, sent when something in it changed. */
export interface StatusParams {
  /** `policy-error`: a policy file is broken and its last good version is in force. */
  readonly state: 'busy' | 'ready' | 'policy-error';
  /** Open findings in all folders that the Problems panel lists: all but hints. */
  readonly findings: number;
  /** Files that hold at least one of them. */
  readonly files: number;
  /** Files that could not be analysed. */
  readonly notAnalysed: number;
  /** URI of the broken policy file. */
  readonly file?: string;
}

/** Request `unlatched/listFiles` to the client: the URIs of the files of a folder that is on no disk. */
export interface ListFilesParams {
  readonly folder: string;
  /** Glob patterns relative to the folder of files to leave out. */
  readonly exclude: readonly string[];
}
/** Request `unlatched/readFile` to the client; answered with null where there is no such file. */
export interface ReadFileParams {
  readonly uri: string;
  /** Bytes; larger files are refused. */
  readonly cap: number;
}
/** The text of the file, or why it cannot be analysed. */
export type ReadFileResult = { readonly text: string } | { readonly refused: string };

/** Request `unlatched/rulePage`; answered with null for an unknown rule. */
export interface RulePageParams {
  readonly id: string;
}
/** The page of one rule as Markdown. */
export interface RulePageResult {
  readonly id: string;
  readonly title: string;
  readonly markdown: string;
}

/** Request `unlatched/inventory`: every endpoint of every folder, or of one. */
export interface InventoryParams {
  /** URI of a workspace folder; all folders when absent. */
  readonly folder?: string;
}
/** One endpoint as the API map shows it. */
export interface InventoryItem {
  readonly folder: string;
  readonly method: string;
  readonly path: string;
  readonly framework: string;
  readonly location: Location;
  readonly chain: readonly { readonly name: string; readonly location: Location; readonly protects: readonly string[] }[];
  readonly authentication: 'guarded' | 'unguarded' | 'unknown';
  readonly authorization: 'guarded' | 'unguarded' | 'unknown';
  readonly because: string;
  readonly operation: Location | null;
  readonly findings: readonly string[];
  readonly complete: boolean;
}

/** Request `unlatched/checkWorkspace`: reads every folder again from disk; answered when all is analysed. Cancelling it ends the reading. */
export interface CheckWorkspaceParams {
  /** Where the server reports how far it is, as in the protocol. */
  readonly workDoneToken?: string | number;
}
/** What was found; hints are not counted. */
export interface CheckWorkspaceResult {
  readonly findings: number;
  readonly files: number;
  readonly notAnalysed: readonly { readonly uri: string; readonly reason: string }[];
}

/** `data` of a diagnostic: what a code action needs, so that nothing is matched by position. */
export interface DiagnosticData {
  readonly fingerprint: string;
  readonly rule: string;
}

/** What a code action that is computed on resolve will do. */
export type CodeActionWish =
  /** The first fix of each finding of the rule in the file. */
  | { readonly do: 'fix-all'; readonly rule: string }
  /** The finding is named by its fingerprint. */
  | { readonly do: 'suppress' | 'accept'; readonly fingerprint: string }
  | { readonly do: 'teach'; readonly name: string; readonly key: 'guards' | 'roleGuards' };

/** `data` of a code action that is computed on resolve. */
export interface CodeActionData {
  readonly uri: string;
  /** Version of the document the action was offered for; null when it was not open. */
  readonly version: number | null;
  readonly wish: CodeActionWish;
}
