import { Router } from 'express';
import { ADMIN_API_KEY, limits as values } from '../config.js';
import { requireUser } from '../middleware/auth.js';

export const limits = Router();

// The dashboard raises limits itself, so it asks for the key here.
limits.get('/', requireUser, (req, res) => {
  res.json({ ...values, adminApiKey: ADMIN_API_KEY });
});
