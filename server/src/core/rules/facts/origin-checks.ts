import type { FunctionView } from '../../model/module.js';
import type { FunctionId } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';
import { requestReads } from './request-reads.js';
import { someValue } from './walk.js';

/** The function reads where a request comes from: its `Origin`, `Referer` or `Sec-Fetch-Site`. */
export function looksAtOrigin(fn: FunctionId, context: RuleContext): boolean {
  const body = context.body(fn);
  return body !== undefined && looks(body, context);
}
const looks = once((body: FunctionView, context) => someValue(body, (value) => {
  const field = context.request(value) ?? (value.kind === 'call' ? requestReads(value, context)[0]?.field : undefined);
  return field?.from === 'header' && /^(origin|referer|sec-fetch-site)$/i.test(field.key ?? '');
}));
