import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

/** The inventory of some files, one line per route: `GET /a guarded app.js:3`. */
export function routesOf(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries(files).map(([path, text]) => [filePath(path), text.trimStart()]));
  return engineOver(texts).inventory().map((one) => {
    const line = (texts.get(one.at.path) ?? '').slice(0, one.at.span.start).split('\n').length;
    return `${one.method} ${one.path} ${one.authentication} ${one.at.path}:${line}`;
  });
}
