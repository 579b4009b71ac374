import type { Dockerfile, Instruction, Pair, Stage, Word } from '../../artifacts/kind.js';

/** What the image that a Dockerfile builds last is made of. */
export interface FinalImage {
  /** The last stage. */
  readonly last: Stage;
  /** The image the chain of stages begins with, variables filled in; undefined where nobody can tell. */
  readonly base: string | undefined;
  /** The instructions of all stages it goes on from, the first first. */
  readonly instructions: readonly Instruction[];
}
const DEEPEST = 20;
const VARIABLE = /\$(?:\{([A-Za-z_]\w{0,60})(?::?-([^}]{0,200}))?\}|([A-Za-z_]\w{0,60}))/g;

/** The last stage with those it stands on; undefined where there is none. */
export function finalImage(file: Dockerfile): FinalImage | undefined {
  const last = file.stages.at(-1);
  if (!last) return undefined;
  const chain: Stage[] = [last];
  for (let stage = last; stage.base !== undefined && chain.length < DEEPEST;) {
    const below = file.stages[stage.base];
    if (!below || chain.includes(below)) break;
    chain.unshift(below);
    stage = below;
  }
  const first = chain[0]?.image?.text;
  return { last, base: first === undefined ? undefined : filledIn(first, file.globals), instructions: chain.flatMap(({ instructions }) => instructions) };
}

/** A text with the defaults of `ARG` and the values of `ENV` in it; undefined where one is not known. */
export function filledIn(text: string, instructions: readonly Instruction[]): string | undefined {
  let isKnown = true;
  const filled = text.replace(VARIABLE, (_, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) => {
    const value = pairsOf(instructions, ['ARG', 'ENV']).findLast(({ name }) => name === (braced ?? bare))?.value ?? otherwise;
    if (value === undefined || value.includes('$')) isKnown = false;
    return value ?? '';
  });
  return isKnown ? filled : undefined;
}
/** `NAME=value` of these instructions, in order. */
export function pairsOf(instructions: readonly Instruction[], keywords: readonly string[]): readonly Pair[] {
  return instructions.filter(({ keyword }) => keywords.includes(keyword)).flatMap(({ pairs }) => pairs);
}

/** `official`: has the user `node`; `root`: runs as root unless told otherwise; undefined: another image, of which nobody knows. */
export function imageKind(image: string | undefined): 'official' | 'root' | undefined {
  if (image === undefined) return undefined;
  const [name = '', tag = ''] = /^(.*?)(?:@.*|:([^:/@]*)(?:@.*)?)?$/.exec(image)?.slice(1) ?? [];
  if (/^gcr\.io\/distroless\/nodejs/.test(name)) return tag.includes('nonroot') ? undefined : 'root';
  const short = name.replace(/^(docker\.io|registry-1\.docker\.io|public\.ecr\.aws\/docker|mirror\.gcr\.io|ghcr\.io\/docker)\//, '').replace(/^library\//, '');
  if (short === 'node') return 'official';
  return /^(alpine|debian|ubuntu|fedora|amazonlinux|busybox|rockylinux|oven\/bun)$/.test(short) ? 'root' : undefined;
}

/** What starts with the container. */
export interface Start {
  /** Of the last `ENTRYPOINT`, then of the last `CMD`. */
  readonly words: readonly Word[];
  readonly text: string;
}
/** What starts with a container of these instructions. */
export function startOf(instructions: readonly Instruction[]): Start {
  const words = ['ENTRYPOINT', 'CMD'].flatMap((keyword) => instructions.findLast((one) => one.keyword === keyword)?.words ?? []);
  return { words, text: words.map(({ text }) => text).join(' ') };
}
