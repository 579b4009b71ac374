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
  /** What it is called where no key says so: by its method, by method and path as `getUserById`, or by the letters of its path, as `funcusersid` in `usersidController`. */
  readonly otherwise?: 'method' | 'method and path' | 'letters';
  /** Characters other than letters, digits and `_` are taken out, with the letter behind them made upper case. */
  readonly camel?: true;
  /** File and function may stand in one name: `Pets_list`. */
  readonly joined?: true;
  /** The function may be the default export of the file. */
  readonly whole?: true;
}
/** What of a document stands before its paths: the paths of its servers (`basePath` in version 2), `basePath` alone, or nothing. */
export type Bases = 'servers' | 'basePath' | 'none';

/** How a package asks functions, by the names of security schemes, whom an operation is for. */
export interface Checks {
  readonly at: readonly Spot[];
  /** They are asked only where `false` is written here. */
  readonly off?: Spot;
  /** What a function does with whom it welcomes: nothing, where it throws at others; gives something true, or a record of success; or calls back without an error. */
  readonly welcome: 'silence' | 'truth' | 'success' | 'callback';
  /** What becomes of requests that need a scheme without a function, where there are functions. */
  readonly lacking: 'refused' | 'passed';
  /** The same where no functions are given. */
  readonly none: 'refused' | 'passed' | 'unknown';
  /** The function that refuses whom no check welcomed, without which everybody comes through; `strict` may stand for it. */
  readonly refusedBy?: { readonly name: string; readonly strict: Spot };
}

/** A package that answers the operations of an OpenAPI document by functions it finds by their names. */
export interface Driver {
  readonly id: string;
  /** What calls it: the callee of a call, or, for what is given to `register`, the package itself. */
  readonly calls: RegExp;
  /**
   * The call only calls back with something, and this member of it is what makes the routes. Its first argument is the third here, behind what the call was given;
   * that of the member `beside` is the fourth.
   */
  readonly then?: string;
  readonly beside?: string;
  /** Other members, which do nothing to requests of other routes; what they do to those of the document is said here. */
  readonly parts?: ReadonlySet<string>;
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
  /** Paths of document, functions and checks where nothing is said, below the folder the program is started in. */
  readonly usual?: { readonly document?: string; readonly handlers?: string; readonly checks?: string };
  /** Says that functions are found in another way, and which. */
  readonly resolver?: { readonly at: Spot; readonly known: ReadonlyMap<string, Naming> };
  /** No operation is answered where there are no handlers. */
  readonly optional?: true;
  /** It answers errors itself. */
  readonly errors?: true;
  /** It checks requests of other routes as well. */
  readonly checks?: true;
  readonly security: Checks;
  /** Functions by these names run before others and may refuse. */
  readonly around?: ReadonlySet<string>;
}
