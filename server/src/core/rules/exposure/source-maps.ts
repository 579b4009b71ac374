import type { ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { alternatives } from '../facts/alternatives.js';
import { rule, type Detection, type RuleContext } from '../rule.js';

interface Evidence {
  readonly hidden: string | undefined;
}
/** Places of bundler configurations where source maps are chosen: the file's name, the keys from its exported object down, and how the map stays private. */
const SETTINGS: readonly { readonly file: RegExp; readonly keys: readonly string[]; readonly hidden: string | undefined }[] = [
  { file: /(^|\/)next\.config\.[cm]?[jt]s$/, keys: ['productionBrowserSourceMaps'], hidden: undefined },
  { file: /(^|\/)vite\.config(\.[\w-]+)?\.[cm]?[jt]s$/, keys: ['build', 'sourcemap'], hidden: 'hidden' },
];
const WEBPACK = /(^|\/)webpack(\.[\w-]+)*\.config(\.[\w-]+)*\.[cm]?[jt]s$|(^|\/)webpack(\.[\w-]+)*\.(prod|production)(\.[\w-]+)*\.[cm]?[jt]s$/;
/** Values of webpack's `devtool` that write a map next to the bundle and name it there (webpack 5, configuration/devtool). */
const PUBLIC_MAPS: ReadonlySet<string> = new Set(['source-map', 'cheap-source-map', 'cheap-module-source-map', 'inline-source-map', 'inline-cheap-source-map', 'inline-cheap-module-source-map']);

export default rule<'module', Evidence>({
  meta: {
    id: 'exposure/source-maps',
    title: 'Source maps are published',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [540],
    severity: 'hint',
    confidence: 'high',
    topics: ['static'],
    since: '0.1.0',
    whenNotToUse: 'The code of the front end is public anyway, or the maps are taken out of what is deployed.',
    references: ['https://nextjs.org/docs/app/api-reference/config/next-config-js/productionBrowserSourceMaps', 'https://vite.dev/config/build-options#build-sourcemap', 'https://webpack.js.org/configuration/devtool/'],
  },
  on: 'module',
  words: ['sourcemap', 'devtool'],
  *detect(module, context) {
    for (const { file, keys, hidden } of SETTINGS) {
      if (!file.test(module.path)) continue;
      for (const root of configurations(module, context)) {
        if (isLibrary(root, context)) continue;
        const value = below(root, keys, context);
        for (const one of value ? alternatives(value, context) : []) {
          if (context.constant(one.value)?.value === true && one.at.path === module.path) yield { at: one.at, subject: keys.join('.'), evidence: { hidden }, when: one.when };
        }
      }
    }
    if (WEBPACK.test(module.path)) for (const root of configurations(module, context)) yield* webpack(root, module, context);
  },
  explain: () => ({
    message: 'Source maps show the unminified code, hidden API paths included. Use hidden source maps.',
    why: 'A browser loads a named map for anybody: paths of internal APIs, comments and checks that only the client makes are there to read.',
    remedy: 'Write maps that the bundle does not name, or none, and hand them to the error tracker only.',
  }),
  *fix({ at, evidence: { hidden } }) {
    yield { title: hidden === undefined ? 'Publish no source maps' : 'Use hidden source maps', safety: 'review', changes: [{ do: 'replace', at, code: [hidden === undefined ? 'false' : { quote: hidden }] }] };
  },
  examples: [
    {
      title: 'Next.js told to publish them',
      bad: `
        //- next.config.js
        module.exports = { productionBrowserSourceMaps: true };
        //                                              ^^^^ exposure/source-maps "hidden API paths"`,
      fixed: `
        //- next.config.js
        module.exports = { productionBrowserSourceMaps: false };`,
    },
    {
      title: 'Vite',
      bad: `
        //- vite.config.ts
        import { defineConfig } from 'vite';
        export default defineConfig({ build: { sourcemap: true } });
        //                                                ^^^^ exposure/source-maps`,
      fixed: `
        //- vite.config.ts
        import { defineConfig } from 'vite';
        export default defineConfig({ build: { sourcemap: 'hidden' } });`,
    },
    {
      title: 'Vite with a configuration per mode',
      bad: `
        //- vite.config.mjs
        export default ({ mode }) => ({ build: { outDir: 'public', sourcemap: true } });
        //                                                                    ^^^^ exposure/source-maps`,
    },
    {
      title: 'webpack for production',
      bad: `
        //- webpack.config.js
        module.exports = { mode: 'production', devtool: 'source-map' };
        //                                              ^^^^^^^^^^^^ exposure/source-maps`,
      fixed: `
        //- webpack.config.js
        module.exports = { mode: 'production', devtool: 'hidden-source-map' };`,
    },
    {
      title: 'a configuration bound to a name first',
      bad: `
        //- next.config.mjs
        const nextConfig = { reactStrictMode: true, productionBrowserSourceMaps: true };
        //                                                                       ^^^^ exposure/source-maps
        export default nextConfig;`,
    },
    { title: 'hidden maps', good: `//- vite.config.ts\nexport default { build: { sourcemap: 'hidden' } };` },
    { title: 'hidden maps of webpack', good: `//- webpack.config.js\nmodule.exports = { mode: 'production', devtool: 'hidden-source-map' };` },
    { title: 'webpack in development', good: `//- webpack.config.js\nmodule.exports = { mode: 'development', devtool: 'source-map' };` },
    { title: 'a library, whose maps help those who use it', good: `//- vite.config.ts\nexport default { build: { sourcemap: true, lib: { entry: 'src/index.ts' } } };` },
    { title: 'maps in development only', good: `//- vite.config.ts\nexport default { build: { sourcemap: process.env.NODE_ENV === 'development' ? true : 'hidden' } };` },
    { title: 'a setting of that name elsewhere', good: `//- app.js\nmodule.exports = { build: { sourcemap: true }, productionBrowserSourceMaps: true };` },
  ],
});

/** The objects a configuration file exports: itself, what a `defineConfig` is given, what its function returns. */
function configurations(module: ModuleView, context: RuleContext): readonly Value[] {
  const found: Value[] = [];
  const collect = (value: Value, depth: number): void => {
    if (depth > 6) return;
    const resolved = context.resolve(value).value;
    if (resolved.kind === 'object') found.push(resolved);
    else if (resolved.kind === 'call') for (const { value: argument } of resolved.args) collect(argument, depth + 1);
    else if (resolved.kind === 'array') for (const item of resolved.items) collect(item.value, depth + 1);
    else if (resolved.kind === 'function') for (const step of context.body(resolved.fn)?.steps ?? []) if (step.do === 'return' && step.value) collect(step.value, depth + 1);
  };
  for (const one of module.exports) if (one.name === '=' || one.name === 'default') collect(one.value, 0);
  return found;
}
function below(root: Value, keys: readonly string[], context: RuleContext): Value | undefined {
  let value: Value | undefined = root;
  for (const key of keys) {
    const option = context.option(value, key);
    value = option.kind === 'value' ? option.value : undefined;
  }
  return value;
}
/** Bundles of a library are no front end. */
function isLibrary(root: Value, context: RuleContext): boolean {
  return below(root, ['build', 'lib'], context) !== undefined || below(root, ['output', 'library'], context) !== undefined;
}
function* webpack(root: Value, module: ModuleView, context: RuleContext): Iterable<Detection<Evidence>> {
  const mode = below(root, ['mode'], context);
  const devtool = below(root, ['devtool'], context);
  const target = below(root, ['target'], context);
  if (!devtool || isLibrary(root, context)) return;
  const isNode = target !== undefined && /^(async-)?node/.test(String(context.constant(target)?.value));
  const isProduction = mode !== undefined && context.constant(mode)?.value === 'production';
  if (!isProduction || isNode) return;
  for (const one of alternatives(devtool, context)) {
    const kind = context.constant(one.value)?.value;
    if (typeof kind === 'string' && PUBLIC_MAPS.has(kind) && one.at.path === module.path) yield { at: one.at, subject: 'devtool', evidence: { hidden: 'hidden-source-map' }, when: one.when };
  }
}
