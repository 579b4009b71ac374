/** What a command line starts that is made for developers: the words that say so, as a part of it. */
export interface DevCommand {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly how: 'server' | 'environment' | 'debugger' | 'tls';
}

const TOOL = '(?:^|[\\s;&|(]|/\\.bin/)(?:npx\\s{1,3}|yarn\\s{1,3}|pnpm\\s{1,3}(?:exec\\s{1,3})?|bunx\\s{1,3})?';
/** Programs that watch, rebuild or serve without building; each with what tells it from its harmless commands. */
const SERVERS: readonly RegExp[] = [
  program('nodemon|ts-node-dev|tsnd|node-dev|supervisor|webpack-dev-server', '(?=\\s|$|["\'])'),
  program('(?:next|nuxi?|remix|astro|wrangler) dev|(?:strapi|gatsby) develop|tsx watch|(?:webpack|ng|vue-cli-service) serve|react-scripts start|(?:serverless|sls) offline', '(?=\\s|$|["\';&|])'),
  program('nest start (?:--debug )?(?:--watch|-w)', '(?=\\s|$|["\';&|])'),
  program('vite', '(?=\\s*$|\\s{1,3}(?:dev|serve|--host|--port|-)(?:\\s|\\b))'),
  /(?:^|\s|\/)(?:node|bun|deno(?:\s+run)?)\s(?:[^;&|]{0,80}\s)?(--watch(?:-path=\S+)?)(?=\s|$)/d,
];
const ENVIRONMENT = /(?:^|\s)(NODE_ENV=["']?(?:development|dev|local)\b["']?)/d;
const DEBUGGER = /(?:^|[\s="'])(--inspect(?:-brk|-wait)?(?:=[\w.:[\]${}]{1,60})?)(?=$|[\s"'])/d;
const UNCHECKED = /(?:^|\s)(NODE_TLS_REJECT_UNAUTHORIZED=["']?0\b["']?)/d;
const LONGEST = 2_000;
/** Programs of these names, however they are started. */
function program(names: string, behind: string): RegExp {
  return new RegExp(`${TOOL}(${names.replaceAll(' ', '\\s{1,3}')})${behind}`, 'd');
}

/** Every such thing in a command, in order of place. */
export function devCommands(command: string): readonly DevCommand[] {
  const text = command.slice(0, LONGEST);
  const found: DevCommand[] = [];
  const look = (pattern: RegExp, how: DevCommand['how']): void => {
    const at = pattern.exec(text)?.indices?.[1];
    if (at) found.push({ word: text.slice(at[0], at[1]), start: at[0], end: at[1], how });
  };
  for (const pattern of SERVERS) look(pattern, 'server');
  look(ENVIRONMENT, 'environment');
  look(DEBUGGER, 'debugger');
  look(UNCHECKED, 'tls');
  return found.sort((a, b) => a.start - b.start);
}

/** The script of a package.json a command runs and nothing else: `npm start`, `yarn dev`, `pnpm run start:prod`. */
export function scriptRun(command: string): string | undefined {
  const found = /^\s{0,10}(?:exec\s{1,3})?(?:npm|pnpm|yarn|bun)\s{1,3}(?:--\S{1,40}\s{1,3}){0,3}(?:(?:run|run-script)\s{1,3}(?:--\S{1,40}\s{1,3}){0,3}([\w:.-]{1,60})|(start|test|dev|serve|develop))\b/.exec(command);
  return found?.[1] ?? found?.[2];
}
