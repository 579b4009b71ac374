import type { Call } from '../model/value.js';
import type { Hit, RuleContext } from '../rules/rule.js';
import type { At, FilePath } from '../text/source.js';

/** Where code uses what stands in a file of plain data; undefined: nobody can tell. */
export type Home = (path: FilePath) => At | undefined;
export const noHome: Home = () => undefined;

/** Rules read no file of plain data for itself: what one found in it is told where code uses it. */
export function broughtHome(hit: Hit, home: Home, context: RuleContext): Hit | undefined {
  const { at, related } = hit.detection;
  const here = context.isData(at.path) ? home(at.path) : undefined;
  return here && { ...hit, detection: { ...hit.detection, at: here, related: [{ at, label: 'written here' }, ...(related ?? [])] } };
}
/** The argument that leads into the file, else the name of what is called. */
export function homeOfCall(call: Call, path: FilePath, context: RuleContext): At {
  for (const { value } of call.args) {
    if (context.resolve(value).value.at.path === path) return value.at;
    for (const entry of value.kind === 'object' ? value.entries : []) if (context.resolve(entry.value).value.at.path === path) return entry.value.at;
  }
  return call.nameAt;
}
