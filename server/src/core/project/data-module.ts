import type { ModuleView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import { readDocuments } from '../syntax/yaml-documents.js';
import type { At, FilePath, SourceFile, Span } from '../text/source.js';

/** A JSON or YAML file as the module it is when code loads it. */
export interface DataModule {
  readonly module: ModuleView;
  /** `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`. */
  readonly spans: Int32Array;
}
/** UTF-16 units; larger data are no routes. */
const LARGEST = 1_000_000;

/** The module whose one export is the data of a JSON or YAML file; undefined for other files, and for what is too large or broken. */
export function dataModule(file: SourceFile): DataModule | undefined {
  const { path } = file;
  if (!/\.(json|ya?ml)$/i.test(path) || file.text.length > LARGEST) return undefined;
  const spans: number[] = [];
  const mark = (span: Span): At => {
    spans.push(span.start, span.end);
    return { path, mark: -(spans.length / 2) };
  };
  const at = mark({ start: 0, end: file.text.length });
  const parsed = readDocuments(file, mark);
  const [root, ...others] = parsed.value.roots;
  // Several documents in one file are no data that code could load as one.
  if (parsed.problems.length > 0 || !root || others.length > 0) return undefined;
  return { module: moduleOf(path, root, at), spans: Int32Array.from(spans) };
}
/** An OpenAPI document as the module it is when code loads it: `root` is what the file holds, with places of its own. */
export function documentModule(path: FilePath, root: Value): ModuleView {
  return moduleOf(path, root, root.at);
}
function moduleOf(path: FilePath, root: Value, at: At): ModuleView {
  const top = `${path}#` as FunctionId;
  return {
    path, system: 'commonjs', imports: [], exports: [{ name: '=', value: root, at, nameAt: at }], bindings: [], functions: new Map(), classes: new Map(),
    top: { id: top, name: '', nameAt: at, at, bodyAt: at, parameters: [], async: true, owner: undefined, within: undefined, decorators: [], when: [], steps: [], complete: true },
    notes: [], remarks: [], holes: [], style: { quote: '"', semicolons: false, indent: '  ', newline: '\n', trailingComma: false, importsEnd: at },
  };
}
