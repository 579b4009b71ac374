import type { Value } from '../model/value.js';
import type { OpenApiDocument, Placed, Pointer } from './document.js';
import { ofDocument, ofPath, type PathEntry } from './kept.js';
import { follow } from './references.js';
import { asArray, asObject, asText, entriesOf, entryOf, valueOf, type KeyedEntry } from './values.js';


/** A place that decides the scheme of a url: the literal that holds it, and the whole url with variables at this choice. */
export interface UrlPlace {
  readonly literal: Value;
  readonly url: string;
  /** What the author calls this server. */
  readonly description: string;
  readonly pointer: Pointer;
  /** The other choices where the literal is an item of a list: `enum` of a variable. */
  readonly others: readonly string[];
  readonly kind: 'server' | 'choice' | 'scheme';
}

/** Every url of the servers of a document: root, paths, operations and links. Enum items and defaults of variables are places of their own. */
export const serverUrls = ofDocument((document): readonly UrlPlace[] => {
  const found: UrlPlace[] = [];
  const seen = new Set<Value>();
  for (const { value, pointer } of serversIn(document.root, [])) readServer(value, pointer, found, seen);
  for (const path of pathEntries(document)) for (const { value, pointer } of serversOf(path, document)) readServer(value, pointer, found, seen);
  return found;
});
function serversIn(holder: Value | undefined, pointer: Pointer): readonly Placed[] {
  return (asArray(valueOf(holder, 'servers'))?.items ?? []).map((item, index) => ({ value: item.value, pointer: [...pointer, 'servers', index] }));
}
/** The servers of a path item, of its operations and of the links in their responses. */
const serversOf = ofPath((path, document): readonly Placed[] => {
  const item = pathItem(path, document);
  const found = [...serversIn(item.value, item.pointer)];
  for (const operation of item.operations) {
    found.push(...serversIn(operation.value, operation.pointer));
    for (const response of entriesOf(valueOf(operation.value, 'responses'))) found.push(...linkedServers(document, response, [...operation.pointer, 'responses', response.key]));
  }
  return found;
});
function linkedServers(document: OpenApiDocument, response: KeyedEntry, pointer: Pointer): readonly Placed[] {
  const target = follow(document.root, response.value);
  return entriesOf(valueOf(target.value, 'links')).flatMap((link) => {
    const server = entryOf(follow(document.root, link.value).value, 'server');
    return server ? [{ value: server.value, pointer: [...(target.pointer ?? pointer), 'links', link.key, 'server'] }] : [];
  });
}

/** The entries of `paths`, which may stand in another file. */
export const pathEntries = ofDocument((document): readonly PathEntry[] => {
  const holder = valueOf(document.root, 'paths');
  const { value, pointer } = holder ? follow(document.root, holder) : { value: undefined, pointer: undefined };
  return entriesOf(value).map((entry) => ({ entry, pointer: [...(pointer ?? ['paths']), entry.key] }));
});

/** A path item with the objects in it that can be operations. */
const pathItem = ofPath(({ entry, pointer: own }, document): Placed & { readonly operations: readonly Placed[] } => {
  const item = follow(document.root, entry.value);
  const pointer = item.pointer ?? own;
  const operations = entriesOf(item.value).filter((one) => one.value.kind === 'object').map((one) => ({ value: one.value, pointer: [...pointer, one.key] }));
  return { value: item.value, pointer, operations };
});

function readServer(server: Value, pointer: Pointer, found: UrlPlace[], seen: Set<Value>): void {
  const url = entryOf(server, 'url');
  const template = asText(url?.value);
  if (!url || template === undefined || seen.has(url.value)) return;
  seen.add(url.value);
  const description = asText(valueOf(server, 'description')) ?? '';
  const variables = entriesOf(asObject(valueOf(server, 'variables'))).slice(0, 20);
  const defaults = new Map(variables.map((variable) => [variable.key, asText(valueOf(variable.value, 'default'))]));
  const chosen = substitute(template, defaults);
  if (/^[a-z][a-z0-9+.-]{0,20}:/i.test(template)) {
    found.push({ literal: url.value, url: chosen, description, pointer: [...pointer, 'url'], others: [], kind: 'server' });
    return;
  }
  // Only a variable at the front can decide the scheme.
  const leading = /^\{([^{}]{1,100})\}/.exec(template)?.[1];
  const variable = variables.find((one) => one.key === leading);
  if (!variable) return;
  const choices = asArray(valueOf(variable.value, 'enum'))?.items ?? [];
  const texts = choices.map((item) => asText(item.value) ?? '');
  const base = [...pointer, 'variables', variable.key];
  for (const [index, item] of choices.entries()) {
    const text = asText(item.value);
    if (text === undefined) continue;
    found.push({ literal: item.value, url: substitute(template, new Map(defaults).set(variable.key, text)), description, pointer: [...base, 'enum', index], others: texts.filter((_, other) => other !== index), kind: 'choice' });
  }
  const fallback = valueOf(variable.value, 'default');
  const text = asText(fallback);
  if (fallback && text !== undefined && !texts.includes(text)) found.push({ literal: fallback, url: chosen, description, pointer: [...base, 'default'], others: [], kind: 'server' });
}

/** A server url with variables at their values; one without a value stays `{name}`. */
function substitute(template: string, values: ReadonlyMap<string, string | undefined>): string {
  return template.replace(/\{([^{}]{1,100})\}/g, (whole, name: string) => values.get(name) ?? whole);
}

const AUTHORITY_KEYS = ['authorizationUrl', 'tokenUrl', 'refreshUrl', 'deviceAuthorizationUrl', 'openIdConnectUrl', 'oauth2MetadataUrl'];

/** The urls of security schemes to which passwords, codes and tokens are sent. */
export function credentialUrls(document: OpenApiDocument): readonly UrlPlace[] {
  const holder = document.version === '2.0' ? ['securityDefinitions'] : ['components', 'securitySchemes'];
  const found: UrlPlace[] = [];
  for (const [name, scheme] of document.schemes) {
    const parts = [{ value: scheme, pointer: [...holder, name] }, ...entriesOf(valueOf(scheme, 'flows')).map((flow) => ({ value: flow.value, pointer: [...holder, name, 'flows', flow.key] }))];
    for (const part of parts) {
      for (const key of AUTHORITY_KEYS) {
        const value = valueOf(part.value, key);
        const url = asText(value);
        if (value && url !== undefined) found.push({ literal: value, url, description: '', pointer: [...part.pointer, key], others: [], kind: 'server' });
      }
    }
  }
  return found;
}

/** Items of the `schemes` lists of a version 2 document, at the root and in operations. */
export function schemeItems(document: OpenApiDocument): readonly UrlPlace[] {
  if (document.version !== '2.0') return [];
  const host = asText(valueOf(document.root, 'host')) ?? '';
  const found: UrlPlace[] = [];
  const seen = new Set<Value>();
  const read = (holder: Value | undefined, pointer: Pointer): void => {
    const items = asArray(valueOf(holder, 'schemes'))?.items ?? [];
    const texts = items.map((item) => asText(item.value) ?? '');
    for (const [index, item] of items.entries()) {
      if (seen.has(item.value)) continue;
      seen.add(item.value);
      found.push({ literal: item.value, url: `${texts[index] ?? ''}://${host}`, description: '', pointer: [...pointer, 'schemes', index], others: texts.filter((_, other) => other !== index), kind: 'scheme' });
    }
  };
  read(document.root, []);
  for (const path of pathEntries(document)) for (const operation of pathItem(path, document).operations) read(operation.value, operation.pointer);
  return found;
}
