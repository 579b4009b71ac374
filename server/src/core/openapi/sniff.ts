import type { FilePath } from '../text/source.js';

const YAML_KEY = /^\ufeff?(?:[ \t]*\{[ \t]*)?["']?(?:openapi|swagger)["']?[ \t]*:/m;
const AFTER_KEY = /^[ \t\r\n]{0,200}:[ \t\r\n]{0,200}(?:["\d]|null)/;
/** Occurrences of a key looked at in one JSON text. */
const MOST = 200;

/** Cheap test whether a text can be an OpenAPI document: the key `openapi` or `swagger` with a version, at the start of a line in YAML. May say yes to another file, never no to a document. */
export function isOpenApi(path: FilePath, text: string): boolean {
  if (/\.ya?ml$/i.test(path)) return YAML_KEY.test(text) || startsWithBrace(text);
  if (!/\.json$/i.test(path)) return false;
  return hasJsonKey(text, '"openapi"') || hasJsonKey(text, '"swagger"');
}

function startsWithBrace(text: string): boolean {
  const first = /\S/.exec(text.slice(0, 2000));
  return first?.[0] === '{' && (text.includes('openapi') || text.includes('swagger'));
}
function hasJsonKey(text: string, key: string): boolean {
  let at = text.indexOf(key);
  for (let i = 0; at >= 0 && i < MOST; i++) {
    if (AFTER_KEY.test(text.slice(at + key.length, at + key.length + 410))) return true;
    at = text.indexOf(key, at + 1);
  }
  return false;
}
