import type { Example } from '../rule.js';

/** POST routes behind a session that no other site gains from, and some that look alike: csrf/missing. */
export const idlePosts: readonly Example[] = [
  {
    title: 'a strategy that remembers who logged in',
    bad: `
      import express from 'express';
      import passport from 'passport';
      import session from 'express-session';
      const app = express();
      const asks = (scope) => (req, res, next) => passport.authenticate('local')(req, res, next);
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }), express.urlencoded());
      app.post('/nodes', asks('nodes.write'), (req, res) => res.json(install(req.body)));
      //  ^^^^ csrf/missing
    `,
  },
  {
    title: 'a strategy that asks every request for its token',
    good: `
      import express from 'express';
      import passport from 'passport';
      import session from 'express-session';
      const app = express();
      const asks = (scope) => (req, res, next) => {
        if (!settings.auth) return next();
        return passport.authenticate(['bearer', 'anon'], { session: false })(req, res, () => (allows(req.authInfo, scope) ? next() : res.sendStatus(401)));
      };
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }), express.urlencoded());
      app.post('/nodes', asks('nodes.write'), (req, res) => res.json(install(req.body)));
      app.post('/flows', passport.authenticate('bearer', { session: false }), (req, res) => res.json(install(req.body)));
    `,
  },
  {
    title: 'an answer made of the request alone, beside one that counts',
    bad: `
      import express from 'express';
      import session from 'express-session';
      import { seal } from './seal.js';
      let sealed = 0;
      const app = express();
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }), express.urlencoded());
      app.post('/parcel', (req, res) => {
      //  ^^^^ csrf/missing
        sealed = sealed + 1;
        res.json({ token: seal(req.body.text) });
      });
      //- seal.js
      import crypto from 'node:crypto';
      export const seal = (text) => crypto.createHmac('sha256', process.env.KEY).update(text).digest('hex');
    `,
  },
  {
    title: 'an answer made of the request alone',
    good: `
      import express from 'express';
      import session from 'express-session';
      import { seal } from './seal.js';
      const app = express();
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }), express.urlencoded());
      app.post('/parcel', (req, res) => {
        if (!req.body) return res.sendStatus(400);
        const token = seal(req.body.text);
        return res.json({ token });
      });
      //- seal.js
      import crypto from 'node:crypto';
      export const seal = (text) => {
        const cipher = crypto.createCipheriv('aes-256-gcm', process.env.KEY, crypto.randomBytes(12));
        return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64url');
      };
    `,
  },
];
