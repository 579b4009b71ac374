import type { Example } from '../rule.js';

/** Security headers set by hand, a few and a set of them: headers/helmet-missing. */
export const handSetExamples: readonly Example[] = [
  {
    title: 'a policy by hand, and nothing else',
    bad: `
      import express from 'express';
      const app = express();
      //          ^^^^^^^ headers/helmet-missing "this app sends Content-Security-Policy alone; others are missing (Strict-Transport-Security, X-Frame-Options, X-Content-Type-Options)"
      app.use((req, res, next) => { res.set('Content-Security-Policy', "default-src 'self'"); next(); });
      app.get('/', (req, res) => res.render('home'));
      app.listen(3000);`,
    fixed: `
      import express from 'express';
      import helmet from 'helmet';
      const app = express();
      app.use(helmet());
      app.use((req, res, next) => { res.set('Content-Security-Policy', "default-src 'self'"); next(); });
      app.get('/', (req, res) => res.render('home'));
      app.listen(3000);`,
  },
  {
    title: 'three headers set by hand',
    good: `
      import express from 'express';
      const app = express();
      app.use((req, res, next) => {
        res.setHeader('Content-Security-Policy', "default-src 'self'");
        res.setHeader('X-Content-Type-Options', 'nosniff');
        res.setHeader('Strict-Transport-Security', 'max-age=31536000');
        next();
      });
      app.get('/', h);
      app.listen(3000);`,
  },
];
