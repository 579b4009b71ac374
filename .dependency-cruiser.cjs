// Who may import whom (docs/architecture.md, "Layers"). test/house/walls.test.ts breaks each rule on purpose.
const core = '^server/src/core/';
// What a rule may read: the model as data, and questions about it that are pure functions.
const questions = 'project/(project|paths|looks)\\.ts|openapi/(?!read|sniff)|artifacts/(kind|names)\\.ts';
const model = `${core}(rules/rule\\.ts|rules/(facts|defaults)/|model/(value|module|api)\\.ts|${questions}|findings/(finding|changes)\\.ts|policy/policy\\.ts|text/source\\.ts)`;
module.exports = {
  forbidden: [
    { name: 'no-cycles', comment: 'type imports included', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      comment: 'the core knows neither its hosts nor an editor',
      severity: 'error',
      from: { path: core },
      to: { path: '^(server/src/(lsp|cli|host)/|client/|test/|scripts/)|node_modules/vscode' },
    },
    {
      name: 'core-has-no-builtins',
      comment: 'no I/O, no clock: text in, data out',
      severity: 'error',
      from: { path: core },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-syntax-parses',
      comment: 'parsers can be replaced in one folder',
      severity: 'error',
      from: { path: '^(server|client)/', pathNot: '^server/src/core/syntax/' },
      to: { path: 'node_modules/(typescript|yaml|js-yaml|jsonc-parser|dockerfile-ast|toml-eslint-parser)/' },
    },
    {
      name: 'rules-read-the-model',
      comment: 'a rule sees lowered values, never a tree, a parser, the engine or another rule',
      severity: 'error',
      from: { path: `${core}rules/(?!(facts|defaults)/)[^/]+/` },
      to: { path: '^server/src/', pathNot: model },
    },
    {
      name: 'facts-are-data',
      comment: 'facts shared by rules import types and other facts only',
      severity: 'error',
      from: { path: `${core}rules/(facts|defaults)/` },
      to: { path: '^server/src/', pathNot: model },
    },
    {
      name: 'adapters-are-islands',
      comment: 'a framework is described by one file that knows no other',
      severity: 'error',
      from: { path: `${core}frameworks/`, pathNot: `${core}frameworks/(adapter|index)\\.ts$` },
      to: { path: '^server/src/', pathNot: `${core}(frameworks/adapter\\.ts|model/(value|module|api)\\.ts|text/source\\.ts)` },
    },
    {
      name: 'one-door',
      comment: 'hosts enter the core by the engine and by plain data',
      severity: 'error',
      from: { path: '^server/src/(lsp|cli|host)/' },
      to: {
        path: core,
        pathNot: `${core}(engine(-types)?\\.ts|text/|findings/(finding|baseline)\\.ts|policy/|inventory/|model/api\\.ts|project/(paths|file-class)\\.ts|artifacts/names\\.ts)`,
      },
    },
    {
      name: 'reporters-are-pure',
      comment: "findings to text; writing it is the command line's business",
      severity: 'error',
      from: { path: '^server/src/cli/reporters/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-lsp-knows-lsp',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/lsp/' },
      to: { path: 'node_modules/vscode-languageserver' },
    },
    {
      name: 'cli-and-lsp-are-apart',
      severity: 'error',
      from: { path: '^server/src/(host|cli)/' },
      to: { path: '^server/src/lsp/' },
    },
    {
      name: 'client-is-thin',
      comment: 'the client shows what the server says',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^server/src/', pathNot: '^server/src/lsp/protocol\\.ts$' },
    },
    {
      name: 'resolvable',
      comment: 'an import nobody can follow hides a layer',
      severity: 'error',
      from: { path: '^(server|client)/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)out/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
