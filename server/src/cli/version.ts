import manifest from '../../../package.json';

/** The product's version, as its manifest has it. */
export const version: string = manifest.version;
