import { Router } from 'express';
import { limits as values } from '../config.js';
import { requireUser } from '../middleware/auth.js';

export const limits = Router();

limits.get('/', requireUser, (req, res) => {
  res.json(values);
});
