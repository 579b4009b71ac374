import type { Change } from '../../findings/changes.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** How new code at a place calls a member of a Node module, and the import it needs; undefined where the name is taken by something else. */
export function nodeMember(module: string, member: string, at: At, context: RuleContext): { readonly text: string; readonly changes: readonly Change[] } | undefined {
  for (const from of [`node:${module}`, module]) {
    const named = context.localName(at.path, from, member);
    if (named !== undefined) return { text: named, changes: [] };
    const whole = context.localName(at.path, from, '*') ?? context.localName(at.path, from, 'default');
    if (whole !== undefined) return { text: `${whole}.${member}`, changes: [] };
  }
  if (context.visible(member, at) !== 'absent') return undefined;
  return { text: member, changes: [{ do: 'import', path: at.path, from: `node:${module}`, name: member, as: member }] };
}
