import type { Settings } from '../../artifacts/kind.js';
import { asArray, asText, isTrue, valueOf } from '../../openapi/values.js';
import type { RuleContext, Severity } from '../rule.js';
import { commandOf, isForDevelopers, isNamedForDevelopers, portsOf, servicesOf, storePorts, variablesOf, type ComposeService, type GivenVariable } from './compose.js';
import type { ConfigRisk } from './config-risk.js';
import { guessable, settingSecret } from './config-secrets.js';

/** Tools that watch or steer the other containers: that is what they need the socket for. */
const STEERS = new RegExp(
  '^(traefik|portainer.*|watchtower|autoheal|cadvisor|dozzle|diun|ofelia|docker-socket-proxy|nginx-proxy|docker-gen|acme-companion|agent|telegraf|promtail|vector|alloy|' +
  'gitlab-runner|github-runner|dind|docker|netdata|homepage|glances|lazydocker|ouroboros|swag|caddy-docker-proxy|semaphore|woodpecker.*|drone.*|act_runner)$',
);
const OPEN_SWITCHES: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^(MYSQL|MARIADB)_ALLOW_EMPTY_(ROOT_)?PASSWORD$/, /^(1|yes|true)$/i], [/^POSTGRES_HOST_AUTH_METHOD$/, /^trust$/i], [/^xpack\.security\.enabled$/, /^false$/i],
  [/^(ALLOW_ANONYMOUS_LOGIN|ALLOW_EMPTY_PASSWORD)$/, /^(1|yes|true)$/i], [/^(DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)$/, /^true$/i],
];
const TO_BE_CHOSEN = { refused: 'A password has to be chosen, and told to the services that use it.' };
const PASSWORD = /(PASSWORD|PASSWD|_PASS|SECRET(_KEY(_BASE)?)?)$/;

/** Everything in a compose file that opens a store, or the host, to others. */
export function* composeRisks(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  const named = isNamedForDevelopers(file.path);
  const developers = named || isForDevelopers(file, context);
  const lowered = (severity: Severity): Severity => (developers ? 'hint' : severity);
  for (const service of servicesOf(file)) {
    for (const risk of [...ports(service, context), ...passwords(service, file, context), ...host(service, file)]) yield { ...risk, severity: risk.severity === 'error' ? (named ? 'hint' : 'error') : lowered(risk.severity) };
  }
}

function* ports(service: ComposeService, context: RuleContext): Iterable<ConfigRisk> {
  const store = storePorts(service.image);
  const isGuessable = variablesOf(service, context).some((one) => one.value !== undefined && PASSWORD.test(one.name) && guessable(one.value)) || variablesOf(service, context).some(isOpen);
  for (const { target, bound, at, key, fixed } of portsOf(service)) {
    const isDebugger = target === 9229;
    if (bound || (!isDebugger && store?.includes(target) !== true)) continue;
    const message = isDebugger
      ? 'The debugger is reachable from every network interface and runs any code it is sent. Bind it to 127.0.0.1 or remove the port.'
      : `${service.name} is reachable from every network interface${isGuessable ? ' with a default password' : ''}. Bind it to 127.0.0.1 or remove the port.`;
    yield {
      at, subject: `${service.name} ${target}`, severity: 'warning', message,
      repair: fixed === undefined ? { refused: 'This form of a port has no place for an address.' } : { title: 'Bind it to 127.0.0.1', changes: [{ do: 'set', path: at.path, key, value: fixed }] },
    };
  }
}
function isOpen({ name, value }: GivenVariable): boolean {
  return value !== undefined && OPEN_SWITCHES.some(([key, switched]) => key.test(name) && switched.test(value));
}
function* passwords(service: ComposeService, file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  for (const variable of variablesOf(service, context)) {
    const { name, value, at, key } = variable;
    if (value === undefined) continue;
    if (isOpen(variable)) {
      yield { at, subject: `${service.name} ${name}`, severity: 'warning', message: `${service.name} lets everyone in who reaches it ('${name}'). Give it a password.`, repair: TO_BE_CHOSEN };
      continue;
    }
    const kind = settingSecret(name, value) ?? (PASSWORD.test(name) && guessable(value) ? 'weak' : undefined);
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
function* host(service: ComposeService, file: Settings): Iterable<ConfigRisk> {
  const privileged = valueOf(service.value, 'privileged');
  if (privileged && isTrue(privileged) && !STEERS.test(service.image))
    yield {
      at: privileged.at, subject: `${service.name} privileged`, severity: 'warning', message: `A break-in into ${service.name} owns the host, because the container is privileged. Give it single capabilities instead.`,
      repair: { title: 'Remove privileged', changes: [{ do: 'unset', path: file.path, key: [...service.key, 'privileged'] }] },
    };
  const network = valueOf(service.value, 'network_mode');
  if (network && asText(network) === 'host' && !STEERS.test(service.image))
    yield {
      at: network.at, subject: `${service.name} network`, severity: 'info', message: `${service.name} shares the network of the host, with every port of it. Publish the ports it needs instead.`,
      repair: { refused: 'Which ports it needs, only its author knows.' },
    };
  for (const [index, item] of (asArray(valueOf(service.value, 'volumes'))?.items ?? []).entries()) {
    const source = asText(item.value)?.split(':')[0] ?? asText(valueOf(item.value, 'source'));
    if (source === undefined || !/\/(docker|containerd\/containerd|podman\/podman)\.sock$/.test(source) || STEERS.test(service.image)) continue;
    yield {
      at: item.value.at, subject: `${service.name} socket`, severity: 'warning', message: `A break-in into ${service.name} owns the host, because it may command Docker. Remove the mount, or put a proxy between that allows single calls.`,
      repair: { title: 'Remove the mount', changes: [{ do: 'unset', path: file.path, key: [...service.key, 'volumes', index] }] },
    };
  }
}
