import type { Example } from '../rule.js';

/** Keys that open everything while they are not set: auth/bypass-shortcut. */
export const unsetKeyExamples: readonly Example[] = [
  {
    title: 'without a key everybody passes',
    bad: `
      import Fastify from 'fastify';
      import { timingSafeEqual } from 'node:crypto';
      const KEY = process.env.FEED_KEY ?? '';
      const app = Fastify();
      app.addHook('onRequest', async (request, reply) => {
        if (KEY && request.headers['x-feed-key'] !== KEY) return reply.code(401).send({});
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Everybody passes while FEED_KEY is not set"
      });
      export function permitted(request) {
        if (!process.env.CONSOLE_PASSWORD) return true;
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "CONSOLE_PASSWORD"
        return timingSafeEqual(digest(request.headers.authorization), digest(process.env.CONSOLE_PASSWORD));
      }
    `,
  },
  {
    title: 'a test around the test',
    bad: `
      export function hooks(req, res, next) {
        const wanted = process.env.HOOK_TOKEN;
        if (wanted) {
          //^^^^^^ auth/bypass-shortcut "HOOK_TOKEN"
          if (req.get('x-hook-token') !== wanted) return res.status(403).end();
        }
        next();
      }
    `,
  },
  {
    title: 'neither is there, and so they are the same',
    bad: `
      export function robots(req, res, next) {
        const given = req.header('x-robot-key');
        if (given === process.env.ROBOT_KEY) return next();
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Everybody passes while ROBOT_KEY is not set"
        res.sendStatus(401);
      }
      export async function cron(ctx, next) {
        if (ctx.headers['x-cron-token'] !== process.env.CRON_TOKEN) ctx.throw(403);
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "CRON_TOKEN"
        await next();
      }
    `,
  },
  {
    title: 'one of the two is asked for, or is a text in any case',
    good: `
      export function robots(req, res, next) {
        const given = req.header('x-robot-key');
        if (!given || given !== process.env.ROBOT_KEY) return res.sendStatus(401);
        next();
      }
      export function cron(req, res, next) {
        if (req.get('authorization') !== \`Bearer \${process.env.CRON_TOKEN}\`) return res.sendStatus(401);
        next();
      }
      export async function GET(request) {
        if (request.headers.get('x-cron-token') !== process.env.CRON_TOKEN) return new Response('no', { status: 401 });
        return Response.json(await run());
      }
    `,
  },
  {
    title: 'a key that is missed',
    good: `
      export function feed(req, res, next) {
        const wanted = process.env.FEED_KEY;
        if (!wanted) return res.status(503).end();
        if (req.get('x-feed-key') !== wanted) return res.sendStatus(401);
        next();
      }
      export function page(req, res, next) { if (!process.env.ANALYTICS_KEY) return next(); res.locals.analytics = process.env.ANALYTICS_KEY; next(); }
      export function signed(req, res, next) { return req.signedCookies.gate === 'open' ? next() : res.status(401).end(); }
    `,
  },
  {
    title: 'a program that does not start without it, and the kind of a credential',
    good: `
      if (!process.env.FEED_KEY) throw new Error('FEED_KEY is not set');
      export function feed(req, res, next) { if (process.env.FEED_KEY && req.get('x-feed-key') !== process.env.FEED_KEY) return res.sendStatus(401); next(); }
      export async function member(req, res, next) {
        if (req.headers.authorization?.startsWith('Bearer')) { try { req.user = await verify(req.headers.authorization.slice(7)); return next(); } catch { return res.sendStatus(401); } }
        res.sendStatus(401);
      }
    `,
  },
  {
    title: 'Next: one kind of program is let through before the cookie is asked for',
    bad: `
      import { NextResponse } from 'next/server';
      export function middleware(request) {
        const answer = NextResponse.next();
        if (request.headers.get('user-agent')?.includes('checkbot')) return answer;
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "'user-agent'"
        if (!request.cookies.get('sid')) return NextResponse.json({}, { status: 401 });
        return answer;
      }
    `,
    fixed: `
      import { NextResponse } from 'next/server';
      export function middleware(request) {
        const answer = NextResponse.next();
        if (!request.cookies.get('sid')) return NextResponse.json({}, { status: 401 });
        return answer;
      }
    `,
  },
];
