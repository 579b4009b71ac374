import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { links } from '../../project/project.js';
import { samePlace } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import type { CspPolicy } from './csp.js';

/** Packages that serve a page with an API's documentation or a console to try it. */
export const docsPackages: readonly string[] = [
  'swagger-ui-express', '@nestjs/swagger', '@fastify/swagger-ui', 'koa2-swagger-ui', 'swagger-ui-koa', '@hono/swagger-ui', 'hapi-swagger', 'redoc-express', '@scalar/express-api-reference', '@scalar/hono-api-reference',
  '@scalar/fastify-api-reference', '@scalar/nestjs-api-reference', 'nestjs-redoc', 'swagger-ui-dist', '@apollo/server-landing-page-local-default', 'graphql-playground-middleware-express',
];
const DOCS = /(^|\/)(api-?docs?|docs?|swagger(-ui)?|open-?api|redoc|scalar|reference|documentation|explorer|playground|graphi?ql)(\/|$)/i;

/** The path of a page with documentation, by its name. */
export function docsPath(path: string): boolean {
  return DOCS.test(path);
}

/** The policy stands for a documentation page only: that page's own scripts need more than the application's do. */
export function forDocsOnly(policy: CspPolicy, context: RuleContext): boolean {
  if (policy.header?.path !== undefined) return docsPath(policy.header.path);
  const handled = policy.library === 'manual' ? context.endpoints({ handler: policy.inside }) : [];
  if (handled.length > 0) return handled.every((endpoint) => docsPath(endpoint.path.text));
  const { call } = policy;
  if (!call) return false;
  const order = context.scopeOf(call.at)?.order.find((entry) => entry.kind === 'layer' && (samePlace(entry.at, call.at) || (policy.library === 'manual' && entry.layer?.fn === policy.inside)));
  if (order?.path?.segments.some((segment) => segment.kind === 'text')) return docsPath(order.path.text);
  // A route that brings its own options: `app.get('/docs', { helmet: { ... } }, ...)`.
  const first = call.args[0] && context.constant(call.args[0].value)?.value;
  if (typeof first === 'string' && call.receiver && docsPath(first)) return true;
  const through = context.endpointsThrough(call.at);
  return through.length > 0 && through.every((endpoint) => docsPath(endpoint.path.text) && links(endpoint.chain).some((link) => link.from === 'route' && samePlace(link.layer.at, call.at)));
}

/** Where the project serves its documentation; `path` undefined: somewhere. Undefined: nowhere. */
export function docsPage(views: readonly FunctionView[], policy: Pick<CspPolicy, 'call'>, context: RuleContext): { readonly path: string | undefined } | undefined {
  const used = docsPackages.filter((name) => context.projectUses(name));
  // Decorators alone serve no page.
  const serving = used.filter((name) => name !== '@nestjs/swagger');
  const setUp = setUpIn(views, context);
  if (setUp !== undefined) return { path: setUp };
  if (serving.length === 0) return undefined;
  for (const entry of (policy.call && context.scopeOf(policy.call.at)?.order) ?? []) if (entry.layer && entry.path?.known && isDocs(entry.layer.value)) return { path: entry.path.text };
  return { path: undefined };
}
/** Why no stricter policy is offered: the page would break, and people would take all headers away. */
export function docsReason(path: string | undefined): string {
  return `The documentation page${path === undefined ? ' of this project' : ` at ${path}`} needs more than a strict policy lets in: give that page a policy of its own first.`;
}
/** `SwaggerModule.setup('docs', app, document)`, `app.use('/api-docs', swaggerUi.serve, ...)`, `register(swaggerUi, { routePrefix })`. */
function setUpIn(views: readonly FunctionView[], context: RuleContext): string | undefined {
  for (const view of views)
    for (const step of view.steps) {
      if (step.do !== 'call') continue;
      const { call } = step;
      const first = call.args[0]?.value;
      const text = first && context.constant(first)?.value;
      if (call.callee === '@nestjs/swagger.SwaggerModule.setup' && typeof text === 'string') return text.startsWith('/') ? text : `/${text}`;
      if (call.name === 'register' && first?.kind === 'ref' && first.root.kind === 'import' && first.root.from === '@fastify/swagger-ui') return prefixOf(call, context);
      if (/^(use|get|all)$/.test(call.name) && typeof text === 'string' && text.startsWith('/') && call.args.slice(1).some(({ value }) => isDocs(value))) return text;
    }
  return undefined;
}
function prefixOf(call: Call, context: RuleContext): string {
  const prefix = context.option(call.args[1]?.value, 'routePrefix');
  const text = prefix.kind === 'value' ? context.constant(prefix.value)?.value : undefined;
  return typeof text === 'string' ? text : '/documentation';
}
function isDocs(value: Value): boolean {
  const target = value.kind === 'call' ? value.target : value;
  return target.kind === 'ref' && target.root.kind === 'import' && docsPackages.includes(target.root.from);
}
