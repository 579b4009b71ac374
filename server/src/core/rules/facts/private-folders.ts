import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { reachedBy } from './mounts.js';
import { holdsPapers } from './papers.js';
import { isPublicFolder } from './static.js';
import { staticRootOf } from './uploads.js';

/** The folder a call serves to everyone although it holds papers about single persons, or uploads of such are kept in it or below (the mark `keeps FOLDER`); undefined where there is none, or a guard stands before it. */
export function openPapers(call: Call, context: RuleContext): { readonly root: Value; readonly text: string } | undefined {
  const root = staticRootOf(call, context);
  if (!root || root.text === '' || (!holdsPapers(root.text) && !context.projectUses(`keeps ${root.text}`)) || (holdsPapers(root.text) && isPublicFolder(root.text.split('/')))) return undefined;
  // What Nest serves itself stands before every guard.
  return call.name === 'useStaticAssets' || reachedBy(call, context).by === 'everyone' ? { root: root.value, text: root.text } : undefined;
}
