import { packageIfNeeded, packagePath } from './outputs.js';

/** `npm run package`: leaves one `unlatched-<version>.vsix` of the sources as they are. */
export async function main(): Promise<number> {
  if (!packageIfNeeded()) return 1;
  console.log(packagePath());
  return 0;
}
