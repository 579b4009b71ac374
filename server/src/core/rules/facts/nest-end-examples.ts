import type { Example } from '../rule.js';

/** Tokens of Nest that end by the call that signs them, not by the module. */
export const nestEndExamples: readonly Example[] = [
  {
    title: 'a check of Fastify that lets expired tokens in, and clocks that may differ by a year',
    bad: `
      //- desk.js
      import Fastify from 'fastify';
      const app = Fastify();
      app.get('/ledger', { onRequest: async (request) => { await request.jwtVerify({ ignoreExpiration: true }); } }, async () => ledger());
      //                                                                                               ^^^^ jwt/no-expiry "Expired tokens are accepted"
      app.get('/desk', { onRequest: async (request) => { await request.jwtVerify({ clockTolerance: 5000 }); } }, async () => desk());
      //- keys.js
      import jwt from 'jsonwebtoken';
      import { jwtVerify } from 'jose';
      export const first = (text, key) => jwt.verify(text, key, { algorithms: ['ES256'], clockTolerance: 31_536_000 });
      //                                                                                                 ^^^^^^^^^^ jwt/no-expiry
      export const second = (text, key) => jwtVerify(text, key, { algorithms: ['ES256'], clockTolerance: '90 days' });
      //                                                                                                 ^^^^^^^^^ jwt/no-expiry
    `,
  },
  {
    title: 'clocks that differ by a minute',
    good: `
      import jwt from 'jsonwebtoken';
      import { jwtVerify } from 'jose';
      export const first = (text, key) => jwt.verify(text, key, { algorithms: ['ES256'], clockTolerance: 60 });
      export const second = (text, key) => jwtVerify(text, key, { algorithms: ['ES256'], clockTolerance: '2 minutes' });
    `,
  },
  {
    title: 'Nest: each call that signs says when it ends',
    good: `
      //- app.module.ts
      import { JwtModule } from '@nestjs/jwt';
      export const tokens = JwtModule.register({ secret: process.env.JWT_SECRET, signOptions: { algorithm: 'HS256' } });
      //- login.service.ts
      import { JwtService } from '@nestjs/jwt';
      export class LoginService {
        constructor(private readonly tokens: JwtService) {}
        give(id: string) { return this.tokens.sign({ sub: id }, { expiresIn: '2h' }); }
      }
    `,
  },
  {
    title: 'a licence whose end is looked at later',
    good: `
      const jwt = require('jsonwebtoken');
      class Licence {
        constructor(claims) { this.expiresAt = new Date(claims.exp * 1000); }
        get expired() { return this.expiresAt < Date.now(); }
      }
      exports.load = (text, key) => new Licence(jwt.verify(text, key, { algorithms: ['ES256'], ignoreExpiration: true }));
    `,
  },
  {
    title: 'renewed for a week after its end, and no longer',
    good: `
      const jwt = require('jsonwebtoken');
      exports.read = (text, key) => {
        const claims = jwt.verify(text, key, { algorithms: ['ES256'], ignoreExpiration: true });
        if (claims.exp + 604800 < Math.floor(Date.now() / 1000)) throw new Error('too old');
        return claims;
      };
    `,
  },
  {
    title: 'an end that is read, and held against nothing',
    bad: `
      const jwt = require('jsonwebtoken');
      exports.read = (text, key) => {
        const claims = jwt.verify(text, key, { algorithms: ['ES256'], ignoreExpiration: true });
      //                                                                                ^^^^ jwt/no-expiry
        return { id: claims.sub, until: claims.exp };
      };
    `,
  },
  {
    title: 'for another service, which looks at when it was made',
    good: `
      //- notify.ts
      import { token } from '@hapi/jwt';
      const createToken = (iss: string, secret: string) => token.generate({ iss, iat: Math.round(Date.now() / 1000) }, secret, { header: { typ: 'JWT', alg: 'HS256' } });
      export const notify = (args) => postJson('https://notify.example.com/v2/mails', { payload: args, headers: { Authorization: 'Bearer ' + createToken(service, key) } });
      //- ask.js
      const jwt = require('jsonwebtoken');
      exports.ask = async (path) => {
        const bearer = jwt.sign({ iss: 'shop', iat: Math.floor(Date.now() / 1000) }, process.env.PARTNER_KEY, { algorithm: 'HS256' });
        return (await fetch('https://partner.example.com' + path, { headers: { authorization: \`Bearer \${bearer}\` } })).json();
      };
      //- client.js
      const jwt = require('jsonwebtoken');
      function made() { return jwt.sign({ iss: 'shop', iat: now() }, process.env.PARTNER_KEY, { algorithm: 'HS256' }); }
      exports.list = () => axios.get('https://partner.example.com/list', { headers: { Authorization: made() } });
    `,
  },
  {
    title: 'for another service, and for the caller too',
    bad: `
      const jwt = require('jsonwebtoken');
      function made() { return jwt.sign({ iss: 'shop', iat: now() }, process.env.PARTNER_KEY, { algorithm: 'HS256' }); }
      //                           ^^^^ jwt/no-expiry
      exports.list = () => axios.get('https://partner.example.com/list', { headers: { Authorization: made() } });
      exports.login = (req, res) => res.json({ token: made() });
    `,
  },
];
