import { createEngine, readPolicy, rulePages } from '../core/engine.js';
import { readBaseline, writeBaseline } from '../core/findings/baseline.js';
import { applySettings } from '../core/policy/read.js';
import { teachGuard } from '../core/policy/write.js';
import type { Door } from './door.js';

/** The core itself. */
export const realDoor: Door = { createEngine, rulePages, readPolicy, applySettings, readBaseline, writeBaseline, teachGuard };
