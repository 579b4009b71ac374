import { Router } from 'express';
import { requireRole, requireUser } from '../middleware/auth.js';
import { store } from '../store.js';

export const users = Router();

users.get('/:id', requireUser, (req, res) => {
  const user = store.findUser(req.params.id);
  if (!user) return res.status(404).json({ error: 'no such user' });
  res.json({ id: user.id, name: user.name });
});

users.delete('/:id', requireUser, requireRole('admin'), (req, res) => {
  if (req.params.id === req.user.id) return res.status(403).json({ error: 'not your own account' });
  store.removeUser(req.params.id);
  res.status(204).end();
});
