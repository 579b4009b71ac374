import type { ChainWalk, InventoryEndpoint, InventoryResult, InventoryStep } from '../../../server/src/lsp/protocol.js';
import { filters, type Filter } from './filters.js';
import type { MapNode } from './tree-model.js';

/** What of `vscode.l10n` the texts need. */
export interface Translator {
  t(message: string, ...values: (string | number)[]): string;
}
const DOT = ' \u00b7 ';

/** What a node is called, and what stands beside it. */
export function labelOf(node: MapNode): string {
  switch (node.kind) {
    case 'path':
      return node.node.label;
    case 'endpoint':
      return `${node.endpoint.method} ${node.endpoint.path}`;
    case 'operation':
      return `${node.operation.method} ${node.operation.path}`;
    case 'step':
      return stepName(node.step);
    case 'handler':
      return node.handler.name;
  }
}

/** The state of a node in a few words. */
export function descriptionOf(node: MapNode, l10n: Translator): string {
  switch (node.kind) {
    case 'path':
      if (node.node.count === 0) return l10n.t('not served');
      return node.node.count === 1 ? l10n.t('1 route') : l10n.t('{0} routes', node.node.count);
    case 'endpoint':
      return endpointDescription(node.endpoint, l10n);
    case 'operation':
      return l10n.t('not served');
    case 'step':
      return node.step.because;
    case 'handler':
      return node.endpoint.by === null && node.endpoint.authentication === 'guarded' ? node.endpoint.because : l10n.t('handler');
  }
}

/** The same for somebody who hears it. */
export function spokenOf(node: MapNode, l10n: Translator): string {
  return `${labelOf(node)}, ${descriptionOf(node, l10n).split(DOT).join(', ')}`;
}

function endpointDescription(endpoint: InventoryEndpoint, l10n: Translator): string {
  const { findings, documented } = endpoint;
  return [
    guardText(endpoint, l10n),
    ...(documented === 'unknown' ? [] : [documented === 'no' ? l10n.t('undocumented') : l10n.t('documented')]),
    ...(findings.length === 0 ? [] : [findings.length === 1 ? l10n.t('1 finding') : l10n.t('{0} findings', findings.length)]),
  ].join(DOT);
}

/** Who guards an endpoint, if anybody does. */
export function guardText({ authentication, likely, by, chain }: InventoryEndpoint, l10n: Translator): string {
  if (authentication === 'unguarded') return l10n.t('no authentication');
  if (authentication === 'unknown') return l10n.t('authentication unknown');
  const guard = by === null ? undefined : chain[by]?.name;
  if (guard === undefined) return l10n.t('guarded by its handler');
  return likely ? l10n.t('probably guarded by {0}', guard) : l10n.t('guarded by {0}', guard);
}

/** Markdown shown when somebody points at a node; names come from the user's code and are no markup. */
export function tooltipOf(node: MapNode, l10n: Translator): string {
  if (node.kind === 'path') return code(node.node.path === '' ? node.node.label : node.node.path);
  if (node.kind === 'operation') return `${code(labelOf(node))}: ${l10n.t('documented, but no route serves it')}`;
  if (node.kind === 'step') return `${code(stepName(node.step))}: ${plain(node.step.because)}`;
  if (node.kind === 'handler') return code(node.handler.name);
  const { endpoint } = node;
  const steps = endpoint.chain.map(
    (step, index) => `${index + 1}. ${code(stepName(step))}${step.because === '' ? '' : `: ${plain(step.because)}`}`,
  );
  const handler = endpoint.handler ? [`${endpoint.chain.length + 1}. ${code(endpoint.handler.name)}`] : [];
  const document = { yes: l10n.t('in the OpenAPI document'), no: l10n.t('not in the OpenAPI document'), unknown: '' }[endpoint.documented];
  return [
    `**${code(`${endpoint.method} ${endpoint.path}`)}** ${plain(endpoint.framework)}`,
    [...steps, ...handler].join('\n'),
    `**${l10n.t('Authentication')}:** ${plain(guardText(endpoint, l10n))}${endpoint.because === '' ? '' : ` (${plain(endpoint.because)})`}`,
    ...(endpoint.authorization === 'guarded' ? [`**${l10n.t('Authorization')}:** ${plain(endpoint.authorizationBecause)}`] : []),
    ...(document === '' ? [] : [document]),
    ...(endpoint.findings.length === 0 ? [] : [endpoint.findings.map(({ rule }) => code(rule)).join(', ')]),
  ].join('\n\n');
}

/** What a filter is called. */
export function filterName(filter: Filter, l10n: Translator): string {
  const names: Readonly<Record<Filter, string>> = {
    publicWrites: l10n.t('Public writes'),
    admin: l10n.t('Admin'),
    documented: l10n.t('Documented'),
    undocumented: l10n.t('Undocumented'),
    unserved: l10n.t('Not served'),
    unknown: l10n.t('Unknown'),
  };
  return names[filter];
}

/** What is said above the tree: which filters are on, and whether routes may be missing; empty when there is nothing to say. */
export function messageOf({ gaps }: Pick<InventoryResult, 'gaps'>, on: ReadonlySet<Filter>, l10n: Translator): string {
  const names = filters.filter((filter) => on.has(filter)).map((filter) => filterName(filter, l10n));
  const said = [
    ...(names.length === 0 ? [] : [l10n.t('Only: {0}', names.join(', '))]),
    ...(gaps.length === 0
      ? []
      : [gaps.length === 1 ? l10n.t('Routes may be missing at 1 place.') : l10n.t('Routes may be missing at {0} places.', gaps.length)]),
  ];
  return said.join(DOT);
}

/** What stands beside the title: how many endpoints there are, and how many of them are shown. */
export function countText(shown: number, all: number, l10n: Translator): string {
  if (shown !== all) return l10n.t('{0} of {1} routes', shown, all);
  return all === 1 ? l10n.t('1 route') : l10n.t('{0} routes', all);
}

/** The places of an endpoint for the list that walks them. */
export function walkOf(endpoint: InventoryEndpoint): ChainWalk {
  const { chain, by, because, handler } = endpoint;
  const steps = chain.map((step, index) => ({
    name: stepName(step),
    note: index === by ? because : step.because,
    location: step.location,
  }));
  const last = handler ? [{ name: handler.name, note: by === null ? because : '', location: handler.location }] : [];
  return { routes: [{ title: `${endpoint.method} ${endpoint.path}`, stops: [...steps, ...last] }] };
}

function stepName({ name, detail }: InventoryStep): string {
  return detail === null ? name : `${name}(${detail})`;
}
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()<>#+\-.!|~&]/g, '\\$&');
}
/** Code in as many backticks as it needs. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}
