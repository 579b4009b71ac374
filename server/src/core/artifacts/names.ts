import { filePath, folderOf, type FilePath } from '../text/source.js';

/** Kinds of configuration files that are known by their name. */
export type NamedKind =
  | 'package-json' | 'dotenv' | 'compose' | 'dockerfile' | 'procfile' | 'nginx' | 'serverless' | 'vercel' | 'netlify' | 'firebase' | 'firebase-rules' | 'firebase-database' | 'heroku' | 'pm2'
  | 'npmrc' | 'yarnrc' | 'pnpm-workspace';

/** How each kind is named; the first that fits decides. `sample`: a name of the kind, for tests. */
export const NAMED_KINDS: readonly { readonly kind: NamedKind; readonly pattern: RegExp; readonly sample: string }[] = [
  { kind: 'package-json', pattern: /(^|\/)package\.json$/, sample: 'package.json' },
  { kind: 'dotenv', pattern: /(^|\/)(\.env(\.[\w.-]{1,60})?|[\w-]{1,60}\.env)$/i, sample: '.env' },
  { kind: 'compose', pattern: /(^|\/)(docker-)?compose([._-][\w.-]{1,60})?\.ya?ml$/i, sample: 'compose.yaml' },
  { kind: 'dockerfile', pattern: /(^|\/)((docker|container)file([._-][\w.-]{1,60})?|[\w.-]{1,60}\.(docker|container)file)$/i, sample: 'Dockerfile' },
  { kind: 'procfile', pattern: /(^|\/)Procfile(\.[\w-]{1,40})?$/, sample: 'Procfile' },
  { kind: 'nginx', pattern: /(^|\/)([\w.-]{0,60}nginx[\w.-]{0,60}\.conf|[\w.-]{1,60}\.nginx|((nginx|conf\.d|sites-available|sites-enabled)\/([\w.-]{1,60}\/)?[\w.-]{1,60}\.conf))(\.template)?$/i, sample: 'nginx.conf' },
  { kind: 'serverless', pattern: /(^|\/)serverless([._-][\w-]{1,40})?\.(ya?ml|json)$/, sample: 'serverless.yml' },
  { kind: 'vercel', pattern: /(^|\/)vercel\.json$/, sample: 'vercel.json' },
  { kind: 'netlify', pattern: /(^|\/)netlify\.toml$/, sample: 'netlify.toml' },
  { kind: 'firebase', pattern: /(^|\/)firebase\.json$/, sample: 'firebase.json' },
  { kind: 'firebase-rules', pattern: /(^|\/)(firestore|storage)([._-][\w-]{1,40})?\.rules$/, sample: 'firestore.rules' },
  { kind: 'firebase-database', pattern: /(^|\/)database([._-][\w-]{1,40})?[.-]rules\.json$/, sample: 'database.rules.json' },
  { kind: 'heroku', pattern: /(^|\/)app\.json$/, sample: 'app.json' },
  { kind: 'pm2', pattern: /(^|\/)(ecosystem|pm2)(\.config)?\.json$/, sample: 'ecosystem.config.json' },
  { kind: 'npmrc', pattern: /(^|\/)\.npmrc$/, sample: '.npmrc' },
  { kind: 'yarnrc', pattern: /(^|\/)\.yarnrc\.ya?ml$/, sample: '.yarnrc.yml' },
  { kind: 'pnpm-workspace', pattern: /(^|\/)pnpm-workspace\.ya?ml$/, sample: 'pnpm-workspace.yaml' },
];
/** A file in a language of its own, whatever stands before the last dot: `.env.ts`, `Dockerfile.md`. */
const OTHER = /\.([cm]?[jt]sx?|jsonc?|mdx?|txt|sh|ps1|py|rb|php|html?|bak|orig|swp|j2|erb|gpg|enc|age|dockerignore)$/i;
const OWN_SUFFIX: ReadonlySet<NamedKind> = new Set(['package-json', 'serverless', 'vercel', 'firebase', 'firebase-database', 'heroku', 'pm2']);

/** The kind a file has by its name. */
export function kindByName(path: FilePath): NamedKind | undefined {
  const kind = NAMED_KINDS.find(({ pattern }) => pattern.test(path))?.kind;
  return kind !== undefined && (OWN_SUFFIX.has(kind) || !OTHER.test(path)) ? kind : undefined;
}

/** Whether it says which files something leaves out: read beside other files, and not analysed itself. */
export function isIgnoreFile(path: FilePath): boolean {
  return /(^|\/)(\.gitignore|([\w.-]{1,60})?\.dockerignore)$/.test(path);
}

/** Names of lock files, in the order in which they are asked. */
export const LOCK_FILES: readonly string[] = ['npm-shrinkwrap.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];
/** Whether it says which versions of packages are used: read where a manifest asks, and not analysed itself. */
export function isLockFile(path: FilePath): boolean {
  return LOCK_FILES.includes(path.slice(path.lastIndexOf('/') + 1));
}
/** Whether it is read for the sake of other files only. */
export function isReadBeside(path: FilePath): boolean {
  return isIgnoreFile(path) || isLockFile(path);
}

/** Files that are not analysed themselves and that tell what a file of this name means. */
export function filesBeside(path: FilePath): readonly FilePath[] {
  const kind = kindByName(path);
  return kind === 'dotenv' || kind === 'npmrc' || kind === 'yarnrc' ? ignoreFilesAbove(path) : kind === 'dockerfile' ? dockerIgnoreFilesOf(path) : [];
}

/** The ignore files that can hold when an image is built from a Dockerfile: its own, that beside it, that of the top. */
export function dockerIgnoreFilesOf(path: FilePath): readonly FilePath[] {
  const folder = folderOf(path);
  const own = [filePath(`${path}.dockerignore`), filePath(folder === '' ? '.dockerignore' : `${folder}/.dockerignore`)];
  return folder === '' ? own : [...own, filePath('.dockerignore')];
}

/** The ignore files that can speak of a path, from the top down. */
export function ignoreFilesAbove(path: FilePath): readonly FilePath[] {
  const files: FilePath[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) files.unshift(filePath(`${folder}/.gitignore`));
  return [filePath('.gitignore'), ...files];
}
