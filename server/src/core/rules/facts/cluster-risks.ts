import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { RuleContext } from '../rule.js';
import { storePorts } from './compose.js';
import { originNamed, type ConfigRisk } from './config-risk.js';
import { annotationsOf, manifestsOf, podOf, type Manifest } from './manifests.js';

const DATA_PORTS = new Set(['postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'rabbitmq', 'memcached', 'mssql-server'].flatMap((image) => storePorts(image) ?? []));
const DECIDES = { refused: 'Who may reach it, and how, only the operator knows.' };

/** What a manifest opens to the network or the host: stores that are published, pods that share the node. */
export function* exposedRisks(file: Settings): Iterable<ConfigRisk> {
  for (const manifest of manifestsOf(file)) {
    if (manifest.kind === 'Service') yield* published(manifest);
    const pod = podOf(manifest);
    if (pod) yield* shared(manifest, pod);
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
function* shared({ name }: Manifest, pod: Value): Iterable<ConfigRisk> {
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
  }
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
/** Certificates may hang on the balancer in front: any annotation that speaks of one is believed. */
function* withoutTls({ name, value }: Manifest, notes: ReadonlyMap<string, Value>): Iterable<ConfigRisk> {
  const spec = valueOf(value, 'spec');
  const rules = valueOf(spec, 'rules');
  const isOpen = [value, spec].some((one) => one?.kind !== 'object' || one.open);
  const elsewhere = [...notes].some(([key, note]) => /cert|tls|ssl|https|443|alb\.|gce|gke/i.test(`${key} ${String(asScalar(note)?.value ?? '')}`));
  if (isOpen || !rules || valueOf(spec, 'tls') || elsewhere || /alb|gce|gke|azure|tailscale|ngrok/i.test(asText(valueOf(spec, 'ingressClassName')) ?? '')) return;
  const host = (asArray(rules)?.items ?? []).map((item) => valueOf(item.value, 'host')).find((one) => one !== undefined);
  const local = /(^|\.)(localhost|local|test|internal|lan|example|nip\.io|sslip\.io)$/i.test(asText(host) ?? 'localhost');
  const at = entriesOf(spec).find(({ key }) => key === 'rules')?.keyAt;
  if (at && !local) yield { at, subject: `${name} tls`, severity: 'info', message: `${name} answers in the clear only, because it names no certificate. Add a tls section.`, repair: DECIDES };
}
