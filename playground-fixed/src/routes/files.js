import { Router } from 'express';
import { requireUser } from '../middleware/auth.js';
import { store } from '../store.js';

export const files = Router();

files.get('/', requireUser, (req, res) => {
  res.json(store.filesOf(req.user.id));
});

files.post('/', requireUser, (req, res) => {
  const { name, size } = req.body;
  res.status(201).json(store.saveFile(req.user.id, name, size));
});

files.put('/', requireUser, (req, res) => {
  const { id, name, size } = req.body;
  const file = store.replaceFile(req.user.id, id, name, size);
  if (!file) return res.status(404).json({ error: 'no such file' });
  res.json(file);
});
