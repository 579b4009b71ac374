import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

interface Token {
  readonly startIndex: number;
  readonly endIndex: number;
  readonly scopes: readonly string[];
}
interface Grammar {
  tokenizeLine(line: string, state: unknown): { readonly tokens: readonly Token[] };
}
interface TextMate {
  readonly INITIAL: unknown;
  readonly Registry: new (options: object) => { loadGrammar(scope: string): Promise<Grammar | null> };
  parseRawGrammar(text: string, file: string): unknown;
}
interface Oniguruma {
  loadWASM(bytes: ArrayBuffer | Uint8Array): Promise<void>;
  createOnigScanner(patterns: readonly string[]): unknown;
  createOnigString(text: string): unknown;
}
interface Contribution {
  readonly contributes: {
    readonly grammars?: readonly { readonly scopeName: string; readonly path: string; readonly injectTo?: readonly string[] }[];
  };
}

// VS Code's own tokenizer and grammars, as this editor ships them.
const modules = ['node_modules', 'node_modules.asar']
  .map((name) => path.join(vscode.env.appRoot, name))
  .find((folder) => existsSync(folder));
const load = createRequire(path.join(vscode.env.appRoot, 'package.json'));
const own = vscode.extensions.getExtension('unlatched.unlatched')?.extensionPath ?? '';
const builtIn = ['javascript', 'typescript-basics', 'yaml'].map((name) => path.join(vscode.env.appRoot, 'extensions', name));

let textmate: TextMate;
const grammars = new Map<string, Promise<Grammar | null>>();

async function grammar(scope: string): Promise<Grammar> {
  const found = await grammars.get(scope);
  assert.ok(found, `no grammar ${scope}`);
  return found;
}

/** Scopes of a piece of text that is one token of its own. */
async function scopesOf(scope: string, line: string, piece: string): Promise<string> {
  const { tokens } = (await grammar(scope)).tokenizeLine(line, textmate.INITIAL);
  const found = tokens.find(({ startIndex, endIndex }) => line.slice(startIndex, endIndex).trim() === piece);
  assert.ok(
    found,
    `"${piece}" is no token of its own: ${tokens.map(({ startIndex, endIndex }) => line.slice(startIndex, endIndex)).join('|')}`,
  );
  return found.scopes.join(' ');
}

const directive = 'unlatched-ignore cors/wildcard-origin, tls/plain-http-url -- fonts are public (until 2027-03-01, by Kim)';

suite('colours of directives', () => {
  suiteSetup(async () => {
    assert.ok(modules, `no modules in ${vscode.env.appRoot}`);
    textmate = load(path.join(modules, 'vscode-textmate'));
    const oniguruma: Oniguruma = load(path.join(modules, 'vscode-oniguruma'));
    await oniguruma.loadWASM(readFileSync(path.join(modules, 'vscode-oniguruma', 'release', 'onig.wasm')));
    const files = new Map<string, string>();
    const injected = new Map<string, string[]>();
    for (const folder of [...builtIn, own]) {
      const manifest: Contribution = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      for (const { scopeName, path: file, injectTo = [] } of manifest.contributes.grammars ?? []) {
        files.set(scopeName, path.join(folder, file));
        for (const target of injectTo) injected.set(target, [...(injected.get(target) ?? []), scopeName]);
      }
    }
    const registry = new textmate.Registry({
      onigLib: Promise.resolve(oniguruma),
      loadGrammar: async (scope: string) => {
        const file = files.get(scope);
        return file === undefined ? null : textmate.parseRawGrammar(readFileSync(file, 'utf8'), file);
      },
      getInjections: (scope: string) => injected.get(scope),
    });
    for (const scope of ['source.js', 'source.js.jsx', 'source.ts', 'source.tsx', 'source.yaml'])
      grammars.set(scope, registry.loadGrammar(scope));
  });

  for (const [scope, line] of [
    ['source.ts', `// ${directive}`],
    ['source.js', `const a = 1; // ${directive}`],
    ['source.tsx', `/* ${directive} */`],
    ['source.js.jsx', `// ${directive}`],
    ['source.yaml', `a: 1 # ${directive}`],
  ] as const) {
    test(`each part of a suppression has its colour in ${scope}`, async () => {
      assert.match(await scopesOf(scope, line, 'unlatched-ignore'), /comment\..*keyword\.control\.directive\.unlatched/);
      assert.match(await scopesOf(scope, line, 'cors/wildcard-origin'), /entity\.name\.tag\.rule\.unlatched/);
      assert.match(await scopesOf(scope, line, 'tls/plain-http-url'), /entity\.name\.tag\.rule\.unlatched/);
      assert.match(await scopesOf(scope, line, 'fonts are public'), /string\.unquoted\.reason\.unlatched/);
      assert.match(await scopesOf(scope, line, '2027-03-01'), /constant\.numeric\.date\.unlatched/);
      assert.match(await scopesOf(scope, line, 'Kim'), /variable\.other\.owner\.unlatched/);
    });
  }

  test('a route marked public has its colour', async () => {
    assert.match(await scopesOf('source.ts', '// unlatched: public -- the price list', 'public'), /constant\.language\.public\.unlatched/);
  });

  test('the same words in code and strings have no colour', async () => {
    const line = `const text = '${directive}';`;
    const { tokens } = (await grammar('source.ts')).tokenizeLine(line, textmate.INITIAL);
    assert.ok(tokens.every(({ scopes }) => scopes.every((each) => !each.endsWith('.unlatched'))));
  });
});
