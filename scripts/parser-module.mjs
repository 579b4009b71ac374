// The parser of `typescript` without its checker, services and emitter. The package is one closure of 9 MB that no bundler can take apart; this opens the
// closure, marks what only prepares other parts as free of effects, and lets esbuild keep what the project names. Nothing that is kept is changed.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const file = createRequire(import.meta.url).resolve('typescript');
const head = 'var ts = {}; ((module) => {\n"use strict";\n';
const list = '__export(typescript_exports, {\n';
const toCommonJs = 'module.exports = __toCommonJS(typescript_exports);\n';
const tail = '\n// Annotate the CommonJS export names for ESM import in node:\n';
// Only nodes are made: the constructors of symbols, types and signatures reach the whole checker.
const allAllocators = 'setObjectAllocator(getServicesObjectAllocator());';
const nodeAllocators = `setObjectAllocator({
  getNodeConstructor: () => NodeObject,
  getTokenConstructor: () => TokenObject,
  getIdentifierConstructor: () => IdentifierObject,
  getPrivateIdentifierConstructor: () => PrivateIdentifierObject,
  getSourceFileConstructor: () => SourceFileObject,
});`;

/** An ES module whose default export holds these names of the package, as far as they are values. Throws when the package is built otherwise than known. */
export async function parserModule(names) {
  const { text, values } = opened(readFileSync(file, 'utf8'));
  const wanted = [...new Set(names)].filter((name) => values.has(name)).sort();
  const exported = wanted.map((name) => `${values.get(name)} as ${name}`).join(', ');
  const { outputFiles } = await build({
    stdin: { contents: `${text}\nexport { ${exported} };\n`, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    legalComments: 'none',
    treeShaking: true,
    logLevel: 'warning',
  });
  return withDefault(withoutUnusedMessages(outputFiles[0].text), wanted);
}

/** The text of the package as top-level statements, and the local name of each value it exports. */
export function opened(text) {
  const start = place(text, head) + head.length;
  const listed = place(text, list);
  const listEnd = text.indexOf('\n});\n', listed) + '\n});\n'.length;
  const values = new Map(
    [...text.slice(listed, listEnd).matchAll(/^ {2}(\w+): \(\) => ([\w$]+),?$/gm)].map(([, name, local]) => [name, local]),
  );
  const cut = place(text, toCommonJs);
  const body = text.slice(start, listed) + text.slice(listEnd, cut) + text.slice(cut + toCommonJs.length, place(text, tail));
  place(body, allAllocators);
  return { text: withoutEffects(body.replace(allAllocators, nodeAllocators)), values };
}
/** Top-level statements begin in the first column and close there. */
function withoutEffects(body) {
  return (
    body
      // Tables of refactorings and repairs, settings of the server's classes, and what asks the system.
      .replace(/^(?:registerCodeFix|registerRefactor)\([\s\S]*?^\}\);\n/gm, '')
      .replace(/^_(?!Version\b)\w+\.\w+ = (?:[^\n]*;\n|[\s\S]*?^\};\n)/gm, '')
      .replace(/^if \(sys && [\s\S]*?^\}\n/gm, '')
      .replace(/^__export\(\w+, \{[\s\S]*?^\}\);\n/gm, (call) => `/* @__PURE__ */ ${call}`)
      // A namespace becomes a value that can be left out: `var X = ((X2) => { ...; return X2; })(X || (X = {}))`.
      .replace(
        /^\(\((\w+)\) => \{\n([\s\S]*?)^\}\)\((\w+) \|\| \(\3 = \{\}\)\);\n/gm,
        (_, inner, content, name) =>
          `var ${name} = /* @__PURE__ */ ((${inner}) => {\n${content}  return ${inner};\n})(${name} || (${name} = {}));\n`,
      )
      .replace(/^(var \w+ = )(?=\(\(\) => \{\n)/gm, '$1/* @__PURE__ */ ')
      // A value that reads or calls others counts as an effect; inside a function that is called at once and marked it does not.
      .replace(
        /^(var (?!Diagnostics\b)\w+ = )(?:\/\* @__PURE__ \*\/ )?(?!class\b|function\b|async\b|\(|\/|\w+ => )([^\n]*|[^\n]*[[{(]\n[\s\S]*?^[\]})][^\n]*);$/gm,
        '$1/* @__PURE__ */ (() => ($2))();',
      )
  );
}
/** Of the table of all messages only those that the rest can raise. */
function withoutUnusedMessages(text) {
  const start = place(text, 'var Diagnostics = {\n');
  const end = text.indexOf('\n};\n', start);
  const table = text.slice(start, end);
  const rest = text.slice(0, start) + text.slice(end);
  if (/\bDiagnostics\b(?!\.\w)/.test(rest)) throw new Error('typescript: the table of messages is used as a whole');
  const used = new Set([...rest.matchAll(/\bDiagnostics\.(\w+)/g)].map(([, name]) => name));
  const lines = table.replace(/^ {2}(\w+): diag\((?:[^\n]+|\n[\s\S]*?^ {2}\)),?\n?/gm, (line, name) => (used.has(name) ? line : ''));
  return text.slice(0, start) + lines + text.slice(end);
}
function withDefault(text, names) {
  const at = text.lastIndexOf('export {');
  const locals = new Map([...text.slice(at).matchAll(/^ {2}([\w$]+)(?: as (\w+))?,?$/gm)].map(([, local, name]) => [name ?? local, local]));
  return `${text.slice(0, at)}export default { ${names.map((name) => `${name}: ${locals.get(name)}`).join(', ')} };\n`;
}
function place(text, part) {
  const at = text.indexOf(part);
  if (at < 0)
    throw new Error(
      `typescript: "${part.trim().split('\n')[0]}" is not where it is known to be; scripts/parser-module.mjs fits another version`,
    );
  return at;
}

/** For bundles: what `import ts from 'typescript'` gives is the parser, with what the sources below `folder` name of it. */
export function onlyTheParser(folder) {
  let made;
  return {
    name: 'only the parser',
    setup(context) {
      context.onLoad({ filter: /[/\\]typescript[/\\]lib[/\\]typescript\.js$/ }, async () => ({
        contents: await (made ??= parserModule(namesBelow(folder))),
        loader: 'js',
      }));
    },
  };
}
/** What sources name of the package. */
export function namesBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(join(folder, path), 'utf8').matchAll(/\bts\.(\w+)/g)].map(([, name]) => name));
}
