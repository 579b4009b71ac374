/** One directive with its sources: `['script-src', ["'self'"]]`. */
export type Directive = readonly [name: string, sources: readonly string[]];

const BASE: readonly Directive[] = [
  ['default-src', ["'self'"]],
  ['base-uri', ["'self'"]],
  ['font-src', ["'self'", 'https:', 'data:']],
  ['form-action', ["'self'"]],
  ['frame-ancestors', ["'self'"]],
  ['img-src', ["'self'", 'data:']],
  ['object-src', ["'none'"]],
  ['script-src', ["'self'"]],
  ['script-src-attr', ["'none'"]],
  ['style-src', ["'self'", 'https:', "'unsafe-inline'"]],
  ['upgrade-insecure-requests', []],
];
const WITH_MIXED: readonly Directive[] = [...BASE.slice(0, 2), ['block-all-mixed-content', []], ...BASE.slice(2)];

/** The directives helmet sends of itself, in its order: none in 3 (3.23.3); 4 (4.6.0) and 5 (5.1.1) block mixed content, 4 has no form-action; 6 to 8 (6.2.0, 7.2.0, 8.3.0) are alike. */
export function helmetDirectives(major: number): readonly Directive[] {
  if (major < 4) return [];
  if (major === 4) return WITH_MIXED.filter(([name]) => name !== 'form-action');
  return major === 5 ? WITH_MIXED : BASE;
}

/** Whether options that name directives are joined with helmet's own: not in 4 (4.6.0) and before unless asked for, always since 5. */
export function helmetJoinsDefaults(major: number): boolean {
  return major >= 5;
}

/** The helmet a wrapper brings along, by the wrapper's major version; undefined: the application's own, or nobody knows. */
export function helmetInside(wrapper: string, major: number | undefined): number | undefined {
  if (wrapper === '@fastify/helmet') return major === undefined || major >= 13 ? 8 : major >= 11 ? 7 : major === 10 ? 6 : major >= 8 ? 5 : undefined;
  if (wrapper === 'fastify-helmet') return major === 7 ? 5 : major === 5 ? 4 : undefined;
  if (wrapper === 'koa-helmet') return major === 7 ? 6 : major === 6 ? 4 : major === 5 ? 3 : undefined;
  return undefined;
}
