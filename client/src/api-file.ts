/** What decides whether a text may belong to an API. */
export interface Opened {
  readonly languageId: string;
  readonly path: string;
  /** The first characters of the text. */
  readonly head: string;
}

const code: ReadonlySet<string> = new Set(['javascript', 'javascriptreact', 'typescript', 'typescriptreact']);
const settings: ReadonlySet<string> = new Set(['yaml', 'json', 'jsonc']);

/** Characters of a text that are looked at. */
export const headLength = 4000;

/** Files whose presence in a workspace starts the server. */
export const telling = '{**/unlatched.yml,package.json,**/{openapi,swagger}.{yaml,yml,json}}';
/** Of those, the ones that are looked for by name at the top of each folder: that needs no search. */
export const tellingAtTop: readonly string[] = ['package.json', 'unlatched.yml', ...['openapi', 'swagger'].flatMap((name) => ['yaml', 'yml', 'json'].map((ending) => `${name}.${ending}`))];

/** Code that can serve requests, an OpenAPI document under any name, or a policy: what starts the server. */
export function isApiFile({ languageId, path, head }: Opened): boolean {
  if (code.has(languageId)) return true;
  if (!settings.has(languageId)) return false;
  return /(?:^|[\\/])unlatched\.yml$/.test(path) || /^[ \t{]*["']?(?:openapi|swagger)["']?[ \t]*:/m.test(head);
}
