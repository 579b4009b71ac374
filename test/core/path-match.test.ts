import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesPath, patternOf } from '../../server/src/core/project/path-match.js';

/** Matchers of Next and Clerk as their documentation writes them, a path, and whether the matcher covers it. */
const MATCHERS: readonly (readonly [string, string, 'yes' | 'no' | 'maybe'])[] = [
  ['/about', '/about', 'yes'],
  ['/about', '/about/team', 'no'],
  ['/', '/', 'yes'],
  ['/', '/api', 'no'],
  ['/about/:path*', '/about', 'yes'],
  ['/about/:path*', '/about/a/b', 'yes'],
  ['/about/:path*', '/aboutus', 'no'],
  ['/api/:path*', '/api/users/{id}', 'yes'],
  ['/api/:path+', '/api', 'no'],
  ['/api/:path+', '/api/users', 'yes'],
  ['/api/:path?', '/api/a', 'yes'],
  ['/api/:path?', '/api/a/b', 'no'],
  ['/api/:path', '/api/{id}', 'yes'],
  ['/api/(.*)', '/api/a/b', 'yes'],
  ['/api/(.*)', '/api', 'no'],
  ['/api(.*)', '/api', 'yes'],
  ['/api(.*)', '/apis', 'yes'],
  ['/(api|trpc)(.*)', '/trpc/x', 'yes'],
  ['/(api|trpc)(.*)', '/docs', 'no'],
  ['/((?!api|_next/static|_next/image|favicon.ico).*)', '/api/users', 'no'],
  ['/((?!api|_next/static|_next/image|favicon.ico).*)', '/apis', 'no'],
  ['/((?!api|_next/static|_next/image|favicon.ico).*)', '/dashboard', 'yes'],
  ['/((?!api|_next/static|_next/image|favicon.ico).*)', '/{slug}/settings', 'maybe'],
  ['/((?!api/auth|login).*)', '/api/users/{id}', 'yes'],
  ['/((?!api/auth|login).*)', '/api/auth/{*all}', 'no'],
  ['/((?!api/auth|login).*)', '/api/{name}', 'maybe'],
  ['/((?!.*\\..*|_next).*)', '/api/users', 'yes'],
  ['/((?!.*\\..*|_next).*)', '/feed.xml', 'no'],
  ['/((?!.*\\..*|_next).*)', '/api/users/{id}', 'maybe'],
  ['/((?!.+\\.[\\w]+$|_next).*)', '/api/users', 'yes'],
  ['/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)', '/api/data.json', 'yes'],
  ['/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)', '/app.js', 'no'],
  ['/api/((?!public).*)', '/api/public/x', 'no'],
  ['/api/((?!public).*)', '/api/users', 'yes'],
  ['/api/users/:id(\\d{1,})', '/api/users/{id}', 'maybe'],
  ['/api/users/:id(\\d{1,})', '/api/users/7', 'yes'],
  ['/API/users', '/api/users', 'yes'],
  ['/docs/{*rest}', '/docs/x', 'maybe'],
  ['/files/:path*', '/files/{*path}', 'yes'],
  ['/:locale/admin/:path*', '/{lang}/admin/users', 'yes'],
  ['/dashboard/:path*', '/{?}/dashboard', 'maybe'],
];
for (const [pattern, path, covers] of MATCHERS) {
  test(`the matcher ${pattern} and ${path}`, () => {
    const source = patternOf(pattern);
    assert.equal(source === undefined ? 'maybe' : matchesPath(source, path, true), covers);
  });
}

test('without parameters a pattern matches as the language itself says', () => {
  const patterns = ['^/api', '/(a|b)+$', '^/x/\\d{2,3}$', '^/[^/]+/y$', '\\.json$', '^/(?!api)', '^/a(?=/b)', '/\\bapi\\b', '^(?:/v\\d+)?/users/?$', '^/[a-c-]+$', 'x*?y', '^$', '^/.{3}$'];
  const paths = ['/', '/api', '/api/x', '/a', '/b', '/x/12', '/x/1234', '/z/y', '/d.json', '/a/b', '/v2/users', '/users/', '/ab-c', '/xxy', '/abc', '/rapid'];
  for (const source of patterns) for (const path of paths) assert.equal(matchesPath(source, path, false), new RegExp(source).test(path) ? 'yes' : 'no', `${source} ${path}`);
});
test('patterns made to cost time are read in a moment, and what cannot be read is unknown', () => {
  assert.notEqual(matchesPath(`^(${'(a*)*'.repeat(20)})*b$`, '/'.padEnd(300, 'a'), false), 'yes');
  for (const odd of ['(?<=a)b', '(a)\\1', '(', ')', '[a', '\\p{L}', 'a{2,1}b('.repeat(400)]) assert.equal(matchesPath(odd, '/ab', false), 'maybe', odd);
});
