import type { FunctionView } from '../model/module.js';

const APPLICATION_NAME = /^_?(app|application|server|router|routes?|api|express|expressapp|webserver)$|(app|router|server)$/i;

/** Whether the body registers routes on a parameter or on a field of it (`args.app.get('/x', h)`): the field's name, '' for the parameter itself. */
export function registersOn(fn: FunctionView, index: number, verbs: ReadonlySet<string>): string | undefined {
  const parameter = fn.parameters[index];
  const isNamed = APPLICATION_NAME.test(parameter?.name ?? '') || /\b(Express|Application|Router|IRouter)\b/.test(parameter?.type ?? '');
  for (const step of fn.steps) {
    if (step.do !== 'call' || !verbs.has(step.call.name)) continue;
    const { receiver, args } = step.call;
    if (receiver?.kind !== 'ref' || receiver.root.kind !== 'parameter' || receiver.root.fn !== fn.id || receiver.root.index !== index) continue;
    const [field] = receiver.path;
    if (field === undefined ? !isNamed : receiver.path.length > 1 || !/^_?(app|router|express|expressApp)$/.test(field)) continue;
    const first = args[0]?.value;
    const isPath = first?.kind === 'regex' || first?.kind === 'template' || (first?.kind === 'literal' && typeof first.value === 'string' && first.value.startsWith('/'));
    if (step.call.name === 'use' ? args.length > 0 : step.call.name === 'route' ? isPath : isPath && args.length > 1) return field ?? '';
  }
  return undefined;
}
