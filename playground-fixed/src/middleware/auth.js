import { store } from '../store.js';

export function requireUser(req, res, next) {
  const [, token] = (req.get('authorization') ?? '').split(' ');
  const user = store.userOfSession(token);
  if (!user) return res.status(401).json({ error: 'login required' });
  req.user = user;
  next();
}

export function requireRole(role) {
  return (req, res, next) => {
    if (req.user?.role !== role) return res.status(403).json({ error: 'not allowed' });
    next();
  };
}
