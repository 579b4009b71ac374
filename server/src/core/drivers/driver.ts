/** Where something stands in what a call is given: the index of the argument, then keys of objects in it. */
export type Spot = readonly [number, ...string[]];

/** Where the function of an operation is: by which of its keys it is named, in what. Data; whoever evaluates the call follows it. */
export interface Naming {
  /** Keys of the operation that name its function, the first that stands there. */
  readonly ids: readonly string[];
  /** Keys that name the file or object the function is in. */
  readonly files?: readonly string[];
  /** `pets.list` names the function and what it is in. */
  readonly dotted?: true;
  /** What it is called where no key says so: by its method, or by method and path as `getUserById`. */
  readonly otherwise?: 'method' | 'method and path';
  /** Characters other than letters, digits and `_` are taken out, with the letter behind them made upper case. */
  readonly camel?: true;
  /** The function may be the default export of the file. */
  readonly whole?: true;
}
/** What of a document stands before its paths: the paths of its servers (`basePath` in version 2), `basePath` alone, or nothing. */
export type Bases = 'servers' | 'basePath' | 'none';

/** A package that answers the operations of an OpenAPI document by functions it finds by their names. */
export interface Driver {
  readonly id: string;
  /** What calls it: the callee of a call, or, for what is given to `register`, the package itself. */
  readonly calls: RegExp;
  /** Packages whose import alone says that routes may come from a document: what is done with it need not be a call. */
  readonly imports?: ReadonlySet<string>;
  /**
   * `middleware`: the call makes what `use` is given. `plugin`: it is registered, with options as the second thing. `given`: the application is handed to it, at `app`.
   * `maker`: it makes something whose `getApp()` is the application. `own`: it makes a scope of its own framework.
   */
  readonly as: 'middleware' | 'plugin' | 'given' | 'maker' | 'own';
  /** The framework whose rules hold for the routes, and for the parameters of the functions. */
  readonly framework: string;
  readonly app?: Spot;
  readonly document: readonly Spot[];
  readonly bases: Bases;
  /** Replaces what the document says. */
  readonly prefix?: Spot;
  /** Functions by name, or the folder they are in. */
  readonly handlers: readonly Spot[];
  readonly naming: Naming;
  /** Says that functions are found in another way, and which. */
  readonly resolver?: { readonly at: Spot; readonly known: ReadonlyMap<string, Naming> };
  /** No operation is answered where there are no handlers. */
  readonly optional?: true;
  /** It checks requests of other routes as well. */
  readonly checks?: true;
  /** Checks by the name of the scheme. */
  readonly security: readonly Spot[];
  /** The function that refuses whom no check welcomed, without which everybody comes through; `strict` may stand for it. */
  readonly refusedBy?: { readonly name: string; readonly strict: Spot };
  /** Functions by these names run before others and may refuse. */
  readonly around?: ReadonlySet<string>;
}
