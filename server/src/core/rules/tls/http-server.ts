import type { ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { rule, type RuleContext } from '../rule.js';

interface Evidence {
  readonly port: number;
}
/** Servers that speak plain HTTP, and applications that start one in `listen`. */
const PLAIN = /^(node:)?http\.(createServer|Server)$/;
const APPLICATIONS = /^(express|koa|koa\.default|restify\.createServer|connect|polka|fastify|Fastify)$/;
/** Middleware whose work is to send callers to https. */
const REDIRECTS = [
  'express-sslify', 'express-enforces-ssl', 'express-force-ssl', 'express-force-https', 'express-http-to-https', 'redirect-https',
  'koa-sslify', 'koa-force-https', 'hsts-redirect', 'heroku-ssl-redirect', 'greenlock-express', 'fastify-https-redirect',
];

export default rule<'module', Evidence>({
  meta: {
    id: 'tls/http-server',
    title: 'The server speaks plain HTTP on all interfaces',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [319],
    severity: 'hint',
    confidence: 'low',
    topics: ['tls'],
    since: '0.1.0',
    whenNotToUse: 'TLS ends at a load balancer or proxy, and nothing else reaches this port.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html', 'https://nodejs.org/api/https.html'],
  },
  on: 'module',
  words: ['listen'],
  *detect(module, context) {
    if (REDIRECTS.some((name) => context.projectUses(name)) || redirects(module, context)) return;
    for (const view of [module.top, ...module.functions.values()])
      for (const step of view.steps) {
        if (step.do !== 'call' || step.call.name !== 'listen') continue;
        const port = portOf(step.call, context);
        const number = port && context.constant(port)?.value;
        if (!port || (number !== 80 && number !== '80' && number !== 443 && number !== '443')) continue;
        if (!isPlain(step.call, context) || trusts(step.call, context)) continue;
        yield { at: port.at.path === module.path ? port.at : step.call.nameAt, subject: `listen ${String(number)}`, evidence: { port: Number(number) }, when: step.when };
      }
  },
  explain: ({ port }) => ({
    message: `Port ${port} serves plain HTTP. Redirect it to https or end TLS at a proxy.`,
    why: 'Whatever is sent to this port, logins and tokens too, can be read and changed on the way.',
    remedy: 'Serve https, and let the plain port do nothing but redirect.',
  }),
  examples: [
    {
      title: 'a server of Node.js',
      bad: `
        import http from 'node:http';
        import express from 'express';
        const app = express();
        http.createServer(app).listen(80);
        //                            ^^ tls/http-server "Port 80 serves plain HTTP"`,
    },
    {
      title: 'an application, by a constant, and an object',
      bad: `
        const express = require('express');
        const fastify = require('fastify')();
        const PORT = 80;
        express().listen(PORT);
        //               ^^^^ tls/http-server
        fastify.listen({ port: 80, host: '0.0.0.0' });
        //                     ^^ tls/http-server`,
    },
    {
      title: 'plain HTTP where callers expect TLS',
      bad: `
        import { createServer } from 'http';
        const server = createServer(handler);
        server.listen(443, () => console.log('up'));
        //            ^^^ tls/http-server "Port 443"`,
    },
    { title: 'a port that only redirects', good: `import http from 'node:http'; http.createServer((q, s) => s.writeHead(301, { Location: 'https://' + host + q.url }).end()).listen(80);` },
    { title: 'an application that redirects', good: `import express from 'express'; const app = express(); app.use((req, res, next) => (req.secure ? next() : res.redirect(\`https://\${req.headers.host}\${req.url}\`))); app.listen(80);` },
    { title: 'behind a proxy, and another port', good: `import express from 'express'; const app = express(); app.set('trust proxy', 1); app.listen(80); const other = express(); other.listen(8080); other.listen(process.env.PORT || 80);` },
    { title: 'TLS', good: `import https from 'node:https'; import express from 'express'; import fastify from 'fastify'; https.createServer({ key, cert }, express()).listen(443); fastify({ https: { key, cert } }).listen({ port: 443 });` },
    { title: 'this machine only', good: `import http from 'node:http'; http.createServer(handler).listen(80, '127.0.0.1'); http.createServer(handler).listen({ port: 80, host: 'localhost' });` },
    { title: 'something else that listens', good: `socket.listen(80); import net from 'node:net'; net.createServer(relay).listen(80);` },
  ],
});

function portOf(call: Call, context: RuleContext): Value | undefined {
  const first = call.args[0]?.value;
  if (!first) return undefined;
  const end = context.resolve(first).value;
  const isLocal = (host: Value | undefined): boolean => {
    const text = host && context.constant(host)?.value;
    return typeof text === 'string' && /^(localhost|127\.|::1)/.test(text);
  };
  if (end.kind !== 'object') return isLocal(call.args[1]?.value) ? undefined : first;
  const host = context.option(end, 'host');
  const port = context.option(end, 'port');
  return port.kind === 'value' && !(host.kind === 'value' && isLocal(host.value)) ? port.value : undefined;
}
/** The thing that listens is a plain server, or an application that makes one. */
function isPlain(call: Call, context: RuleContext): boolean {
  const made = call.receiver && (call.receiver.kind === 'ref' ? context.resolve(call.receiver).value : call.receiver);
  if (made?.kind !== 'call') return false;
  if (PLAIN.test(made.callee)) return true;
  if (!APPLICATIONS.test(made.callee)) return false;
  const options = made.args[0]?.value;
  return !['https', 'http2', 'serverFactory'].some((key) => options !== undefined && context.option(options, key).kind !== 'absent');
}
/** Told that a proxy stands in front of it. */
function trusts(call: Call, context: RuleContext): boolean {
  const scopes = [call.receiver, ...(call.receiver?.kind === 'call' ? call.receiver.args.map((item) => item.value) : [])];
  return scopes.some((value) => {
    const made = value && context.resolve(value).value;
    if (made?.kind !== 'call') return false;
    const setting = context.scopeOf(made.at)?.settings.get('trust proxy');
    return setting !== undefined || context.option(made.args[0]?.value, 'trustProxy').kind === 'value' || context.option(made.args[0]?.value, 'proxy').kind === 'value';
  });
}
/** Something in the file sends callers to https. */
function redirects(module: ModuleView, context: RuleContext): boolean {
  const toHttps = (value: Value, depth: number): boolean => {
    if (depth > 4) return false;
    const end = value.kind === 'ref' ? context.resolve(value).value : value;
    if (end.kind === 'literal') return typeof end.value === 'string' && end.value.startsWith('https://');
    if (end.kind === 'template') return typeof end.parts[0] === 'string' && end.parts[0].startsWith('https://');
    if (end.kind === 'object') return end.entries.some((entry) => /^location$/i.test(entry.key ?? '') && toHttps(entry.value, depth + 1));
    return false;
  };
  return [module.top, ...module.functions.values()].some((view) =>
    view.steps.some((step) => step.do === 'call' && /^(redirect|writeHead|setHeader|header|set|location)$/.test(step.call.name) && step.call.args.some((item) => toHttps(item.value, 0))),
  );
}
