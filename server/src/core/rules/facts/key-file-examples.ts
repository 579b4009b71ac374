import type { Example } from '../rule.js';
import { otherTokenExamples } from './other-token-examples.js';

/** Tokens that are read after their check has failed, keys whose files they name, and claims that are asked of a store: jwt/decode-without-verify. */
export const keyFileExamples: readonly Example[] = [
  {
    title: 'read after the check has failed, and the file of a key that the token names',
    bad: `
      import jwt from 'jsonwebtoken';
      import { readFileSync } from 'node:fs';
      export function session(req, res, next) {
        const raw = req.get('authorization').slice(7);
        try {
          req.user = jwt.verify(raw, process.env.KEY, { algorithms: ['HS256'] });
        } catch (error) {
          req.user = jwt.decode(raw);
          //             ^^^^^^ jwt/decode-without-verify
        }
        next();
      }
      export const userFromHeader = (header) => jwt.decode(header.slice(7));
      //                                            ^^^^^^ jwt/decode-without-verify
      export function partner(token) {
        const { kid } = jwt.decode(token, { complete: true }).header;
        return jwt.verify(token, readFileSync(\`/etc/keys/\${kid}.pem\`), { algorithms: ['RS256'] });
        //                       ^^^^^^^^^^^^ jwt/decode-without-verify "a file the token names"
      }
    `,
  },
  {
    title: 'the file of a key from a fixed list',
    good: `
      import jwt from 'jsonwebtoken';
      import path from 'node:path';
      import { readFileSync } from 'node:fs';
      export function partner(token) {
        const { kid } = jwt.decode(token, { complete: true }).header;
        if (!['spring', 'autumn'].includes(kid)) throw new Error('unknown key');
        return jwt.verify(token, readFileSync(path.join('/etc/keys', kid)), { algorithms: ['RS256'] });
      }
      export const other = (token) => jwt.verify(token, readFileSync(path.join('/etc/keys', path.basename(jwt.decode(token, { complete: true }).header.kid))), { algorithms: ['RS256'] });
    `,
  },
  {
    title: 'asked of a store, set for later, with the key at hand',
    bad: `
      import jwt from 'jsonwebtoken';
      import { Hono } from 'hono';
      const app = new Hono();
      app.use('/a', async (c, next) => {
        const claims = jwt.decode(c.req.header('authorization'), { json: true });
        //                 ^^^^^^ jwt/decode-without-verify
        c.set('user', await users.findById(claims.sub));
        await next();
      });
      export const make = (id) => jwt.sign({ sub: id }, process.env.TOKEN_KEY, { expiresIn: '5m' });
    `,
    fixed: `
      import jwt from 'jsonwebtoken';
      import { Hono } from 'hono';
      const app = new Hono();
      app.use('/a', async (c, next) => {
        const claims = jwt.verify(c.req.header('authorization'), process.env.TOKEN_KEY, { algorithms: ['HS256'] });
        c.set('user', await users.findById(claims.sub));
        await next();
      });
      export const make = (id) => jwt.sign({ sub: id }, process.env.TOKEN_KEY, { expiresIn: '5m' });
    `,
  },
  ...otherTokenExamples,
  {
    title: 'whether a claim is there, to choose who verifies',
    good: `
      import express from 'express';
      import * as jose from 'jose';
      export const isOfService = (req) => { const payload = jose.decodeJwt(req.headers.authorization.slice(7)); return payload['lxm'] != null; };
      export const isOfDevice = (token) => { const claims = jose.decodeJwt(token); return null !== claims.device; };
      export const hasPlan = (token) => jose.decodeJwt(token).plan != null;
      export function forService(ctx) { return isOfService(ctx.req) ? verifyService(ctx) : verifyUser(ctx); }
    `,
  },
  {
    title: 'whether it says somebody is an administrator',
    bad: `
      import express from 'express';
      import * as jose from 'jose';
      export const isAdmin = (token) => { const claims = jose.decodeJwt(token); return claims.admin != null; };
      //                                                      ^^^^^^^^^ jwt/decode-without-verify
    `,
  },
  {
    title: 'a token the provider gave in exchange',
    good: `
      //- strategy.js
      const express = require('express');
      const jwtDecode = require('jwt-decode');
      exports.verify = (result, done) => tokens.exchangeToken(result.access_token, options, (error, other) => {
        if (error) return done(error);
        result.user = jwtDecode(other);
        done(null, result);
      });
      //- login.js
      const express = require('express');
      const jwtDecode = require('jwt-decode');
      exports.login = (req, done) => tokens.exchangeToken(req.session.token, options, (error, other) => { if (error) return done(error); update(req, null, other); done(); });
      exports.again = (req, done) => tokens.exchangeToken(req.session.token, options, function (error, other) { if (error) return done(error); update(req, other, null); done(); });
      function update(req, first, second) {
        const claims = first ? jwtDecode(first) : jwtDecode(second);
        req.session.user = { id: claims.sub };
      }
    `,
  },
  {
    title: 'a token of the caller beside one given in exchange',
    bad: `
      const express = require('express');
      const jwtDecode = require('jwt-decode');
      exports.login = (req, done) => tokens.exchangeToken(req.session.token, options, (error, other) => { if (error) return done(error); update(req, other); done(); });
      exports.other = (req, done) => { update(req, req.headers['x-token']); done(); };
      function update(req, token) {
        req.session.user = { id: jwtDecode(token).sub };
        //                       ^^^^^^^^^ jwt/decode-without-verify
      }
    `,
  },
];
