import type { Example } from '../rule.js';

/** What auth/route-missing-auth says of tables of routes and of services. */
export const openRowExamples: readonly Example[] = [
  {
    title: 'a table of routes: one row that changes things names no gate, another says it is public',
    bad: `
      import { gates } from './gates.js';
      export const routes = [
        { verb: 'get', path: '/status', run: (req, res) => res.json({ up: true }) },
        { verb: 'post', path: '/login', gate: ['slow'], run: login },
        { verb: 'get', path: '/tools', run: list },
        { verb: 'post', path: '/tools', gate: ['user', 'librarian'], run: add },
        { verb: 'post', path: '/tools/:id/borrow', gate: ['user'], run: borrow },
        { verb: 'delete', path: '/tools/:id', run: remove },
        //      ^^^^^^^^ auth/route-missing-auth "DELETE /tools/:id asks nobody who calls while 2 of 3 other rows of this table are kept closed by 'gate'"
      ];
      export const table = {
        'GET crew': { role: 'planner', run: async () => crew() },
        'GET flights': { run: async () => flights() },
        'POST crew': { role: 'planner', run: async ({ body }) => hire(body) },
        'PUT crew': { run: async ({ id, body }) => rename(id, body) },
      //^^^^^^^^^^ auth/route-missing-auth
        'DELETE crew': { role: 'chief', run: async ({ id }) => dismiss(id) },
      };
      export const list = [
        ['post', '/login', 'none', login, slow],
        ['get', '/items', 'user', items],
        ['post', '/moves', 'scanner', move],
        ['delete', '/moves/:id', 'none', removeMove],
        //                       ^^^^^^ auth/route-missing-auth "2 of 3 other rows of this table say who may call them"
        ['get', '/opening-hours', 'none', hours],
      ].slice(0);
    `,
  },
  {
    title: 'services behind a gateway',
    bad: `
      export const upstreams = [
        { prefix: '/catalog', target: 'http://catalog.internal:8080', auth: false },
        { prefix: '/orders', target: 'http://orders.internal:8080', auth: true },
        { prefix: '/profile', target: 'http://profile.internal:8080', auth: true },
        { prefix: '/admin', target: 'http://office.internal:8080', auth: false },
        //                                                               ^^^^^ auth/route-missing-auth "/admin asks nobody"
      ];
    `,
  },
  {
    title: 'rows that are open by design, and tables that are none of routes',
    good: `
      export const routes = [
        { method: 'GET', path: '/wagons', access: 'public', run: list },
        { method: 'POST', path: '/users', access: 'public', run: join },
        { method: 'POST', path: '/auth/login', access: 'public', run: login },
        { method: 'PUT', path: '/wagons/:id', access: 'operator', run: change },
        { method: 'DELETE', path: '/wagons/:id', access: 'operator', run: remove },
      ];
      export const pages = [{ path: '/', component: Home }, { path: '/admin', auth: true, component: Admin }, { path: '/account', auth: true, component: Account }, { path: '/orders', component: Orders }];
      // No role is not no login.
      const rows = [
        { method: 'put', path: '/profile', handler: saveProfile },
        { method: 'delete', path: '/users/:id', roles: ['admin'], handler: dropUser },
        { method: 'post', path: '/users/:id/ban', roles: ['admin'], handler: ban },
        { method: 'put', path: '/users/:id/name', handler: withAuth(rename) },
        { method: 'patch', path: '/users/:id', handler: async (req, res) => { await requireUser(req); res.json(await save(req.body)); } },
      ];
      const notes = [
        { method: 'patch', path: '/notes/:id', roles: [], handler: saveNote },
        { method: 'delete', path: '/notes/:id', roles: ['admin'], handler: dropNote },
        { method: 'post', path: '/notes/:id/lock', roles: ['admin'], handler: lock },
      ];
      const proxies = [{ path: '/admin', target: 'http://a', secure: false }, { path: '/api', target: 'http://b', secure: true }, { path: '/users', target: 'http://c', secure: true }];
      export const client = [{ method: 'GET', path: '/me', auth: true }, { method: 'POST', path: '/orders', auth: true }, { method: 'DELETE', path: '/orders/:id' }];
    `,
  },
];
