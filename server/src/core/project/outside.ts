import type { FunctionView } from '../model/module.js';
import type { Abstract } from './abstract.js';

const SERVES =
  /(^|\.)(createServer|createSecureServer|Server|serverless|listen|toNodeListener|onRequest)$|^(serverless-http|@vendia\/serverless-express|spdy\.createServer|http\.Server|https\.Server|aws-serverless-express\.createServer)$/;
/** Servers and platforms that are given what answers requests by the standard of the web. */
const SERVES_WEB = /^((Bun|Deno)\.serve|@hono\/node-server\.(serve|createAdaptorServer)|@?hono\/[\w-]{1,40}(\/vercel)?\.handle)$/;
/** Whether a call takes an application to serve it. */
export function serves(callee: string): boolean {
  return SERVES.test(callee) || SERVES_WEB.test(callee);
}
/** Calls that look at an application and register nothing; those of Koa only add members to its contexts (koa-session 7.0.2, koa-qs 3.0.0, koa-onerror 5.0.1, koa-ejs 4.3.0, koa-respond 2.1.0). */
export const LOOKS = /^(supertest|request|chai\.request|console\.\w+|debug|Object\.\w+|assert(\.\w+)?|Promise\.\w+|resolve|process\.\w+|socket\.io|util\.\w+|hono\/(dev|testing)\.\w+|koa-(session|qs|onerror|ejs|respond)(\.createSession)?)$/;
/** Packages that only decide whether or when a scope they are given is asked: a virtual host, a lazy loader. */
export const FORWARDS = /(^|[/.-])vhost$|^express-lazy-router(\.|$)/;

/** Whether a callback is a request handler by its parameters: it is not run to find registrations. */
export function looksLikeHandler(fn: FunctionView): boolean {
  return /^_?(req|request|ctx|context|_)$/i.test(fn.parameters[0]?.name ?? '') && fn.parameters.length >= 2;
}
/** A function without parameters that gives something back: what a lazy loader is handed. */
export function isLoader(fn: FunctionView): boolean {
  return fn.parameters.length === 0 && fn.steps.some((step) => step.do === 'return' && (step.value?.kind === 'call' || (step.value?.kind === 'ref' && step.value.root.kind === 'import')));
}

/** The callee of a package's export that was kept under another name: `const load = () => require('express')`. */
export function packageCallee(target: Abstract): string | undefined {
  if (target.is !== 'value' || target.value.kind !== 'ref' || target.value.root.kind !== 'import') return undefined;
  const { root, path } = target.value;
  if (path.includes(undefined)) return undefined;
  const names = [root.name, ...path].filter((name) => name !== '*' && name !== 'default');
  return [root.from.replace(/^node:/, ''), ...names].join('.');
}
