import type { Filter } from '../api-map/filters.js';
import type { Risk } from '../api-map/risk.js';
import type { MapNode } from './tree.js';

/** Every text of the page, in the language of the editor. `{0}` and so on stand for what is filled in. */
export interface Texts {
  readonly title: string;
  readonly workspace: string;
  readonly tree: string;
  readonly search: string;
  readonly filter: string;
  readonly filters: Readonly<Record<Filter, string>>;
  readonly legend: string;
  readonly risks: Readonly<Record<Risk, string>>;
  /** The same of one route, as part of a sentence. */
  readonly states: Readonly<Record<Risk, string>>;
  /** Of an open route that is meant for strangers. */
  readonly public: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fit: string;
  readonly export: string;
  readonly help: string;
  readonly oneRoute: string;
  readonly manyRoutes: string;
  readonly oneFinding: string;
  readonly manyFindings: string;
  readonly undocumented: string;
  readonly shown: string;
  readonly oneGap: string;
  readonly manyGaps: string;
  readonly noneShown: string;
  readonly noRoutes: string;
  readonly loading: string;
  readonly stopped: string;
}

/** A text with its places filled. */
export function filled(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** `3 routes`. */
export function routesText(number: number, texts: Texts): string {
  return number === 1 ? texts.oneRoute : filled(texts.manyRoutes, number);
}
function findingsText(number: number, texts: Texts): readonly string[] {
  return number === 0 ? [] : [number === 1 ? texts.oneFinding : filled(texts.manyFindings, number)];
}

/** What a screen reader says of a node: all that the picture says. */
export function spoken(node: MapNode, texts: Texts): string {
  const undocumented = node.undocumented ? [texts.undocumented] : [];
  if (node.item)
    return [
      `${node.item.method} ${node.path || '/'}`,
      node.risk === 'open' && 'public' in node.item && node.item.public ? texts.public : texts.states[node.risk],
      ...findingsText(node.findings, texts),
      ...undocumented,
    ].join(', ');
  const exposed = (['open-write', 'open', 'unknown', 'unserved'] as const).flatMap((risk) =>
    node.counts[risk] === 0 ? [] : [`${texts.risks[risk]}: ${node.counts[risk]}`],
  );
  return [node.path || node.label, routesText(node.routes, texts), ...exposed, ...findingsText(node.findings, texts)].join(', ');
}

/** What stands beside the name: of a route its findings, of a closed branch what is hidden. */
export function noteOf(node: MapNode, open: boolean | undefined, texts: Texts): string {
  if (node.risk === 'unserved' && node.item) return texts.risks.unserved;
  if (node.item) return [...findingsText(node.findings, texts), ...(node.undocumented ? [texts.undocumented] : [])].join(', ');
  if (open !== false) return '';
  const exposed = node.risk === 'guarded' ? [] : [`${texts.risks[node.risk]}: ${node.counts[node.risk]}`];
  return [...(node.routes === 0 ? [] : [routesText(node.routes, texts)]), ...exposed].join(', ');
}
