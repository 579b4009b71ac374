import type { Value } from '../model/value.js';
import { readDockerfile } from '../syntax/dockerfile.js';
import { readFirebaseRules } from '../syntax/firebase-rules.js';
import { readNginx } from '../syntax/nginx.js';
import { readProcfile } from '../syntax/procfile.js';
import { readNpmrc } from '../syntax/npmrc.js';
import { readDotenv } from '../syntax/dotenv.js';
import type { Parsed } from '../syntax/parsed.js';
import { readToml } from '../syntax/toml.js';
import { readDocuments, type Documents } from '../syntax/yaml-documents.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { ArtifactRead, ReadArtifact, Settings } from './kind.js';
import { kindByName, type NamedKind } from './names.js';

/** Larger files are no settings somebody wrote (UTF-16 units); the readers of these kinds take longer for each line. */
const LARGEST = 1_000_000;
const LARGEST_OF: ReadonlyMap<string, number> = new Map([['dockerfile', 100_000], ['netlify', 100_000], ['firebase-rules', 300_000]]);

/** What a configuration file says; undefined for any other file. Never fails. */
export function readArtifact(file: SourceFile, mark: (span: Span) => At): ArtifactRead | undefined {
  const kind = kindByName(file.path);
  if (file.text.length > (LARGEST_OF.get(kind ?? '') ?? LARGEST)) return undefined;
  if (kind !== undefined) return READERS[kind](file, mark);
  const held = kindByContent(file);
  return held && { kubernetes: MANIFESTS, compose: READERS.compose, sam: TEMPLATES }[held](file, mark);
}
const YAML = /\.ya?ml$/i;
const STACK = /(^|[/._-])(stack|swarm)([._-][\w.-]{1,60})?\.ya?ml$/i;
const KINDS = '(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Service|Ingress|Secret|ConfigMap|Namespace|ClusterRoleBinding|ClusterRole|Role|Kustomization|List)';
const MANIFEST = new RegExp(`^\\ufeff?kind:[ \\t]*["']?${KINDS}\\b`, 'm');
const JSON_MANIFEST = new RegExp(`"kind"\\s{0,20}:\\s{0,20}"${KINDS}"`);
/** The kind of configuration file that a YAML or JSON file is by what it holds. */
export function kindByContent({ path, text }: SourceFile): 'kubernetes' | 'compose' | 'sam' | undefined {
  if (/\.json$/i.test(path) && /^\s{0,20}\{\s{0,20}"(?:apiVersion|kind)"/.test(text) && /"apiVersion"\s{0,20}:/.test(text) && JSON_MANIFEST.test(text)) return 'kubernetes';
  if (!YAML.test(path)) return undefined;
  if (/^\ufeff?apiVersion:/m.test(text) && MANIFEST.test(text)) return 'kubernetes';
  // Both lines may be left out of a kustomization.
  if (/(^|\/)kustomization\.ya?ml$/.test(path)) return 'kubernetes';
  // Swarm reads compose files under other names.
  if (STACK.test(path) && /^\ufeff?services:/m.test(text)) return 'compose';
  return /^\ufeff?Transform:/m.test(text) && text.includes('AWS::Serverless-') ? 'sam' : undefined;
}

const READERS: Readonly<Record<NamedKind, ReadArtifact>> = {
  'package-json': settings('package-json', readDocuments),
  compose: settings('compose', readDocuments),
  serverless: settings('serverless', readDocuments),
  vercel: settings('vercel', readDocuments),
  firebase: settings('firebase', readDocuments),
  'firebase-rules': settings('firebase-rules', readFirebaseRules),
  'firebase-database': settings('firebase-database', readDocuments),
  heroku: settings('heroku', readDocuments),
  pm2: settings('pm2', readDocuments),
  netlify: settings('netlify', readToml),
  dotenv: settings('dotenv', readDotenv),
  procfile: settings('procfile', readProcfile),
  npmrc: settings('npmrc', readNpmrc),
  yarnrc: settings('yarnrc', readDocuments),
  'pnpm-workspace': settings('pnpm-workspace', readDocuments),
  nginx(file, mark) {
    const at = mark({ start: 0, end: file.text.length });
    const { directives, notes, problems } = readNginx(file, mark);
    return { artifact: { shape: 'nginx', kind: 'nginx', path: file.path, directives, at }, notes, problems };
  },
  dockerfile(file, mark) {
    const at = mark({ start: 0, end: file.text.length });
    const { globals, stages, notes, problems } = readDockerfile(file, mark);
    return { artifact: { shape: 'dockerfile', kind: 'dockerfile', path: file.path, globals, stages, at }, notes, problems };
  },
};

/** The whole file has the first place, as in the module a JSON file is when code loads it: one place has one number in both. */
const MANIFESTS = settings('kubernetes', readDocuments);
const TEMPLATES = settings('sam', readDocuments);

function settings(kind: Settings['kind'], read: (file: SourceFile, mark: (span: Span) => At) => Parsed<Documents>): ReadArtifact {
  return (file, mark) => {
    const at = mark({ start: 0, end: file.text.length });
    const { value, problems } = read(file, mark);
    const root: Value = value.roots[0] ?? { kind: 'literal', value: null, at };
    return { artifact: { shape: 'settings', kind, path: file.path, root, documents: value.roots, at }, notes: value.notes, problems };
  };
}
