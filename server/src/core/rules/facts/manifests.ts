import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asText, entriesOf, valueAt, valueOf } from '../../openapi/values.js';

/** One object of a Kubernetes manifest. */
export interface Manifest {
  readonly kind: string;
  readonly name: string;
  readonly value: Value;
}
/** One container of a workload, and what holds for its pod. */
export interface Container {
  readonly name: string;
  readonly value: Value;
  readonly pod: Value;
}
const MOST = 500;

/** The objects of a file, those of a list as well. */
export function manifestsOf(file: Settings): readonly Manifest[] {
  return file.documents.flatMap((document) => [document, ...(asArray(valueOf(document, 'items'))?.items ?? []).map((item) => item.value)]).slice(0, MOST).flatMap((value) => {
    const kind = asText(valueOf(value, 'kind'));
    return kind === undefined ? [] : [{ kind, name: asText(valueAt(value, 'metadata', 'name')) ?? kind, value }];
  });
}
/** What describes the pods of a workload; undefined for any other object. */
export function podOf({ kind, value }: Manifest): Value | undefined {
  if (kind === 'Pod') return valueOf(value, 'spec');
  if (kind === 'CronJob') return valueAt(value, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  return /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/.test(kind) ? valueAt(value, 'spec', 'template', 'spec') : undefined;
}
/** The containers of a pod, those that run before the others too. */
export function containersOf(pod: Value): readonly Container[] {
  return ['initContainers', 'containers'].flatMap((key) => (asArray(valueOf(pod, key))?.items ?? []).map(({ value }) => ({ name: asText(valueOf(value, 'name')) ?? 'container', value, pod })));
}
/** `metadata.annotations` with text values. */
export function annotationsOf({ value }: Manifest): ReadonlyMap<string, Value> {
  return new Map(entriesOf(valueAt(value, 'metadata', 'annotations')).map((entry) => [entry.key, entry.value]));
}
