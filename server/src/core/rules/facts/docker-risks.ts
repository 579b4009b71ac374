import type { Dockerfile, Instruction } from '../../artifacts/kind.js';
import { filePath, folderOf, type FilePath } from '../../text/source.js';
import type { Change, RuleContext } from '../rule.js';
import type { ConfigRisk } from './config-risk.js';
import { settingSecret } from './config-secrets.js';
import { devCommands, scriptRun } from './dev-commands.js';
import { filledIn, finalImage, imageKind, pairsOf, startOf, type FinalImage, type Start } from './images.js';
import { scriptNear } from './scripts.js';
import { settingFault } from './setting-faults.js';

/** Images for developers and for tests, by the name of the file or its folder. */
const FOR_DEVELOPERS = /(^|\/)(\.devcontainer|\.gitpod|dev|development|local|ci|\.ci|\.circleci)\/|(^|[/._-])(dev|devel|development|local|tests?|ci|debug|e2e|devcontainer|gitpod|builder|build)([._-][^/]*)?$/i;
/** Whether a Dockerfile makes an image that only developers and tests run. */
export function isForDevelopers(path: string): boolean {
  return FOR_DEVELOPERS.test(path);
}
const NODE = /(^|[\s/])(node|nodejs|npm|npx|yarn|pnpm|bun|pm2-runtime|pm2|tsx|ts-node|nodemon)(?=\s|$)/;
/** Programs that give up the rights of root on the way. */
const LOWERS = /\b(gosu|su-exec|setpriv|runuser|capsh|s6-setuidgid|s6-overlay|supervisord|su)\b/;
const ENV_FILE = /(^|\/)\.env(\.(?!example|sample|template|dist|defaults?|test|ci|schema)[\w.-]{1,40})?$/i;
const PRIVATE_KEY = /(^|\/)(id_(rsa|ed25519|ecdsa|dsa)|[\w.-]{0,60}(\.key|[-_.]key\.pem|\.p12|\.pfx|\.jks))$/i;
const DEBUG_PORT = /^(9229|5858)(\/tcp)?$/;
/** They set the environment themselves, whatever the image says. */
const SETS_ITSELF = /(^|[\s/])(next\s{1,3}start|nuxi?\s{1,3}start|remix-serve)\b|\.output\/|NODE_ENV=|cross-env/;

/** Everything in a Dockerfile that makes a break-in worth more, or easier. */
export function* dockerRisks(file: Dockerfile, context: RuleContext): Iterable<ConfigRisk> {
  const image = finalImage(file);
  if (!image) return;
  const start = startOf(image.instructions);
  yield* secrets(file, image);
  yield* copiedEnvironment(image);
  yield* keptTokens(image);
  if (isForDevelopers(file.path)) return;
  yield* asRoot(image, start);
  yield* environment(file, image, start, context);
  yield* debuggers(image, start);
  yield* everything(file, image, start, context);
  yield* openedFiles(image);
}

function* secrets(file: Dockerfile, image: FinalImage): Iterable<ConfigRisk> {
  for (const instruction of [...file.globals, ...image.instructions]) {
    if (instruction.keyword !== 'ENV' && instruction.keyword !== 'ARG') continue;
    for (const { name, nameAt, value, at } of instruction.pairs) {
      if (instruction.keyword === 'ARG' && value === undefined && BUILD_SECRET.test(name) && image.instructions.includes(instruction)) {
        yield {
          at: nameAt, subject: name, severity: 'info', message: `The value of '${name}' stays in the history of the image for anyone who pulls it. Hand it over with RUN --mount=type=secret.`,
          repair: { refused: 'The instruction that uses it has to be written anew.' },
        };
        continue;
      }
      if (value === undefined || settingSecret(name, value) !== 'secret') continue;
      const changes: readonly Change[] = instruction.keyword === 'ARG' ? [{ do: 'replace', at, code: [name] }] : [{ do: 'remove', at: instruction.pairs.length === 1 ? instruction.at : at, as: 'text' }];
      yield {
        at: nameAt, subject: name, severity: 'error', message: `'${name}' is stored in the image for anyone who pulls it. Pass it at run time.`,
        repair: { title: instruction.keyword === 'ARG' ? 'Remove the value' : 'Remove it from the image', changes },
      };
    }
  }
}
function* copiedEnvironment(image: FinalImage): Iterable<ConfigRisk> {
  for (const instruction of copying(image.instructions)) {
    const sources = instruction.words.slice(0, -1);
    for (const word of sources) {
      const isKey = PRIVATE_KEY.test(word.text);
      if (!isKey && !ENV_FILE.test(word.text)) continue;
      const change: Change = { do: 'remove', at: sources.length === 1 ? instruction.at : word.wholeAt, as: 'text' };
      const message = isKey ? 'The private key becomes part of the image. Mount it when the program starts.' : 'The secrets file becomes part of the image. Exclude it.';
      yield { at: word.at, subject: `copy ${word.text}`, severity: 'warning', message, repair: { title: 'Do not copy it', changes: [change] } };
    }
  }
}
/** A token that an instruction writes to a file of the image, and that the same instruction does not take away again. */
function* keptTokens(image: FinalImage): Iterable<ConfigRisk> {
  for (const { keyword, words } of image.instructions) {
    if (keyword !== 'RUN') continue;
    const text = words.map((word) => word.text).join(' ');
    const word = words.find((one) => /(_authToken|_password|_auth)=/.test(one.text));
    if (!word || !/>|\btee\b|config\s{1,5}set/.test(text) || /\b(rm|shred)\s[^;&|]{0,100}npmrc|config\s{1,5}(delete|rm)/.test(text)) continue;
    yield {
      at: word.at, subject: 'token', severity: 'warning', message: 'The token stays in this layer of the image for anyone who pulls it. Mount the file with RUN --mount=type=secret instead.',
      repair: { refused: 'The instruction has to be written anew, with the secret mounted.' },
    };
  }
}
/** Files that everybody in the container may write: whoever gets in as another user changes the program. */
function* openedFiles(image: FinalImage): Iterable<ConfigRisk> {
  const message = 'Every user in the container may change these files, so a break-in into anything becomes one into the program. Give the files to the user that needs them.';
  const repair = { refused: 'Which user writes there, only its author knows.' };
  for (const { keyword, words, flags } of image.instructions) {
    const open = keyword === 'RUN' ? words.find(({ text }, index) => OPENS.test(text) && words.slice(Math.max(0, index - 4), index).some((one) => /(^|[;&|(])chmod$/.test(one.text))) : undefined;
    const given = flags.find(({ name, value }) => name === 'chmod' && OPENS.test(value ?? ''));
    const at = open?.at ?? given?.at;
    if (at) yield { at, subject: `chmod ${open?.text ?? given?.value ?? ''}`, severity: 'warning', message, repair };
  }
}
const OPENS = /^(0?[0246]?[0-7]{2}[2367]|(a|o|go|ugo|ugoa)\+[rxX]{0,2}w[rxX]{0,2})$/;
const BUILD_SECRET = /^(NPM|GITHUB|GH|GITLAB|CI_JOB|NODE_AUTH|YARN|REGISTRY|ARTIFACTORY|NEXUS|AWS|SENTRY_AUTH|DATABASE|DB|REDIS|JWT|SESSION|API|STRIPE|SSH)?_?([A-Z]{1,20}_)?(TOKEN|PASSWORD|PASSWD|SECRET|SECRET_ACCESS_KEY|PRIVATE_KEY|API_?KEY|CREDENTIALS)$/;
function copying(instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.filter(({ keyword }) => keyword === 'COPY' || keyword === 'ADD');
}
function* asRoot(image: FinalImage, start: Start): Iterable<ConfigRisk> {
  const kind = imageKind(image.base);
  const user = image.instructions.findLast(({ keyword }) => keyword === 'USER')?.words[0];
  const serves = start.words.length > 0 && (kind === 'official' || NODE.test(start.text));
  if (!serves || image.instructions.some((one) => LOWERS.test(one.words.map(({ text }) => text).join(' ')))) return;
  const message = 'The API runs as root, so a break-in owns the container. Add USER node.';
  const base = { subject: 'root', severity: 'warning', message } as const;
  const refused = { refused: 'This image has no user that is known here: one has to be made first.' };
  if (user && /^(root|0)(:|$)/.test(filledIn(user.text, image.instructions) ?? ''))
    yield { ...base, at: user.at, repair: kind === 'official' ? { title: 'Run as node', changes: [{ do: 'replace', at: user.at, code: ['node'] }] } : refused };
  else if (!user && kind !== undefined && image.last.image)
    yield { ...base, at: image.last.image.at, repair: kind === 'official' ? { title: 'Add USER node', changes: [added(image, 'USER node')] } : refused };
}
/** A line in the last stage that holds for what is started. */
function added({ last }: FinalImage, line: string): Change {
  const first = last.instructions.find(({ keyword }) => keyword === 'CMD' || keyword === 'ENTRYPOINT');
  return first ? { do: 'insert', at: first.at, where: 'line-before', code: [line] } : { do: 'insert', at: (last.instructions.at(-1) ?? last.from).at, where: 'line-after', code: [line] };
}

function* environment(file: Dockerfile, image: FinalImage, start: Start, context: RuleContext): Iterable<ConfigRisk> {
  const run = scriptRun(start.text);
  const script = run === undefined ? undefined : scriptNear(file.path, run, context);
  const [first] = start.words;
  if (!first) return;
  const server = devCommands(start.text).find(({ how }) => how === 'server');
  const behind = script && devCommands(script.command).find(({ how }) => how === 'server');
  const named = !script && run !== undefined && /^(dev|start:dev|develop|watch|start:watch)$/.test(run);
  if (server || behind || named) {
    const word = start.words.find(({ text }) => text === (server?.word.split(/\s/)[0] ?? run)) ?? first;
    const what = server?.word ?? behind?.word ?? run ?? '';
    yield {
      at: word.at, subject: 'dev-server', severity: 'warning',
      message: `'${what}' is a development server, so errors and sources are shown to clients. Start the built program.`,
      ...(script && behind ? { related: [{ at: script.value.at, label: 'the script that is started' }] } : {}),
      repair: { refused: 'How the program is built and started, only its author knows.' },
    };
  }
  const set = pairsOf(image.instructions, ['ENV']).findLast(({ name }) => name === 'NODE_ENV');
  const value = set?.value === undefined ? undefined : filledIn(set.value, [...file.globals, ...image.instructions]);
  const message = "NODE_ENV is not 'production', so Express shows stack traces to clients. Set ENV NODE_ENV=production.";
  if (set?.valueAt && value !== undefined && /^(development|dev|local)$/.test(value)) {
    yield { at: set.valueAt, subject: 'node-env', severity: 'warning', message, repair: { title: 'Set it to production', changes: [{ do: 'replace', at: set.valueAt, code: ['production'] }] } };
    return;
  }
  const runs = NODE.test(start.text);
  const known = set !== undefined || pairsOf(image.instructions, ['ARG']).some(({ name }) => name === 'NODE_ENV') || SETS_ITSELF.test(`${start.text} ${script?.command ?? ''}`);
  // A development server was told of already, and of what it runs in.
  if (server || behind || named) return;
  if (!runs || known || asksNothing(file.path, context) || context.projectUses('production')) return;
  const started = start.words.find(({ text }) => NODE.test(text)) ?? first;
  yield { at: started.at, subject: 'node-env', severity: 'info', message, repair: { title: 'Add ENV NODE_ENV=production', changes: [added(image, 'ENV NODE_ENV=production')] } };
}
/** What serves sets the variable itself, or does not ask for it. */
function asksNothing(path: FilePath, context: RuleContext): boolean {
  const depends = (name: string): boolean => context.depends(name, path) === true;
  if (['next', 'nuxt'].some(depends)) return true;
  return ['@hapi/hapi', 'hapi', 'fastify', 'hono', '@nestjs/platform-fastify'].some(depends) && !['express', '@nestjs/platform-express', 'connect', 'apollo-server', '@apollo/server'].some(depends);
}
function* debuggers(image: FinalImage, start: Start): Iterable<ConfigRisk> {
  const base = { severity: 'warning', message: 'The debugger is reachable and runs any code it is sent. Remove it.' } as const;
  for (const word of start.words) {
    const found = devCommands(word.text).find(({ how }) => how === 'debugger');
    if (!found) continue;
    const isWhole = found.word === word.text;
    yield { ...base, at: word.at, subject: 'debugger', repair: isWhole ? { title: 'Start without the debugger', changes: [{ do: 'remove', at: word.wholeAt, as: 'text' }] } : { refused: 'It is a part of a longer text.' } };
  }
  for (const instruction of image.instructions) {
    if (instruction.keyword === 'ENV')
      for (const { name, value, valueAt, at } of instruction.pairs) {
        const fault = value === undefined || name === 'NODE_ENV' ? undefined : settingFault(name, value);
        if (valueAt && fault)
          yield { ...base, message: fault.message, at: valueAt, subject: name, repair: { title: 'Remove it', changes: [{ do: 'remove', at: instruction.pairs.length === 1 ? instruction.at : at, as: 'text' }] } };
      }
    if (instruction.keyword === 'EXPOSE')
      for (const word of instruction.words) {
        if (!DEBUG_PORT.test(word.text)) continue;
        const gone = instruction.words.length === 1 ? instruction.at : word.wholeAt;
        yield { ...base, at: word.at, subject: `port ${word.text}`, repair: { title: 'Do not expose it', changes: [{ do: 'remove', at: gone, as: 'text' }] } };
      }
  }
}
function* everything(file: Dockerfile, image: FinalImage, start: Start, context: RuleContext): Iterable<ConfigRisk> {
  if (start.words.length === 0) return;
  for (const instruction of copying(image.last.instructions)) {
    const [source, target, ...others] = instruction.words;
    if (!source || !target || others.length > 0 || !/^\.\/?$/.test(source.text) || instruction.flags.some(({ name }) => name === 'from' || name === 'exclude')) continue;
    const missing = ['.env', '.git'].filter((name) => !context.dockerIgnore(file.path, name).ignored);
    const { nearest } = context.dockerIgnore(file.path, '.env');
    if (missing.length === 0) continue;
    const folder = folderOf(file.path);
    const path = nearest ?? filePath(folder === '' ? '.dockerignore' : `${folder}/.dockerignore`);
    yield {
      at: source.at, subject: 'copy all', severity: 'info', message: '.env and .git may be copied into the image. Add them to .dockerignore.',
      repair: { title: 'Add to .dockerignore', changes: missing.map((text) => ({ do: 'line', path, text })) },
    };
  }
}
