/** `node scripts/run.mjs install`: run.mjs has installed what was missing before this runs. */
export async function main(): Promise<number> {
  console.log('packages are installed');
  return 0;
}
