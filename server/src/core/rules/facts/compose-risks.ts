import type { Settings } from '../../artifacts/kind.js';
import { asArray, asScalar, asText, isTrue, valueOf } from '../../openapi/values.js';
import type { RuleContext, Severity } from '../rule.js';
import { commandOf, isForDevelopers, isNamedForDevelopers, isStartedForDevelopers, portsOf, servicesOf, storePorts, variablesOf, type ComposeService, type GivenVariable } from './compose.js';
import type { ConfigRisk } from './config-risk.js';
import { guessable, settingSecret } from './config-secrets.js';
import { devCommands } from './dev-commands.js';
import { isStrongCapability, settingFault } from './setting-faults.js';

/** Tools that watch or steer the other containers: that is what they need the socket for. */
const STEERS = new RegExp(
  '^(traefik|portainer.*|watchtower|autoheal|cadvisor|dozzle|diun|ofelia|docker-socket-proxy|nginx-proxy|docker-gen|acme-companion|agent|telegraf|promtail|vector|alloy|' +
  'gitlab-runner|github-runner|dind|docker|netdata|homepage|glances|lazydocker|ouroboros|swag|caddy-docker-proxy|semaphore|woodpecker.*|drone.*|act_runner)$',
);
const OPEN_SWITCHES: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^(MYSQL|MARIADB)_ALLOW_EMPTY_(ROOT_)?PASSWORD$/, /^(1|yes|true)$/i], [/^POSTGRES_HOST_AUTH_METHOD$/, /^trust$/i], [/^xpack\.security\.enabled$/, /^false$/i],
  [/^(ALLOW_ANONYMOUS_LOGIN|ALLOW_EMPTY_PASSWORD)$/, /^(1|yes|true)$/i], [/^(DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)$/, /^true$/i],
];
/** Consoles of stores and queues. */
const CONSOLES = /^(adminer|phpmyadmin|pgadmin4?|mongo-express|redis-?commander|redisinsight|rediscommander|kafka-ui|cloudbeaver|pgweb|elasticvue|dbgate|bull-board)$/;
/** Switches of a command line that open what they start. */
const OPEN_COMMANDS: readonly (readonly [RegExp, string])[] = [
  [/--api\.insecure(?:=true)?(?=$|[\s"',\]])/, 'shows its dashboard and settings to everyone who reaches it. Remove --api.insecure, and put the dashboard behind a login'],
  [/--serverstransport\.insecureskipverify(?:=true)?(?=$|[\s"',\]])/i, 'takes any certificate from the services behind it. Name the authority it trusts with rootCAs'],
  [/(?<=^|\s)--noauth(?=$|\s)/, 'lets everyone in who reaches it. Give it a password, and start it with --auth'],
];
const REFUSED = { refused: 'What has to be there instead, only its author knows.' };
const TO_BE_CHOSEN = { refused: 'A password has to be chosen, and told to the services that use it.' };
const FOR_ONE_MACHINE = /^(dev|local|test)(elopment)?[-_.]/i;
const PASSWORD = /(PASSWORD|PASSWD|_PASS|SECRET(_KEY(_BASE)?)?)$/;

/** Everything in a compose file that opens a store, or the host, to others. */
export function* composeRisks(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  const named = isNamedForDevelopers(file.path);
  const developers = named || isForDevelopers(file, context);
  // Of one machine alone is what a password guards there, and who a program runs as.
  const isOneMachine = named || isStartedForDevelopers(file);
  const lowered = (severity: Severity): Severity => (developers ? 'hint' : severity);
  for (const service of servicesOf(file)) {
    const all = [...ports(service, context), ...passwords(service, file, isOneMachine, context), ...(isOneMachine ? [] : [...settings(service, file, context), ...user(service)]), ...(named ? [] : started(service)), ...host(service, file)];
    for (const risk of all) yield { ...risk, severity: risk.severity === 'error' ? (named ? 'hint' : 'error') : lowered(risk.severity) };
  }
}

function* ports(service: ComposeService, context: RuleContext): Iterable<ConfigRisk> {
  const store = storePorts(service.image);
  const isConsole = CONSOLES.test(service.image);
  const isGuessable = variablesOf(service, context).some((one) => one.value !== undefined && (isGuessedPassword(one.name, one.value) || isOpen(one)));
  for (const { target, bound, at, key, fixed } of portsOf(service)) {
    const isDebugger = target === 9229;
    if (bound || (!isDebugger && !isConsole && store?.includes(target) !== true)) continue;
    const message = isConsole
      ? `${service.name} lets everyone who reaches this host manage what stands behind it. Bind it to 127.0.0.1 or remove the port.`
      : isDebugger
      ? 'The debugger is reachable from every network interface and runs any code it is sent. Bind it to 127.0.0.1 or remove the port.'
      : `${service.name} is reachable from every network interface${isGuessable ? ' with a default password' : ''}. Bind it to 127.0.0.1 or remove the port.`;
    yield {
      at, subject: `${service.name} ${target}`, severity: 'warning', message,
      repair: fixed === undefined ? { refused: 'This form of a port has no place for an address.' } : { title: 'Bind it to 127.0.0.1', changes: [{ do: 'set', path: at.path, key, value: fixed }] },
    };
  }
}
function isOpen({ name, value }: GivenVariable): boolean {
  return value !== undefined && isOpenSwitch(name, value);
}
/** A variable that makes a store let everyone in. */
export function isOpenSwitch(name: string, value: string): boolean {
  return OPEN_SWITCHES.some(([key, switched]) => key.test(name) && switched.test(value));
}
/** A variable that is a password, and one of the first guesses. */
export function isGuessedPassword(name: string, value: string): boolean {
  return PASSWORD.test(name) && guessable(value);
}
function* passwords(service: ComposeService, file: Settings, isOneMachine: boolean, context: RuleContext): Iterable<ConfigRisk> {
  const isReached = !isOneMachine || portsOf(service).some(({ bound }) => !bound);
  for (const variable of variablesOf(service, context)) {
    const { name, value, at, key } = variable;
    if (value === undefined || (isOneMachine && FOR_ONE_MACHINE.test(value))) continue;
    if (!isReached && (value === '' || isOpen(variable) || guessable(value) || settingSecret(name, value) === 'weak')) continue;
    if (value === '' && storePorts(service.image) && /(^|_)(PASSWORD|PASSWD)$/.test(name)) {
      yield { at, subject: `${service.name} ${name}`, severity: 'warning', message: `${service.name} lets everyone in who reaches it, because '${name}' is empty. Give it a password.`, repair: TO_BE_CHOSEN };
      continue;
    }
    if (isOpen(variable)) {
      yield { at, subject: `${service.name} ${name}`, severity: 'warning', message: `${service.name} lets everyone in who reaches it ('${name}'). Give it a password.`, repair: TO_BE_CHOSEN };
      continue;
    }
    const kind = settingSecret(name, value) ?? (isGuessedPassword(name, value) ? 'weak' : undefined);
    if (kind === undefined) continue;
    const message = kind === 'weak'
      ? `'${name}' is a password that is tried first. Choose another and take it from the environment or a secret.`
      : `'${name}' is written down for everyone who can read this file. Take it from the environment or a secret, and change it.`;
    yield {
      at, subject: `${service.name} ${name}`, severity: kind === 'weak' ? 'warning' : 'error', message,
      repair: { title: 'Take it from the environment', changes: [{ do: 'set', path: file.path, key, value: variable.written(`\${${name}}`) }] },
    };
  }
  const command = valueOf(service.value, 'command');
  if (/--protected-mode\s+no\b/.test(commandOf(service)) && command)
    yield { at: command.at, subject: `${service.name} protected-mode`, severity: 'warning', message: `${service.name} lets everyone in who reaches it. Give it a password with --requirepass.`, repair: TO_BE_CHOSEN };
}
/** What a program is given that makes it talk too much, trust too much, or run code of others. */
function* settings(service: ComposeService, file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  for (const { name, value, at, key, written } of variablesOf(service, context)) {
    const fault = value === undefined ? undefined : settingFault(name, value);
    if (!fault) continue;
    const isMode = fault.what === 'environment';
    yield {
      at, subject: `${service.name} ${name}`, severity: fault.severity, message: fault.message,
      repair: isMode
        ? { title: 'Set it to production', changes: [{ do: 'set', path: file.path, key, value: written('production') }] }
        : { title: `Remove ${name}`, changes: [{ do: 'unset', path: file.path, key }] },
    };
  }
}
/** What its command line opens, at the word that does. */
function* started(service: ComposeService): Iterable<ConfigRisk> {
  const isPublished = portsOf(service).some(({ target, bound }) => target === 9229 && !bound) || asText(valueOf(service.value, 'network_mode')) === 'host';
  for (const key of ['entrypoint', 'command']) {
    const command = valueOf(service.value, key);
    for (const value of asArray(command)?.items.map((item) => item.value) ?? (command ? [command] : [])) {
      const text = asText(value) ?? '';
      for (const [pattern, what] of OPEN_COMMANDS)
        if (pattern.test(text)) yield { at: value.at, subject: `${service.name} ${what.slice(0, 12)}`, severity: 'warning', message: `${service.name} ${what}.`, repair: REFUSED };
      const debug = devCommands(text).find(({ how, word }) => how === 'debugger' && /=(0\.0\.0\.0|\[?::)/.test(word));
      if (debug)
        yield {
          at: value.at, subject: `${service.name} debugger`, severity: isPublished ? 'warning' : 'info', repair: REFUSED,
          message: `The debugger of ${service.name} runs any code that ${isPublished ? 'anyone' : 'a container beside it'} sends. Start it without --inspect.`,
        };
    }
  }
}
/** Rights and parts of the host that a container is given; programs that steer containers need some of them. */
function* host(service: ComposeService, file: Settings): Iterable<ConfigRisk> {
  const severity = STEERS.test(service.image) ? 'hint' : 'warning';
  const lesser = STEERS.test(service.image) ? 'hint' : 'info';
  const { name, value, key } = service;
  const privileged = valueOf(value, 'privileged');
  if (privileged && isTrue(privileged))
    yield {
      at: privileged.at, subject: `${name} privileged`, severity, message: `A break-in into ${name} owns the host, because the container is privileged. Give it single capabilities instead.`,
      repair: { title: 'Remove privileged', changes: [{ do: 'unset', path: file.path, key: [...key, 'privileged'] }] },
    };
  for (const [index, item] of (asArray(valueOf(value, 'cap_add'))?.items ?? []).entries()) {
    const capability = asText(item.value);
    if (capability !== undefined && isStrongCapability(capability))
      yield {
        at: item.value.at, subject: `${name} ${capability}`, severity, message: `A break-in into ${name} reaches the host through ${capability}. Remove the capability.`,
        repair: { title: `Remove ${capability}`, changes: [{ do: 'unset', path: file.path, key: [...key, 'cap_add', index] }] },
      };
  }
  for (const [option, part] of SHARED) {
    const shared = valueOf(value, option);
    if (shared && asText(shared) === 'host')
      yield { at: shared.at, subject: `${name} ${option}`, severity: lesser, message: `${name} shares ${part}`, repair: { refused: 'What it needs of the host, only its author knows.' } };
  }
  for (const [index, item] of (asArray(valueOf(value, 'volumes'))?.items ?? []).entries()) {
    const source = asText(item.value)?.split(':')[0] ?? asText(valueOf(item.value, 'source'));
    if (source === undefined || !/\/(docker|containerd\/containerd|podman\/podman)\.sock$/.test(source)) continue;
    yield {
      at: item.value.at, subject: `${name} socket`, severity, message: `A break-in into ${name} owns the host, because it may command Docker. Remove the mount, or put a proxy between that allows single calls.`,
      repair: { title: 'Remove the mount', changes: [{ do: 'unset', path: file.path, key: [...key, 'volumes', index] }] },
    };
  }
}
function* user({ name, image, value }: ComposeService): Iterable<ConfigRisk> {
  const own = valueOf(value, 'user');
  if (own && /^(root|0)(:|$)/.test(String(asScalar(own)?.value)) && storePorts(image) === undefined)
    yield { at: own.at, subject: `${name} user`, severity: STEERS.test(image) ? 'hint' : 'info', message: `${name} runs as root, so a break-in owns the container. Run it as a user without rights.`, repair: REFUSED };
}
const SHARED: readonly (readonly [string, string])[] = [
  ['network_mode', 'the network of the host, with every port of it. Publish the ports it needs instead.'], ['pid', 'the processes of the host, and may read what they were given. Remove pid: host.'],
  ['ipc', 'the memory that processes of the host share. Remove ipc: host.'], ['userns_mode', 'the users of the host: its root is root there. Remove userns_mode: host.'],
];
