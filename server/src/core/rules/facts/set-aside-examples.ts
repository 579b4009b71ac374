import type { Example } from '../rule.js';

/** Connections without checks that production never uses, and checks of certificates in another file: tls/verification-disabled. */
export const asideExamples: readonly Example[] = [
  {
    title: 'an agent that everything but production uses, by an expression, a test, and a function that has returned before',
    good: `
      //- upstream.ts
      import https from 'node:https';
      import { Agent, fetch } from 'undici';
      import { production, settings } from './settings.js';
      const privateCa = new Agent({ connect: { ca: settings.deviceCa } });
      const lab = new Agent({ connect: { rejectUnauthorized: false } });
      const loose = { rejectUnauthorized: false };
      const bench = new https.Agent(loose);
      const rig = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
      export const probe = (host) => fetch('https://' + host, { dispatcher: production ? privateCa : lab });
      export function read(host, done) {
        if (!production) return https.get({ host, agent: bench }, done);
        return https.get({ host }, done);
      }
      export function send(host, done) {
        if (process.env.NODE_ENV === 'production') return https.request({ host }, done);
        return https.request({ host, agent: rig }, done);
      }
      //- settings.ts
      export const production = process.env.NODE_ENV === 'production';
      export const settings = { deviceCa: process.env.DEVICE_CA };
    `,
  },
  {
    title: 'one that production uses as well, one that is exported, one that connects when it is made',
    bad: `
      import https from 'node:https';
      import tls from 'node:tls';
      const production = process.env.NODE_ENV === 'production';
      const both = new https.Agent({ rejectUnauthorized: false });
      //                                                 ^^^^^ tls/verification-disabled
      export const given = new https.Agent({ rejectUnauthorized: false });
      //                                                         ^^^^^ tls/verification-disabled
      const line = tls.connect({ host: 'meters.example.com', rejectUnauthorized: false });
      //                                                                         ^^^^^ tls/verification-disabled
      export const read = (host, done) => https.get({ host, agent: production ? https.globalAgent : both }, done);
      export const send = (host, done) => https.request({ host, agent: both }, done);
      if (!production) line.write('hello');
      if (!production) https.get({ agent: given });
    `,
  },
  {
    title: 'certificates of clients that middleware of another file judges',
    good: `
      //- main.ts
      import https from 'node:https';
      import { app } from './app.js';
      https.createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, app).listen(8443);
      //- app.ts
      import express from 'express';
      import type { TLSSocket } from 'node:tls';
      export const app = express();
      app.use('/devices', (req, res, next) => {
        const socket = req.socket as TLSSocket;
        if (!socket.authorized) return res.status(401).end();
        next();
      });
    `,
  },
  {
    title: 'a mark of an account in another file is no certificate',
    bad: `
      //- main.ts
      import https from 'node:https';
      import { app } from './app.js';
      https.createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, app).listen(8443);
      //                                                                         ^^^^^ tls/verification-disabled "Clients are let in"
      //- app.ts
      import express from 'express';
      export const app = express();
      app.use((req, res, next) => (res.locals.user.authorized ? next() : res.sendStatus(401)));
    `,
  },
];
