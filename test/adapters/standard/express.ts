/** The standard API in two files, for Express 4 and 5 alike. */
export const EXPRESS_FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const express = require('express');
const { requireUser, gate } = require('./guards');
const users = require('./users');
const app = express();
const open = (req, res) => res.send('data');
app.get('/health', open);
app.post('/login', open);
app.use('/api', requireUser, users);
app.post('/files', requireUser, open);
app.put('/files/:id', open);
app.get('/reports', gate, open);
app.listen(process.env.PORT);
module.exports = app;
`,
  'src/users.js': `
const express = require('express');
const { requireAdmin } = require('./guards');
const router = express.Router();
const data = (req, res) => res.json([]);
router.get('/users', data);
router.route('/users/:id').get(data).delete(requireAdmin, data);
module.exports = router;
`,
  'src/guards.js': `
exports.requireUser = (req, res, next) => (req.user ? next() : res.status(401).end());
exports.requireAdmin = (req, res, next) => (req.user.role === 'admin' ? next() : res.status(403).end());
exports.gate = (req, res, next) => {
  if (process.env.GATE !== 'on') return next();
  return exports.requireUser(req, res, next);
};
`,
};
