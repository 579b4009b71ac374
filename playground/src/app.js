import cors from 'cors';
import express from 'express';
import { reportError } from './middleware/errors.js';
import { files } from './routes/files.js';
import { health } from './routes/health.js';
import { limits } from './routes/limits.js';
import { users } from './routes/users.js';

export function createApp() {
  const app = express();

  app.use(cors({ origin: '*' }));
  app.use(express.json({ limit: '1mb' }));

  app.use('/health', health);
  app.use('/files', files);
  app.use('/users', users);
  app.use('/limits', limits);

  app.use(reportError);
  return app;
}
