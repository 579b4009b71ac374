import { test } from 'node:test';
import { checkStandard, type StandardApp } from './standard/contract.js';
import { expressApp } from './standard/express.js';

const APPS: readonly StandardApp[] = [expressApp('express'), expressApp('express4')];

for (const app of APPS) test(`the inventory of the standard API is what it really serves and refuses: ${app.framework}`, () => checkStandard(app));
