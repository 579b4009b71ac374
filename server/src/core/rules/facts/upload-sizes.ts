import type { Severity } from '../../findings/finding.js';
import type { Call } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

const MEGABYTE = 1024 * 1024;
/** Bytes above which the limit of a file, and that of a payload that is kept in memory, is spoken of. */
export const LARGE = 100 * MEGABYTE;
export const LARGE_PAYLOAD = 50 * MEGABYTE;
const MOST_ON_DISK = 1024 * MEGABYTE;

/** How bad a limit of so many bytes is: a bounded file that is written to disk as it arrives, as recordings and models are, is the author's to judge. */
export function sizeLevel(size: number, call: Call | undefined, context: RuleContext): Severity {
  if (size === Infinity) return 'warning';
  return size <= MOST_ON_DISK && call !== undefined && isStreamed(call, context) ? 'hint' : 'info';
}
/** Nothing is kept in memory: formidable 2 and 3 and koa-body 6 write to disk, @fastify/multipart 8 and 9 hand streams on unless they fill the body, multer 1 and 2 write where they are told a folder. */
function isStreamed({ callee, name, args }: Call, context: RuleContext): boolean {
  if (/^(formidable|koa-body|koa-better-body)(\.|$)/.test(callee)) return true;
  if (/^(multer|@koa\/multer)(\.default)?$/.test(callee)) {
    const [dest, storage] = ['dest', 'storage'].map((key) => context.option(args[0]?.value, key));
    const made = storage?.kind === 'value' ? context.resolve(storage.value).value : undefined;
    return made === undefined ? storage?.kind === 'absent' && dest?.kind === 'value' : made.kind === 'call' && made.name === 'diskStorage';
  }
  const plugin = name === 'register' && args[0] ? context.resolve(args[0].value).value : undefined;
  const from = plugin?.kind === 'ref' && plugin.root.kind === 'import' ? plugin.root.from : plugin?.kind === 'call' && plugin.name === 'require' ? context.constant(plugin.args[0]?.value ?? plugin)?.value : undefined;
  return from === '@fastify/multipart' && context.option(args[1]?.value, 'attachFieldsToBody').kind === 'absent';
}
