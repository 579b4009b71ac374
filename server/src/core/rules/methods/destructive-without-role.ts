import { links, type Endpoint } from '../../project/project.js';
import { refusesByItself } from '../facts/methods.js';
import { identityPath } from '../facts/paths.js';
import { mayAskForRights, readsCaller, roleFix } from '../facts/rights.js';
import { rule, type Fix } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
}
const DESTRUCTIVE_POST = /\/(delete|remove|ban|disable|purge|reset|promote|demote|roles?|permissions|impersonate)$/i;
const ROLE_WRITE = /\/(roles?|permissions)$/i;
const OWN = /(^|\/)(me|self|account|profile)(\/|$)/i;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/destructive-without-role',
    title: 'Anyone logged in can delete accounts',
    owasp: ['API5:2019', 'API1:2019', 'API5:2023', 'API1:2023'],
    cwe: [285, 639],
    severity: 'warning',
    confidence: 'medium',
    topics: ['method', 'auth'],
    since: '0.1.0',
    whenNotToUse: 'Every caller of this service is an administrator already.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    if (!isDestructive(endpoint) || endpoint.route.public || OWN.test(endpoint.path.text)) return;
    if (endpoint.authorization.state === 'guarded' || links(endpoint.chain).some((link) => mayAskForRights(link.layer.value)) || refusesByItself(endpoint, context)) return;
    const isOpen = endpoint.authentication.state === 'open' && endpoint.chainComplete;
    // An unread layer may be the role check.
    if (!isOpen && endpoint.authorization.state === 'unknown' && endpoint.authorization.by !== undefined) return;
    if (!isOpen && endpoint.authentication.state !== 'guarded') return;
    const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
    if (body && readsCaller(body, context)) return;
    if (endpoint.conduct && endpoint.conduct.refuses.includes(403) && endpoint.conduct.tests.length > 0) return;
    yield {
      at: endpoint.methodAt,
      subject: endpoint.id,
      evidence: { endpoint },
      confidence: 'medium',
      when: endpoint.when,
      severity: body ? (isOpen ? 'error' : 'warning') : 'info',
      ...(endpoint.pathAt ? { related: [{ at: endpoint.pathAt, label: 'the account is named by the caller' }] } : {}),
    };
  },
  explain: ({ endpoint }) => ({
    message: `${endpoint.method} ${endpoint.path.text} can ${endpoint.method === 'DELETE' ? 'remove' : 'change'} any account, an administrator's too: ` +
      `${endpoint.authentication.state === 'open' ? 'no check' : 'only a login check'} runs before it. Require a role, and refuse to delete privileged or own accounts.`,
    why: 'A login says who calls, not what the caller may destroy: DELETE /users/1 removes the super admin.',
    remedy: 'Require an administrator role, or compare the account with the caller.',
  }),
  *fix({ evidence: { endpoint } }, context): Iterable<Fix> {
    const required = roleFix(endpoint, context);
    if (required) yield required;
  },
  examples: [
    {
      title: 'only a login check',
      bad: `
        import { Router } from 'express';
        import { User } from './models';
        const router = Router();
        router.delete('/users/:id', requireAuth, (req, res) => User.findByIdAndDelete(req.params.id));
        //     ^^^^^^ methods/destructive-without-role "only a login check"
        export default router;
      `,
      fixed: `
        import { Router } from 'express';
        import { User } from './models';
        const router = Router();
        router.delete('/users/:id', requireAuth, requireRole('admin'), (req, res) => User.findByIdAndDelete(req.params.id));
        export default router;
      `,
    },
    {
      title: 'no check at all',
      bad: `
        import express from 'express';
        const app = express();
        app.delete('/users/:id', (req, res) => { remove(req.params.id); res.end(); });
        //  ^^^^^^ methods/destructive-without-role "no check runs before it"
      `,
    },
    {
      title: 'a role that anybody may give',
      bad: `
        import express from 'express';
        express().put('/users/:id/role', requireAuth, (req, res) => { setRole(req.params.id, req.body.role); res.end(); });
        //        ^^^ methods/destructive-without-role "can change any account"
      `,
    },
    {
      title: 'a guard that is told which right it takes',
      good: `
        import express from 'express'; express().delete('/users/:id', auth('manageUsers'), (req, res) => { remove(req.params.id); res.end(); });
      `,
    },
    { title: 'a role guard', good: `import { Router } from 'express'; const router = Router(); router.delete('/users/:id', requireAuth, requireRole('admin'), removeUser);` },
    {
      title: 'the caller is compared',
      good: `import { Router } from 'express'; const router = Router(); router.delete('/users/:id', requireAuth, (req, res) => { if (req.user.id !== req.params.id) return res.sendStatus(403); del(req, res); });`,
    },
    {
      title: 'the query asks for the owner',
      good: `
        import { Router } from 'express'; const router = Router(); router.delete('/accounts/:id', requireAuth, (req, res) => Account.deleteOne({ _id: req.params.id, owner: req.user.id }));
      `,
    },
    { title: 'the own account', good: `import { Router } from 'express'; const router = Router(); router.delete('/users/me', requireAuth, deleteMe);` },
  ],
});

function isDestructive(endpoint: Endpoint): boolean {
  const path = endpoint.path.text;
  if (endpoint.method === 'DELETE') return identityPath(path);
  if (endpoint.method === 'POST') return identityPath(path) && DESTRUCTIVE_POST.test(path);
  return (endpoint.method === 'PUT' || endpoint.method === 'PATCH') && identityPath(path) && ROLE_WRITE.test(path);
}

