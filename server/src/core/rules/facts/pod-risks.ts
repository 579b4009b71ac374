import type { Settings } from '../../artifacts/kind.js';
import type { Value } from '../../model/value.js';
import { asArray, asScalar, asText, entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import type { Change } from '../rule.js';
import type { ConfigRisk } from './config-risk.js';
import { isNamedForDevelopers } from './compose.js';
import { settingSecret } from './config-secrets.js';
import { devCommands } from './dev-commands.js';
import { isStrongCapability, settingFault } from './setting-faults.js';
import { decoded } from './token-formats.js';
import { containersOf, manifestsOf, podOf, type Container, type Manifest } from './manifests.js';

const ONLY_AUTHOR = { refused: 'What the program needs of this, only its author knows.' };

/** What containers of a manifest may do, and which secrets are written down in it. */
export function* podRisks(file: Settings): Iterable<ConfigRisk> {
  // Overlays for developers set the mode of developers.
  for (const risk of risksOf(file)) if (risk.message !== MODE || !isNamedForDevelopers(file.path)) yield risk;
}
const MODE = settingFault('NODE_ENV', 'development')?.message;
function* risksOf(file: Settings): Iterable<ConfigRisk> {
  for (const document of file.documents) yield* generated(document);
  for (const manifest of manifestsOf(file)) {
    yield* written(manifest);
    const pod = podOf(manifest);
    if (!pod) continue;
    for (const container of containersOf(pod)) {
      yield* moving(manifest, container);
      yield* rights(manifest, container);
      yield* given(manifest, container);
      yield* started(manifest, container);
    }
    yield* user(manifest.name, valueOf(pod, 'securityContext'));
  }
}
/** An image that is another one tomorrow. */
function* moving({ name }: Manifest, container: Container): Iterable<ConfigRisk> {
  const image = valueOf(container.value, 'image');
  const text = asText(image);
  if (image && text !== undefined && /:latest$/.test(text))
    yield { at: image.at, subject: `${name} ${container.name} image`, severity: 'hint', message: `'${text.slice(-80)}' is whatever was built last, so nobody knows what runs. Name a version or a digest.`, repair: { refused: 'Which version runs, only its author knows.' } };
}
function* rights({ name }: Manifest, container: Container): Iterable<ConfigRisk> {
  const security = valueOf(container.value, 'securityContext');
  const privileged = valueOf(security, 'privileged');
  const subject = `${name} ${container.name}`;
  if (privileged && isTrue(privileged))
    yield {
      at: privileged.at, subject: `${subject} privileged`, severity: 'warning', message: `A break-in into ${container.name} owns the node, because the container is privileged. Give it single capabilities instead.`,
      repair: { title: 'Set it to false', changes: [put(privileged, 'false')] },
    };
  const escalation = valueOf(security, 'allowPrivilegeEscalation');
  if (escalation && isTrue(escalation) && !(privileged && isTrue(privileged)))
    yield {
      at: escalation.at, subject: `${subject} escalation`, severity: 'info', message: `Programs in ${container.name} may gain more rights than it was started with. Set allowPrivilegeEscalation to false.`,
      repair: { title: 'Set it to false', changes: [put(escalation, 'false')] },
    };
  for (const { value } of asArray(valueAt(security, 'capabilities', 'add'))?.items ?? []) {
    const capability = asText(value);
    if (capability === undefined || !isStrongCapability(capability)) continue;
    yield { at: value.at, subject: `${subject} ${capability}`, severity: 'warning', message: `A break-in into ${container.name} reaches the node through ${capability}. Remove the capability.`, repair: ONLY_AUTHOR };
  }
  yield* user(subject, security);
}
function* user(subject: string, security: Value | undefined): Iterable<ConfigRisk> {
  const id = valueOf(security, 'runAsUser');
  const message = 'The API runs as root, so a break-in owns the container. Run it as a user of its own.';
  if (id && asScalar(id)?.value === 0) yield { at: id.at, subject: `${subject} root`, severity: 'warning', message, repair: ONLY_AUTHOR };
}
function* given({ name }: Manifest, container: Container): Iterable<ConfigRisk> {
  for (const { value: item } of asArray(valueOf(container.value, 'env'))?.items ?? []) {
    const key = asText(valueOf(item, 'name'));
    const value = valueOf(item, 'value');
    const text = asText(value);
    if (key === undefined || !value || text === undefined) continue;
    if (settingSecret(key, text) === 'secret') yield secret(`${name} ${container.name} ${key}`, key, value);
    const fault = settingFault(key, text);
    if (fault)
      yield {
        at: value.at, subject: `${name} ${container.name} ${key}`, severity: fault.severity, message: fault.message,
        repair: fault.what === 'environment' ? { title: 'Set it to production', changes: [put(value, 'production')] } : ONLY_AUTHOR,
      };
  }
}
function secret(subject: string, key: string, value: Value): ConfigRisk {
  return {
    at: value.at, subject, severity: 'error', message: `'${key}' is written down for everyone who can read this file. Take it from a secret that is not in the repository, and change it.`,
    repair: { refused: 'Where the secret is to be kept, only the operator knows.' },
  };
}
function* started({ name }: Manifest, container: Container): Iterable<ConfigRisk> {
  for (const key of ['command', 'args'])
    for (const { value } of asArray(valueOf(container.value, key))?.items ?? []) {
      const found = devCommands(asText(value) ?? '').find(({ how }) => how === 'debugger');
      if (found) yield { at: value.at, subject: `${name} ${container.name} debugger`, severity: 'warning', message: 'The debugger is reachable and runs any code it is sent. Remove it.', repair: ONLY_AUTHOR };
    }
}
function put({ at }: Value, text: string): Change {
  return { do: 'replace', at, code: [text] };
}
/** Secrets that stand in the manifest itself: as text, or only encoded. */
function* written({ kind, name, value }: Manifest): Iterable<ConfigRisk> {
  if (kind !== 'Secret' && kind !== 'ConfigMap') return;
  const texts = [...entriesOf(valueOf(value, 'stringData')), ...(kind === 'ConfigMap' ? entriesOf(valueOf(value, 'data')) : [])];
  for (const entry of texts) if (settingSecret(entry.key, asText(entry.value) ?? '') === 'secret') yield secret(`${name} ${entry.key}`, entry.key, entry.value);
  if (kind === 'ConfigMap')
    for (const entry of entriesOf(valueOf(value, 'data'))) {
      const fault = settingFault(entry.key, asText(entry.value) ?? '');
      if (fault)
        yield {
          at: entry.value.at, subject: `${name} ${entry.key}`, severity: fault.severity, message: fault.message,
          repair: fault.what === 'environment' ? { title: 'Set it to production', changes: [put(entry.value, 'production')] } : ONLY_AUTHOR,
        };
    }
  if (kind === 'Secret')
    for (const entry of entriesOf(valueOf(value, 'data'))) {
      const text = decoded((asText(entry.value) ?? '').slice(0, 4000));
      if (settingSecret(entry.key, text) === 'secret') yield secret(`${name} ${entry.key}`, entry.key, entry.value);
    }
}
/** `literals` of a kustomization: `NAME=value`, of which secrets and config maps are made. */
function* generated(document: Value): Iterable<ConfigRisk> {
  for (const kind of ['secretGenerator', 'configMapGenerator'])
    for (const { value: one } of asArray(valueOf(document, kind))?.items ?? []) {
      const name = asText(valueOf(one, 'name')) ?? kind;
      for (const { value } of asArray(valueOf(one, 'literals'))?.items ?? []) {
        const [, key, text] = /^([\w.-]{1,100})=([^]*)$/.exec(asText(value) ?? '') ?? [];
        if (key === undefined || text === undefined) continue;
        const fault = settingFault(key, text);
        if (settingSecret(key, text) === 'secret') yield secret(`${name} ${key}`, key, value);
        else if (fault) yield { at: value.at, subject: `${name} ${key}`, severity: fault.severity, message: fault.message, repair: ONLY_AUTHOR };
      }
    }
}
