import type { Example } from '../rule.js';

/** Tokens of Nest that end by the call that signs them, not by the module. */
export const nestEndExamples: readonly Example[] = [
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
];
