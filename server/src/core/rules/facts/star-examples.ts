import type { Example } from '../rule.js';

/** The wildcard where a setting was asked for it, and at places that are partly known: cors/wildcard-origin. */
export const starsOfSettings: readonly Example[] = [
  {
    title: 'asked of a setting whose default is the wildcard',
    bad: `
      import express from 'express';
      const origins = (process.env.ORIGINS ?? '*').split(',');
      const app = express();
      app.use((req, res, next) => {
        res.setHeader('Access-Control-Allow-Origin', origins.includes('*') ? '*' : 'https://app.example.com');
        //                                                                   ^^^ cors/wildcard-origin
        next();
      });
      app.post('/orders', add);
      app.listen(3000);`,
  },
  {
    title: 'the wildcard of whoever runs the server, who names the origins',
    good: `
      import express from 'express';
      import cors from 'cors';
      export const setup = (origins, single) => {
        const app = express();
        app.use('/admin', (req, res, next) => {
          const allowed = origins ?? [];
          const all = allowed.includes('*');
          const own = req.get('origin');
          const origin = all ? '*' : own && allowed.includes(own) ? own : null;
          if (origin) res.setHeader('Access-Control-Allow-Origin', origin);
          next();
        });
        app.use(cors({ origin: single === '*' ? '*' : [single] }));
        app.post('/orders', add);
        return app;
      };`,
  },
  {
    title: 'documents and pictures whose place is partly known',
    good: `
      import express from 'express';
      import { IMAGE_PREFIX } from './missing-constants';
      import { allow } from './allow';
      export const setup = (app, versions) => {
        for (const version of versions) app.get(\`\${rootOf(version)}/openapi.json\`, (req, res) => {
          res.header('Access-Control-Allow-Origin', '*');
          res.json(definitions[version]);
        });
      };
      const app = express();
      app.use(IMAGE_PREFIX, allow, express.static('pictures'));
      app.listen(3000);
      //- allow.ts
      export function allow(req, res, next) {
        res.setHeader('Access-Control-Allow-Origin', '*');
        next();
      }`,
  },
  {
    title: 'for the paths of a list alone, all of which are meant for everybody',
    good: `
      import express from 'express';
      const OPEN = ['/.well-known/oauth-authorization-server', '/oauth/token', '/oauth/revoke'];
      const app = express();
      app.use((req, res, next) => {
        if (!OPEN.includes(req.url.split('?')[0])) { next(); return; }
        res.header('Access-Control-Allow-Origin', '*');
        next();
      });
      app.post('/orders', add);
      app.listen(3000);`,
  },
  {
    title: 'for the paths of a list that names orders',
    bad: `
      import express from 'express';
      const OPEN = ['/oauth/token', '/orders'];
      const app = express();
      app.use((req, res, next) => {
        if (!OPEN.includes(req.url.split('?')[0])) { next(); return; }
        res.header('Access-Control-Allow-Origin', '*');
        //                                        ^^^ cors/wildcard-origin
        next();
      });
      app.post('/orders', add);
      app.listen(3000);`,
  },
  {
    title: 'the wildcard of a rule that a function of the project asks for',
    good: `
      import express from 'express';
      import { anyIn } from './rules.js';
      const app = express();
      const isAny = (rule) => rule.origins === '*';
      app.use((req, res, next) => {
        const rule = ruleFor(req.path);
        res.setHeader('Access-Control-Allow-Origin', isAny(rule) ? '*' : rule.origins);
        next();
      });
      app.use('/b', (req, res, next) => {
        const open = anyIn(ruleFor(req.path));
        if (open && !req.user) res.setHeader('Access-Control-Allow-Origin', '*');
        next();
      });
      app.post('/orders', add);
      app.listen(3000);
      //- rules.js
      export function anyIn(rule) { return rule.allowed.some((one) => one.host === '*' && !one.port); }
    `,
  },
  {
    title: 'the wildcard where a function asks something else',
    bad: `
      import express from 'express';
      const app = express();
      const isBig = (rule) => rule.size === 3;
      app.use((req, res, next) => {
        res.setHeader('Access-Control-Allow-Origin', isBig(ruleFor(req.path)) ? '*' : 'https://shop.example.com');
        //                                                                      ^^^ cors/wildcard-origin
        next();
      });
      app.post('/orders', add);
      app.listen(3000);
    `,
  },
];
