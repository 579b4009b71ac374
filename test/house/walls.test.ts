import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { root } from '../../scripts/project.js';

const core = 'server/src/core';
/** One breach per wall: the file that commits it, and its import. */
const breaches: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'no-cycles': [`${core}/text/seed-cycle.ts`, "import './seed-cycle-back.js';"],
  'core-is-pure': [`${core}/text/seed-host.ts`, "import type { Host } from '../../host/host.js';\nexport type Seed = Host;"],
  'core-has-no-builtins': [`${core}/text/seed-fs.ts`, "import 'node:fs';"],
  'only-syntax-parses': [`${core}/project/seed-yaml.ts`, "import 'yaml';"],
  'rules-read-the-model': [`${core}/rules/seed/seed-rule.ts`, "import '../../engine.js';"],
  'facts-are-data': [`${core}/rules/facts/seed-facts.ts`, "import '../index.js';"],
  'adapters-are-islands': [`${core}/frameworks/seed-adapter.ts`, "import './express.js';"],
  'one-door': ['server/src/host/seed-door.ts', "import '../core/syntax/javascript.js';"],
  'reporters-are-pure': ['server/src/cli/reporters/seed-reporter.ts', "import 'node:fs';"],
  'only-lsp-knows-lsp': ['server/src/cli/seed-lsp.ts', "import 'vscode-languageserver';"],
  'cli-and-lsp-are-apart': ['server/src/cli/seed-shell.ts', "import '../lsp/seed-server.js';"],
  'client-is-thin': ['client/src/seed-client.ts', "import '../../server/src/core/text/source.js';"],
  resolvable: [`${core}/text/seed-nowhere.ts`, "import './nowhere.js';"],
};

test('each wall catches a breach', () => {
  const copy = mkdtempSync(join(tmpdir(), 'unlatched-walls-'));
  try {
    for (const path of ['server/src', 'client/src', 'tsconfig.json', '.dependency-cruiser.cjs', 'package.json'])
      cpSync(join(root, path), join(copy, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), `${text}\n`);
    };
    for (const [path, text] of Object.values(breaches)) write(path, text);
    write(`${core}/text/seed-cycle-back.ts`, "import './seed-cycle.js';");
    write('server/src/lsp/seed-server.ts', 'export {};');
    const script = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = spawnSync(
      process.execPath,
      [script, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'server', 'client'],
      { cwd: copy, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const { summary }: { summary: { violations: readonly { from: string; rule: { name: string } }[] } } = JSON.parse(stdout);
    const caught = (wall: string, path: string): boolean =>
      summary.violations.some(({ from, rule }) => rule.name === wall && from.startsWith(path.replace(/\.ts$/, '')));
    assert.deepEqual(
      Object.entries(breaches)
        .filter(([wall, [path]]) => !caught(wall, path))
        .map(([wall]) => wall),
      [],
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test('every wall has a breach that shows it stands', () => {
  const { forbidden }: { forbidden: readonly { name: string }[] } = createRequire(join(root, 'package.json'))('./.dependency-cruiser.cjs');
  assert.deepEqual(forbidden.map(({ name }) => name).sort(), Object.keys(breaches).sort());
});

test('the core cannot name a global of Node or of the browser', () => {
  const config = ts.readConfigFile(join(root, core, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(root, core));
  const globals = ['console', 'process', 'setTimeout', 'fetch', 'document', 'Buffer'];
  const seed = join(root, core, 'seed-globals.ts');
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  const text = globals.map((name) => `void ${name};`).join('\n');
  host.fileExists = (path) => path === seed || fileExists(path);
  host.readFile = (path) => (path === seed ? text : readFile(path));
  host.getSourceFile = (path, ...rest) =>
    path === seed ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023) : getSourceFile(path, ...rest);
  const program = ts.createProgram([seed], options, host);
  const errors = program
    .getSemanticDiagnostics(program.getSourceFile(seed))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  assert.deepEqual(
    globals.filter((name) => !errors.some((error) => error.includes(`'${name}'`))),
    [],
  );
});
