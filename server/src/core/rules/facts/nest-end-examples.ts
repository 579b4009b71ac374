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
];
