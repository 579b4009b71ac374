import { join } from 'node:path';
import { runBundle } from '../host/code-cache.js';

runBundle(join(__dirname, 'server-main.js'));
