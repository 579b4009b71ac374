import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severity of the wildcard finding on an application whose router is behind `cors()`. */
function severityOf(routes: string): string | undefined {
  const files = new Map([[filePath('app.js'), `const cors = require('cors');\nconst express = require('express');\nconst app = express();\napp.use(cors());\n${routes}\napp.listen(1);`]]);
  return allFindings(engineOver(files), files).find(({ rule }) => rule === 'cors/wildcard-origin')?.severity;
}

test('a wildcard over routes that only read is worth knowing, not a warning', () => {
  assert.equal(severityOf("app.get('/a', (req, res) => res.json(data));\napp.get('/b', requireAuth, (req, res) => res.json(data));"), 'info');
  assert.equal(severityOf("app.get('/a', (req, res) => res.json(data));\napp.post('/a', requireAuth, (req, res) => res.json(data));"), 'warning');
});

test('routes of other routers, whose path nobody knows, say nothing of a router that only reads, nor does an exchange of OAuth', () => {
  const router = (name: string, routes: string): string => `const ${name} = express.Router();\n${routes}\napp.use(new URL(process.env.${name}).pathname, ${name});\n`;
  const other = router('other', "other.post('/', (req, res) => res.json(add(req.body)));");
  const severity = (own: string): string | undefined => {
    const files = new Map([[filePath('app.js'), `const cors = require('cors');\nconst express = require('express');\nconst app = express();\n${router('own', `own.use(cors());\n${own}`)}${other}app.listen(1);`]]);
    return allFindings(engineOver(files), files).find(({ rule }) => rule === 'cors/wildcard-origin')?.severity;
  };
  assert.equal(severity("own.get('/', (req, res) => res.json(data));"), 'info');
  assert.equal(severity("own.post('/', async (req, res) => { if (req.body.grant_type === 'authorization_code') res.json(await exchange(req.body)); });"), 'info');
  assert.equal(severity("own.post('/', async (req, res) => res.json(await add(req.body)));"), 'warning');
  // What a setting switches on stands before the routers below the application, too.
  const files = new Map([[filePath('app.js'), `const cors = require('cors');\nconst express = require('express');\nconst app = express();
if (settings('cors')) app.use(cors());\napp.get('/robots.txt', (req, res) => res.send('no'));\n${other}app.listen(1);`]]);
  assert.equal(allFindings(engineOver(files), files).find(({ rule }) => rule === 'cors/wildcard-origin')?.severity, 'warning');
});
