import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asObject, asScalar, asText, entriesOf, valueOf } from '../../openapi/values.js';
import type { At, FilePath } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { devCommands, scriptRun } from './dev-commands.js';

/** One service of a compose file. */
export interface ComposeService {
  readonly name: string;
  readonly value: Value;
  /** Without registry, tag and digest, lower case: `postgres` of `docker.io/library/postgres:16`; the default of a variable counts. */
  readonly image: string;
  readonly key: readonly (string | number)[];
}
/** One variable a service is given, in either form. */
export interface GivenVariable {
  readonly name: string;
  /** Undefined: it is handed on from the caller. */
  readonly value: string | undefined;
  /** The value as it is written, without the name. */
  readonly at: At;
  /** The key path of the entry, and what is set there for another value. */
  readonly key: readonly (string | number)[];
  written(value: string): string;
}
/** A port that is published. */
export interface PublishedPort {
  readonly target: number;
  /** Only for this machine, or for an address nobody knows. */
  readonly bound: boolean;
  readonly at: At;
  readonly key: readonly (string | number)[];
  /** What is set at the key so that it is bound to this machine. */
  readonly fixed: string | undefined;
}

/** The services of a compose file. */
export function servicesOf(file: Settings): readonly ComposeService[] {
  return entriesOf(valueOf(file.root, 'services')).map(({ key, value }) => ({ name: key, value, image: shortImage(asText(valueOf(value, 'image')) ?? ''), key: ['services', key] }));
}
function shortImage(image: string): string {
  const filled = image.replace(/\$\{\w{1,60}:?-([^}]{0,200})\}/g, '$1');
  return (filled.split('/').at(-1) ?? '').replace(/[:@].*$/, '').toLowerCase();
}

/** The variables of a service's `environment`, as a map or a list. */
export function variablesOf({ value, key }: ComposeService, context: RuleContext): readonly GivenVariable[] {
  const environment = valueOf(value, 'environment');
  const map = entriesOf(environment).map((entry): GivenVariable => {
    const scalar = asScalar(entry.value)?.value;
    return { name: entry.key, value: scalar === undefined || scalar === null ? undefined : String(scalar), at: entry.value.at, key: [...key, 'environment', entry.key], written: (text) => text };
  });
  const list = (asArray(environment)?.items ?? []).flatMap((item, index): readonly GivenVariable[] => {
    const text = asText(item.value) ?? '';
    const [, name, given] = /^([\w.-]{1,100})=([^]*)$/.exec(text) ?? [];
    if (name === undefined || given === undefined) return [];
    const source = context.textOf(item.value.at);
    const from = source.indexOf('=') + 1;
    const at = context.within(item.value.at, from, /["']$/.test(source) && /^["']/.test(source) ? source.length - 1 : source.length);
    return [{ name, value: given, at, key: [...key, 'environment', index], written: (other) => `${name}=${other}` }];
  });
  return [...map, ...list];
}

/** The ports of a service that are published, in every form. */
export function portsOf({ value, key }: ComposeService): readonly PublishedPort[] {
  return (asArray(valueOf(value, 'ports'))?.items ?? []).flatMap((item, index): readonly PublishedPort[] => {
    const own = [...key, 'ports', index];
    const scalar = asScalar(item.value)?.value;
    if (typeof scalar === 'string' || typeof scalar === 'number') {
      const found = readPort(String(scalar));
      return found ? [{ ...found, at: item.value.at, key: own }] : [];
    }
    const target = Number(asScalar(valueOf(item.value, 'target'))?.value);
    const host = asScalar(valueOf(item.value, 'host_ip'))?.value;
    if (!asObject(item.value) || !Number.isInteger(target)) return [];
    return [{ target, bound: host !== undefined && isHere(String(host)), at: valueOf(item.value, 'published')?.at ?? item.value.at, key: [...own, 'host_ip'], fixed: '127.0.0.1' }];
  });
}
function readPort(text: string): Pick<PublishedPort, 'target' | 'bound' | 'fixed'> | undefined {
  const [plain = '', protocol] = text.split('/');
  if (protocol !== undefined && protocol !== 'tcp') return undefined;
  const parts = plain.replace(/\$\{[^}]{0,200}\}|\[[\d:a-f]{2,40}\]/gi, (piece) => piece.replaceAll(':', '\0')).split(':').map((part) => part.replaceAll('\0', ':'));
  const target = Number(filledIn(parts.at(-1) ?? ''));
  if (!Number.isInteger(target) || target <= 0 || parts.length > 3) return undefined;
  const host = parts.length === 3 ? parts[0] ?? '' : undefined;
  const rest = (parts.length === 3 ? parts.slice(1) : parts).join(':');
  const fixed = `127.0.0.1:${parts.length === 1 ? `${rest}:${rest}` : rest}${protocol === undefined ? '' : `/${protocol}`}`;
  return { target, bound: host !== undefined && isHere(host), fixed };
}
function filledIn(text: string): string {
  return text.replace(/^\$\{\w{1,60}:?-(\d{1,5})\}$/, '$1');
}
function isHere(host: string): boolean {
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host) || host.includes('$');
}

/** The words of a `command` or `entrypoint`, in either form. */
export function commandOf({ value }: ComposeService): string {
  return ['entrypoint', 'command'].flatMap((key) => {
    const command = valueOf(value, key);
    return [asText(command) ?? (asArray(command)?.items ?? []).map((item) => String(asScalar(item.value)?.value ?? '')).join(' ')];
  }).join(' ').trim();
}

/** Compose files for one machine, by their name. */
const BY_NAME = /[._-](dev|devel|development|local|override|tests?|ci|e2e|debug|integration|example|sample)[._-]|(^|\/)(\.devcontainer|dev|development|local|ci|tests?|infra-dev)\//i;
/** Whether a compose file serves the developer: by its name, by what it starts and mounts, or because it holds nothing but what others need. */
export function isForDevelopers(file: Settings, context: RuleContext): boolean {
  if (isNamedForDevelopers(file.path)) return true;
  const services = servicesOf(file);
  if (!services.some(({ value, image }) => valueOf(value, 'build') !== undefined || (image !== '' && !isBacking(image)))) return true;
  return isStartedForDevelopers(file) || services.some((service) => variablesOf(service, context).some(({ name, value }) => name === 'NODE_ENV' && /^(development|dev|local|test)$/.test(value ?? '')));
}
/** Whether a compose file starts and mounts what only developers do, whatever environment it names. */
export function isStartedForDevelopers(file: Settings): boolean {
  return servicesOf(file).some((service) => {
    const command = commandOf(service);
    const run = scriptRun(command) ?? '';
    if (devCommands(command).some(({ how }) => how === 'server' || how === 'environment') || /^(dev|start:dev|develop|watch)\b/.test(run)) return true;
    // The source itself, mounted over what was built: `.:/app`.
    return valueOf(service.value, 'build') !== undefined && (asArray(valueOf(service.value, 'volumes'))?.items ?? []).some((item) => /^\.{1,2}\/?:|^\.\/src\/?:/.test(asText(item.value) ?? ''));
  });
}
/** Whether a name says that a compose file is for one machine. */
export function isNamedForDevelopers(path: FilePath): boolean {
  return BY_NAME.test(path);
}

/** Stores by the names of their images, with the ports that lead to their data. */
const STORES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(postgres|postgis|timescaledb|timescaledb-ha|pgvector|postgresql|cockroach)$/, [5432, 26257]], [/^(mysql|mysql-server|mariadb|percona|percona-server)$/, [3306]], [/^(mongo|mongodb|mongodb-community-server)$/, [27017]],
  [/^(redis|redis-stack|redis-stack-server|valkey|keydb|dragonfly)$/, [6379]], [/^(elasticsearch|opensearch)$/, [9200, 9300]], [/^rabbitmq$/, [5672, 15672]], [/^memcached$/, [11211]], [/^(server|mssql-server|azure-sql-edge)$/, [1433]],
  [/^(couchdb|cassandra|scylla|neo4j|influxdb|clickhouse-server|clickhouse|etcd)$/, [5984, 9042, 7474, 7687, 8086, 8123, 9000, 2379]],
];
/** The ports that lead to the data of a store; undefined for any other image. */
export function storePorts(image: string): readonly number[] | undefined {
  return STORES.find(([pattern]) => pattern.test(image))?.[1];
}
/** What developers put beside stores. */
const BESIDE = new RegExp(
  '^(adminer|pgadmin4?|phpmyadmin|mongo-express|redis-?commander|redisinsight|mailhog|mailpit|maildev|minio|mc|localstack|zookeeper|kafka|cp-kafka|kafka-ui|kibana|jaeger|all-in-one|nats|keycloak|' +
  'azurite|dynamodb-local|elasticmq)',
);
function isBacking(image: string): boolean {
  return storePorts(image) !== undefined || BESIDE.test(image);
}
