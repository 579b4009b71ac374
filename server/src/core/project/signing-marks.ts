import type { ModuleView } from '../model/module.js';

/** Whether the tokens that a file of Nest signs with its JwtService get an end in the call: `signs-ended`, `signs-endless`. @nestjs/jwt 10 and 11 sign with the options of the call over those of the module. */
export function* signingMarks(module: ModuleView): Iterable<string> {
  if (!module.imports.some(({ from }) => from === '@nestjs/jwt')) return;
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call' || !/^sign(Async)?$/.test(step.call.name) || !step.call.receiver) continue;
    const options = step.call.args[1]?.value;
    const isEnded = options?.kind === 'object' && options.entries.some(({ key }) => key === 'expiresIn');
    yield isEnded ? 'signs-ended' : 'signs-endless';
  }
}
