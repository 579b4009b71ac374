/** The parts of a URI reference as RFC 3986 tells them apart, without the fragment. */
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]{0,30}):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/;

/** A URI reference against an absolute base (RFC 3986, section 5.2), without fragment; schemes and hosts in lower case. */
export function resolvedUri(reference: string, base: string): string {
  const [, scheme, authority, path = '', query] = PARTS.exec(reference.trim()) ?? [];
  if (scheme !== undefined) return written(scheme, authority, withoutDots(path), query);
  const [, ownScheme = '', ownAuthority, ownPath = '', ownQuery] = PARTS.exec(base) ?? [];
  if (authority !== undefined) return written(ownScheme, authority, withoutDots(path), query);
  if (path === '') return written(ownScheme, ownAuthority, ownPath, query ?? ownQuery);
  const joined = path.startsWith('/') ? path : `${ownPath === '' && ownAuthority !== undefined ? '/' : ownPath.slice(0, ownPath.lastIndexOf('/') + 1)}${path}`;
  return written(ownScheme, ownAuthority, withoutDots(joined), query);
}
function written(scheme: string, authority: string | undefined, path: string, query: string | undefined): string {
  return `${scheme.toLowerCase()}:${authority === undefined ? '' : `//${authority.toLowerCase()}`}${path}${query === undefined ? '' : `?${query}`}`;
}
function withoutDots(path: string): string {
  if (!path.startsWith('/')) return path;
  const kept: string[] = [];
  const parts = path.slice(1).split('/');
  for (const [index, part] of parts.entries()) {
    if (part === '..') kept.pop();
    if (part !== '.' && part !== '..') kept.push(part);
    else if (index === parts.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
