import type { Note } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { SyntaxProblem } from '../syntax/parsed.js';
import type { At, FilePath, SourceFile, Span } from '../text/source.js';
import type { NamedKind } from './names.js';

/** A configuration file that is data: its content as a value, with places. */
export interface Settings {
  readonly shape: 'settings';
  readonly kind: Exclude<NamedKind, 'dockerfile' | 'nginx'> | 'kubernetes' | 'sam';
  readonly path: FilePath;
  /** What it holds; of a YAML file with several documents the first. An object says `open` where a part could not be read. */
  readonly root: Value;
  /** All documents of a YAML file. */
  readonly documents: readonly Value[];
  /** The whole file. */
  readonly at: At;
}
/** A piece of an instruction or directive, without its quotes. */
export interface Word {
  readonly text: string;
  readonly at: At;
  /** With its quotes, and the space or comma that goes when it goes. */
  readonly wholeAt: At;
}
/** `NAME=value` of `ENV`, `ARG` and `LABEL`. */
export interface Pair {
  readonly name: string;
  readonly nameAt: At;
  /** Without quotes; undefined where none is given. */
  readonly value: string | undefined;
  readonly valueAt: At | undefined;
  /** All of it. */
  readonly at: At;
}
/** One instruction of a Dockerfile, its continued lines and comments included. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  readonly keywordAt: At;
  readonly at: At;
  /** `exec`: its words are an array in JSON. */
  readonly form: 'exec' | 'shell';
  readonly words: readonly Word[];
  /** `--name=value`, without the dashes. */
  readonly flags: readonly { readonly name: string; readonly value: string | undefined; readonly at: At }[];
  readonly pairs: readonly Pair[];
}
/** What one `FROM` begins. */
export interface Stage {
  readonly from: Instruction;
  readonly image: Word | undefined;
  /** Lower case. */
  readonly name: string | undefined;
  /** The stage it goes on from, where its image is one. */
  readonly base: number | undefined;
  readonly instructions: readonly Instruction[];
}
/** A Dockerfile; the last stage is what runs. */
export interface Dockerfile {
  readonly shape: 'dockerfile';
  readonly kind: 'dockerfile';
  readonly path: FilePath;
  /** Before the first `FROM`. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly at: At;
}
/** One directive of nginx; what stands in its brackets is its block. */
export interface Directive {
  /** Lower case. */
  readonly name: string;
  readonly nameAt: At;
  readonly args: readonly Word[];
  readonly block: readonly Directive[] | undefined;
  /** To its semicolon or closing bracket. */
  readonly at: At;
}
/** A configuration of nginx, or a part of one that others include. */
export interface NginxFile {
  readonly shape: 'nginx';
  readonly kind: 'nginx';
  readonly path: FilePath;
  readonly directives: readonly Directive[];
  readonly at: At;
}
/** A configuration file as rules see it. */
export type Artifact = Settings | Dockerfile | NginxFile;

/** What was read of one: the file, its suppression comments, and what is wrong with its text. */
export interface ArtifactRead {
  readonly artifact: Artifact;
  readonly notes: readonly Note[];
  readonly problems: readonly SyntaxProblem[];
}
/** Reads a file of one kind; never fails. `mark` allots a place for a span. */
export type ReadArtifact = (file: SourceFile, mark: (span: Span) => At) => ArtifactRead;
