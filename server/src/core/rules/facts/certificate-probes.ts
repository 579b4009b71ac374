import type { ModuleView } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';

/** A socket that only looks at the certificate of the other side: `const s = tls.connect({ rejectUnauthorized: false }, () => { show(s.getPeerCertificate()); s.end(); })`, which sends and reads nothing. */
export function onlyProbes(entry: Entry, module: ModuleView): boolean {
  const socket = module.bindings.find(({ value }) => value.kind === 'call' && /^(node:)?tls\.connect$/.test(value.callee) && value.args.some((item) => item.value.kind === 'object' && item.value.entries.includes(entry)));
  if (!socket) return false;
  const calls = [module.top, ...module.functions.values()].flatMap((fn) => fn.steps.flatMap((step) => (step.do === 'call' ? [step.call] : [])));
  const isIt = (value: Value | undefined): boolean => value?.kind === 'ref' && value.root.kind === 'local' && value.text === socket.name;
  const own = calls.filter((call) => isIt(call.receiver));
  return own.some(({ name }) => name === 'getPeerCertificate') && own.every(isQuiet)
    && !calls.some(({ args }) => args.some(({ value }) => isIt(value)));
}
/** It carries no data: it looks, waits for an end or a failure, or closes. */
function isQuiet({ name, args }: Call): boolean {
  if (name === 'end') return args.length === 0;
  return /^(getPeerCertificate|destroy|setTimeout|once|on)$/.test(name) && !args.some(({ value }) => value.kind === 'literal' && (value.value === 'data' || value.value === 'readable'));
}
