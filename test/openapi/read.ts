import { readOpenApi, type ReadOpenApi } from '../../server/src/core/openapi/read.js';
import type { NotedValue } from '../../server/src/core/openapi/document.js';
import type { Value } from '../../server/src/core/model/value.js';
import type { Parsed } from '../../server/src/core/syntax/parsed.js';
import { readSettings } from '../../server/src/core/syntax/yaml.js';
import { filePath, type At, type Span } from '../../server/src/core/text/source.js';

/** A settings text read, with the means to see which characters a place covers. */
export interface Opened {
  readonly parsed: Parsed<NotedValue>;
  readonly root: Value;
  readonly spans: readonly Span[];
  text(at: At | undefined): string;
}
export function open(text: string, path = 'a.yaml'): Opened {
  const spans: Span[] = [];
  const parsed = readSettings({ path: filePath(path), text, revision: 1 }, (span) => ({ path: filePath(path), mark: spans.push(span) - 1 }));
  return {
    parsed,
    root: parsed.value.root,
    spans,
    text(at) {
      const span = at && spans[at.mark];
      return span ? text.slice(span.start, span.end) : '(nowhere)';
    },
  };
}
export function document(text: string, path = 'a.yaml'): ReadOpenApi & { readonly opened: Opened } {
  const opened = open(text, path);
  return { ...readOpenApi({ path: filePath(path) }, opened.parsed.value), opened };
}
/** A short spelling of a value for tables: `{a:1}`, `?why` for the unknown, `...` where entries may be missing, `...` before what is merged. */
export function spell(value: Value): string {
  switch (value.kind) {
    case 'literal': return JSON.stringify(value.value) ?? 'undefined';
    case 'array': return `[${value.items.map((item) => spell(item.value)).join(',')}${value.open ? ',\u2026' : ''}]`;
    case 'object': return `{${value.entries.map((entry) => (entry.form === 'spread' ? `...${spell(entry.value)}` : `${entry.key ?? '?'}:${spell(entry.value)}`)).join(',')}${value.open ? ',\u2026' : ''}}`;
    case 'unknown': return `?${value.why}`;
    default: return value.kind;
  }
}
/** Nodes of a value, each counted as often as a walk meets it; stops at `limit`. */
export function weigh(value: Value, limit: number): number {
  let count = 0;
  const stack = [value];
  while (stack.length > 0 && count < limit) {
    const next = stack.pop();
    count++;
    if (next?.kind === 'array') stack.push(...next.items.map((item) => item.value));
    if (next?.kind === 'object') stack.push(...next.entries.map((entry) => entry.value));
  }
  return count;
}
