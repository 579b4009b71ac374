import type { Location, WorkspaceEdit } from 'vscode-languageserver';

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

/**
 * Request `unlatched/inventory`: every endpoint of every folder, or of one. From the first request on, the server sends the notification
 * `unlatched/inventoryChanged` (without params) when the answer would be another one, once until it is asked again.
 */
export interface InventoryParams {
  /** URI of a workspace folder; all folders when absent. */
  readonly folder?: string;
}
export interface InventoryResult {
  readonly folders: readonly InventoryFolder[];
  /** By folder, and in each by path, method and place. */
  readonly endpoints: readonly InventoryEndpoint[];
  /** Operations of documents that no route serves, by folder, path and method. */
  readonly missing: readonly InventoryOperation[];
  /** Where routes may be missing, by folder and place. */
  readonly gaps: readonly InventoryPlace[];
}
export interface InventoryFolder {
  readonly uri: string;
  /** The last segment of the URI, decoded. */
  readonly name: string;
}
/** An operation of an OpenAPI document that no route serves, though nearly all others of it are served. */
export interface InventoryOperation {
  /** Unique in the answer; stays from answer to answer while the operation stays. */
  readonly id: string;
  /** URI of the folder. */
  readonly folder: string;
  readonly method: string;
  /** As code would serve it. */
  readonly path: string;
  /** The path names administration, internals or settings. */
  readonly admin: boolean;
  /** The method in the document. */
  readonly location: Location;
}
export interface InventoryPlace {
  /** URI of the folder. */
  readonly folder: string;
  readonly location: Location;
  /** Why nobody can tell. */
  readonly because: string;
}
export type GuardState = 'guarded' | 'unguarded' | 'unknown';
/** One function a request passes before the handler. */
export interface InventoryStep {
  readonly name: string;
  readonly location: Location;
  /** `authentication`, `authorization`, `rate`, `size`, `schema`, `csrf`, `headers`, `cors`. */
  readonly protects: readonly string[];
  /** Whether it keeps strangers out: known or likely to, nobody can tell, or known not to. */
  readonly state: 'guards' | 'likely' | 'unknown' | 'passes';
  readonly because: string;
  /** What its options let through, in a word or two; null where there is nothing to say. */
  readonly detail: string | null;
  /** The key of the policy its name could be added to, where only its name is known and it decides something; null otherwise. */
  readonly teach: 'guards' | 'roleGuards' | null;
}
/** One method on one path, as the API map shows it. */
export interface InventoryEndpoint {
  /** Unique in the answer; stays from answer to answer while the endpoint stays. */
  readonly id: string;
  /** URI of the folder. */
  readonly folder: string;
  /** Upper case; `ALL` answers every method, `unknown` is computed. */
  readonly method: string;
  /** `/files/{id}`. */
  readonly path: string;
  readonly framework: string;
  /** The method token where the route is registered. */
  readonly location: Location;
  /** In the order in which a request meets them. */
  readonly chain: readonly InventoryStep[];
  readonly handler: { readonly name: string; readonly location: Location } | null;
  readonly authentication: GuardState;
  /** Why authentication is what it is. */
  readonly because: string;
  /** Guarded by what may let some strangers through: only its name is known, or its test cannot be judged. */
  readonly likely: boolean;
  /** Index in `chain` of the step that decides about authentication; null where none does. */
  readonly by: number | null;
  readonly authorization: GuardState;
  readonly authorizationBecause: string;
  /** The operation of an OpenAPI document that describes it. */
  readonly operation: Location | null;
  /** Unknown without any document, and where method or path are not known. */
  readonly documented: 'yes' | 'no' | 'unknown';
  /** Meant for strangers: the code or the policy says so, or it is a login, a health check and the like. */
  readonly public: boolean;
  /** The path names administration, internals or settings. */
  readonly admin: boolean;
  /** Open findings at the method token. */
  readonly findings: readonly InventoryFinding[];
  /** False: the chain or path holds an unknown piece. */
  readonly complete: boolean;
}
export interface InventoryFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
}

/** Argument of the command `unlatched.walkChain` of a code lens: the places a request to each endpoint comes by, in order. */
export interface ChainWalk {
  readonly routes: readonly {
    readonly title: string;
    readonly stops: readonly { readonly name: string; readonly note: string; readonly location: Location }[];
  }[];
}

/** Request `unlatched/teachGuard`: the edit that adds a name to the policy; answered with null when the policy cannot be edited. */
export interface TeachGuardParams {
  /** A file whose policy is meant. */
  readonly uri: string;
  readonly name: string;
  readonly key: 'guards' | 'roleGuards';
}
export interface TeachGuardResult {
  readonly edit: WorkspaceEdit;
  /** URI of the policy file. */
  readonly policy: string;
}

export type InventoryFormat = 'openapi' | 'mermaid' | 'markdown' | 'http' | 'json';
/** Request `unlatched/inventoryAs`: the inventory as a text for other tools and for people; answered with null for an unknown format. */
export interface InventoryAsParams {
  readonly format: InventoryFormat;
  /** URI of a workspace folder; all folders in one text when absent. */
  readonly folder?: string;
}
export interface InventoryAsResult {
  readonly text: string;
  /** How a file of this form is named at its end, without the dot. */
  readonly extension: string;
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
