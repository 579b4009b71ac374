import type { Example } from '../rule.js';

/** Papers about single persons that everybody is served, and look-alikes: exposure/static-risky-root. */
export const papersExamples: readonly Example[] = [
  {
    title: 'papers of persons for everyone',
    bad: `
      //- main.ts
      import { NestFactory } from '@nestjs/core';
      import { join } from 'node:path';
      const app = await NestFactory.create(AppModule);
      app.useStaticAssets(join(__dirname, '..', 'vault'), { prefix: '/vault/' });
      //                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/static-risky-root "kept in 'vault'"
      //- claims.ts
      import { diskStorage } from 'multer';
      import { FileInterceptor } from '@nestjs/platform-express';
      export const scan = FileInterceptor('scan', { limits: { fileSize: 1e6 }, fileFilter: onlyPdf, storage: diskStorage({ destination: 'vault/prescriptions' }) });
      //- staff.js
      const express = require('express');
      const staff = express();
      staff.use('/payslips', express.static('var/payslips'));
      //                                    ^^^^^^^^^^^^^^ exposure/static-risky-root "papers about single persons"
      staff.listen(3000);
    `,
  },
  {
    title: 'papers behind a login, and those of a company for the public',
    good: `
      const express = require('express');
      const desk = express();
      desk.use('/payslips', requireAuth, express.static('var/payslips')); desk.use('/resume', express.static('public/resume'));
      desk.listen(3000);
    `,
  },
];
