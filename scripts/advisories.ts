import { abandoned, nodeReleases } from '../server/src/core/rules/facts/abandoned.js';
import { advisories } from '../server/src/core/rules/facts/advisories.js';
import { faultsOf } from './advisory-form.js';

/** `npm run advisories`: checks the form of the rows about packages; lists what is wrong and exits with 1. Reaches no network. */
export function main(): Promise<number> {
  const faults = faultsOf([...advisories, ...abandoned, ...nodeReleases]);
  for (const fault of faults) console.log(fault);
  if (faults.length === 0) console.log(`${advisories.length} advisories, ${abandoned.length} abandoned packages, ${nodeReleases.length} lines of Node`);
  return Promise.resolve(faults.length > 0 ? 1 : 0);
}
