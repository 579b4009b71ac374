import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEngine, defaultPolicy } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';

/** The severity of a policy that reflects origins under this test: error anywhere, warning under a switch, undefined in development only. */
function severity(condition: string, before = ''): string | undefined {
  const path = filePath('app.ts');
  const engine = createEngine();
  const text = `import cors from 'cors';\nimport cookies from 'cookie-parser';\napp.use(cookies());\n${before}\napp.use(cors({ origin: ${condition} ? true : 'https://a.example', credentials: true }));\n`;
  engine.apply({ set: [{ path, text, revision: 1 }], policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
  return engine.findings(path).find(({ rule }) => rule === 'cors/credentials-any-origin')?.severity;
}

suite('where code under a test runs', () => {
  for (const condition of [
    "process.env.NODE_ENV === 'development'",
    "process.env.NODE_ENV !== 'production'",
    "config.get('NODE_ENV') === 'development'",
    "configService.getOrThrow('NODE_ENV') !== 'production'",
    "app.get('env') === 'development'",
    "config.env === 'test'",
    "settings.nodeEnv !== 'production'",
    "['development', 'test'].includes(config.get('NODE_ENV'))",
    'isDev',
    '__DEV__',
    "env.parsed().NODE_ENV === 'development'",
    "getEnv('nodeEnv') !== 'production'",
  ])
    test(`only in development: ${condition}`, () => assert.equal(severity(condition), undefined));
  for (const condition of ["process.env.OPEN === 'true'", 'config.openCors', "config.get('cors.open')", "flags.isEnabled('open')", '!settings.cors.strict', "getEnv('openMode')", "config.mode2 === 'open'", 'debugMode',
    "state().getConfig('open', false)", "settings.get('cors', 'strict') === 'open'"])
    test(`under a switch: ${condition}`, () => assert.equal(severity(condition), 'warning'));
  test('only in development, by what a function is handed', () => {
    const engine = createEngine();
    const path = filePath('app.ts');
    const text = [
      "import cors from 'cors';", "import cookies from 'cookie-parser';", 'export const setup = (app, { stage }) => {', '  app.use(cookies());',
      "  app.use(cors({ origin: stage === 'development' ? true : 'https://a.example', credentials: true }));", '};',
    ].join('\n');
    engine.apply({ set: [{ path, text, revision: 1 }], policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
    assert.equal(engine.findings(path).some(({ rule }) => rule === 'cors/credentials-any-origin'), false);
    engine.apply({ set: [{ path, text: text.replaceAll('stage', 'shop'), revision: 2 }], policies: new Map([['', defaultPolicy]]), today: '2026-11-28' });
    assert.equal(engine.findings(path).some(({ rule }) => rule === 'cors/credentials-any-origin'), true);
  });
  test('under a setting whose default the file sets', () => assert.equal(severity('settings.open', 'export const settings = { open: true };'), 'warning'));
  for (const condition of ['open', 'request.open', "cache.get('NODE')", "user.env2 === 'x'", 'config', "headers.get('origin')", 'process.env.REDIS_URL', "request.query.mode === 'development'", "config.redis.host !== ''",
    "getEnv('redisUrl')", "state().getConfig('open', true)", "config.get('cors', 'open') === 'open'"])
    test(`anywhere: ${condition}`, () => assert.equal(severity(condition), 'error'));
});
