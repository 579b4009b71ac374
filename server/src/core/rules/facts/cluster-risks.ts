import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { RuleContext } from '../rule.js';
import { storePorts } from './compose.js';
import { isGuessedPassword, isOpenSwitch } from './compose-risks.js';
import { originNamed, type ConfigRisk } from './config-risk.js';
import { annotationsOf, containersOf, manifestsOf, podOf, type Manifest } from './manifests.js';

const DATA_PORTS = new Set(['postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'rabbitmq', 'memcached', 'mssql-server'].flatMap((image) => storePorts(image) ?? []));
const DECIDES = { refused: 'Who may reach it, and how, only the operator knows.' };

/** What a manifest opens to the network or the host: stores that are published, pods that share the node. */
export function* exposedRisks(file: Settings): Iterable<ConfigRisk> {
  for (const manifest of manifestsOf(file)) {
    if (manifest.kind === 'Service') yield* published(manifest);
    const pod = podOf(manifest);
    if (pod) yield* [...shared(manifest, pod), ...guessed(manifest, pod)];
    if (manifest.kind === 'ClusterRole') yield* anything(manifest);
    if (manifest.kind === 'ClusterRoleBinding') yield* everything(manifest);
    if (manifest.kind === 'Namespace') yield* admitted(manifest);
  }
}
function* published({ name, value }: Manifest): Iterable<ConfigRisk> {
  const type = asText(valueAt(value, 'spec', 'type'));
  if (type !== 'NodePort' && type !== 'LoadBalancer') return;
  const notes = [...annotationsOf({ kind: 'Service', name, value })];
  const isInternal = notes.some(([key, note]) => /internal|scheme|load-balancer-type/i.test(key) && /^(true|internal|0\.0\.0\.0\/0)$/i.test(String(asScalar(note)?.value ?? '')));
  if (isInternal || valueAt(value, 'spec', 'loadBalancerSourceRanges')) return;
  for (const { value: port } of asArray(valueAt(value, 'spec', 'ports'))?.items ?? []) {
    const number = valueOf(port, 'targetPort') ?? valueOf(port, 'port');
    const outer = valueOf(port, 'port');
    const target = Number(asScalar(number)?.value);
    if (!outer || !DATA_PORTS.has(Number.isInteger(target) ? target : Number(asScalar(outer)?.value))) continue;
    yield {
      at: outer.at, subject: `${name} ${type}`, severity: 'warning', message: `${name} is reachable from outside the cluster. Make it a ClusterIP service, or say which addresses may reach it.`,
      repair: DECIDES,
    };
  }
}
function* shared({ name, kind }: Manifest, pod: Value): Iterable<ConfigRisk> {
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    const value = valueOf(pod, key);
    if (!value || !isTrue(value)) continue;
    yield {
      at: value.at, subject: `${name} ${key}`, severity: 'info', message: `${name} shares ${SHARES.get(key) ?? 'a part'} of the node. Remove ${key}.`,
      repair: { title: `Set ${key} to false`, changes: [{ do: 'replace', at: value.at, code: ['false'] }] },
    };
  }
  for (const { value: volume } of asArray(valueOf(pod, 'volumes'))?.items ?? []) {
    const path = valueAt(volume, 'hostPath', 'path');
    const isSocket = /\/(docker|containerd\/containerd|crio\/crio)\.sock$/.test(asText(path) ?? '');
    if (path && isSocket) yield { at: path.at, subject: `${name} socket`, severity: 'warning', message: `A break-in into ${name} owns the node, because it may command its containers. Remove the volume.`, repair: DECIDES };
    else if (path && kind !== 'DaemonSet') yield { at: path.at, subject: `${name} ${asText(path) ?? ''}`, severity: 'info', message: `${name} reads a folder of the node, and may leave something in it for others. Give it a volume of its own.`, repair: DECIDES };
  }
  if (kind === 'DaemonSet') return;
  for (const container of containersOf(pod))
    for (const { value: port } of asArray(valueOf(container.value, 'ports'))?.items ?? []) {
      const outer = valueOf(port, 'hostPort');
      if (outer) yield { at: outer.at, subject: `${name} hostPort`, severity: 'info', message: `${container.name} answers at the address of the node, past services and their policies. Remove hostPort, and put a service before it.`, repair: DECIDES };
    }
}
/** An account of a program that may do everything in the cluster. */
function* everything({ name, value }: Manifest): Iterable<ConfigRisk> {
  const role = valueAt(value, 'roleRef', 'name');
  const isProgram = (asArray(valueOf(value, 'subjects'))?.items ?? []).some((item) => asText(valueOf(item.value, 'kind')) === 'ServiceAccount');
  if (role && isProgram && asText(role) === 'cluster-admin') yield { at: role.at, subject: `${name} role`, severity: 'warning', message: 'A break-in into what runs with this account owns the cluster. Bind a role with the few rights it needs.', repair: DECIDES };
}
/** Rights to do everything with everything. */
function* anything({ name, value }: Manifest): Iterable<ConfigRisk> {
  for (const { value: rule } of asArray(valueOf(value, 'rules'))?.items ?? []) {
    const star = (key: string): Value | undefined => (asArray(valueOf(rule, key))?.items ?? []).map((item) => item.value).find((one) => asText(one) === '*');
    const verbs = star('verbs');
    if (verbs && star('resources') && (star('apiGroups') ?? !valueOf(rule, 'apiGroups')))
      yield { at: verbs.at, subject: `${name} rights`, severity: 'warning', message: 'A break-in into what has this role owns the cluster. List the resources and verbs it needs.', repair: DECIDES };
  }
}
/** A store that lets everyone in, or has the password that is tried first. */
function* guessed({ name }: Manifest, pod: Value): Iterable<ConfigRisk> {
  for (const container of containersOf(pod))
    for (const { value: item } of asArray(valueOf(container.value, 'env'))?.items ?? []) {
      const [key, value] = [asText(valueOf(item, 'name')), valueOf(item, 'value')];
      const text = asText(value);
      if (key === undefined || !value || text === undefined) continue;
      const isOpen = isOpenSwitch(key, text);
      if (!isOpen && !isGuessedPassword(key, text)) continue;
      yield {
        at: value.at, subject: `${name} ${container.name} ${key}`, severity: 'warning', repair: DECIDES,
        message: isOpen ? `${container.name} lets everyone in who reaches it ('${key}'). Give it a password.` : `'${key}' is a password that is tried first. Choose another and take it from a secret.`,
      };
    }
}
function* admitted({ name, value }: Manifest): Iterable<ConfigRisk> {
  const label = valueAt(value, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce');
  if (label && asText(label) === 'privileged' && !/^(kube-|.{0,60}-system$)/.test(name))
    yield { at: label.at, subject: `${name} admission`, severity: 'info', message: 'Pods of any rights may run here. Set it to baseline or restricted.', repair: DECIDES };
}
const SHARES: ReadonlyMap<string, string> = new Map([['hostNetwork', 'the network'], ['hostPID', 'the processes'], ['hostIPC', 'the memory']]);

const NGINX = 'nginx.ingress.kubernetes.io/';
/** What an ingress lets pass in the clear, and to which origins. */
export function* ingressRisks(file: Settings, context: RuleContext): Iterable<ConfigRisk> {
  for (const manifest of manifestsOf(file)) {
    if (manifest.kind !== 'Ingress') continue;
    const notes = annotationsOf(manifest);
    const said = (key: string): string | undefined => {
      const scalar = asScalar(notes.get(NGINX + key))?.value;
      return scalar === undefined || scalar === null ? undefined : String(scalar).toLowerCase();
    };
    for (const key of ['ssl-redirect', 'force-ssl-redirect']) {
      const value = notes.get(NGINX + key);
      if (value && said(key) === 'false') yield plain(value, `${manifest.name} ${key}`, 'warning', 'Requests in the clear are answered instead of being sent to HTTPS. Remove this annotation.');
    }
    const verify = notes.get(`${NGINX}proxy-ssl-verify`);
    if (verify && said('proxy-ssl-verify') === 'off') yield plain(verify, `${manifest.name} proxy-ssl-verify`, 'warning', "The upstream's certificate is not checked. Set it to on.");
    yield* origins(manifest, notes, said, context);
    for (const key of ['configuration-snippet', 'server-snippet']) yield* echoed(manifest, notes.get(NGINX + key), context);
    // What a template leaves to be filled in may be the section that is missed.
    if (!context.textOf(file.at).includes('{{')) yield* withoutTls(manifest, notes);
  }
}
function plain({ at }: Value, subject: string, severity: 'warning' | 'info', message: string): ConfigRisk {
  return { at, subject, severity, message, repair: DECIDES };
}
function* origins({ name }: Manifest, notes: ReadonlyMap<string, Value>, said: (key: string) => string | undefined, context: RuleContext): Iterable<ConfigRisk> {
  const enabled = notes.get(`${NGINX}enable-cors`);
  if (!enabled || said('enable-cors') !== 'true') return;
  const allowed = notes.get(`${NGINX}cors-allow-origin`);
  if (allowed && said('cors-allow-origin') !== '*') return;
  yield {
    at: (allowed ?? enabled).at, subject: `${name} cors`, severity: 'warning', message: 'Any website can read what is served here. Name the allowed origins.',
    repair: allowed ? originNamed(allowed.at, "'", context) : DECIDES,
  };
}
/** Lines of nginx in an annotation that send any origin back. */
function* echoed({ name }: Manifest, note: Value | undefined, context: RuleContext): Iterable<ConfigRisk> {
  const text = note ? context.textOf(note.at) : '';
  const found = /(?:add_header|more_set_headers)\s{1,10}["']?access-control-allow-origin:?["']?\s{1,10}["']?(\$http_origin|\*)/i.exec(text);
  if (!note || !found || /if\s{0,4}\(\s{0,4}\$http_origin/.test(text)) return;
  const isCookies = found[1] !== '*' && /access-control-allow-credentials:?["']?\s{1,10}["']?true/i.test(text);
  yield {
    at: context.within(note.at, found.index, found.index + found[0].length), subject: `${name} snippet`, severity: isCookies ? 'error' : 'warning',
    message: isCookies ? "Any website can act here with the visitor's cookies. Name the allowed origins." : 'Any website can read what is served here. Name the allowed origins.', repair: DECIDES,
  };
}
/** Certificates may hang on the balancer in front: any annotation that speaks of one is believed. */
function* withoutTls({ name, value }: Manifest, notes: ReadonlyMap<string, Value>): Iterable<ConfigRisk> {
  const spec = valueOf(value, 'spec');
  const rules = valueOf(spec, 'rules');
  const isOpen = [value, spec].some((one) => one?.kind !== 'object' || one.open);
  const elsewhere = [...notes].some(([key, note]) => !/ssl-redirect$/.test(key) && /cert|tls|ssl|https|443|alb\.|gce|gke/i.test(`${key} ${String(asScalar(note)?.value ?? '')}`));
  if (isOpen || !rules || valueOf(spec, 'tls') || elsewhere || /alb|gce|gke|azure|tailscale|ngrok/i.test(asText(valueOf(spec, 'ingressClassName')) ?? '')) return;
  const host = (asArray(rules)?.items ?? []).map((item) => valueOf(item.value, 'host')).find((one) => one !== undefined);
  const local = /(^|\.)(localhost|local|test|internal|lan|example|nip\.io|sslip\.io)$/i.test(asText(host) ?? 'localhost');
  const at = entriesOf(spec).find(({ key }) => key === 'rules')?.keyAt;
  if (at && !local) yield { at, subject: `${name} tls`, severity: 'info', message: `${name} answers in the clear only, because it names no certificate. Add a tls section.`, repair: DECIDES };
}
