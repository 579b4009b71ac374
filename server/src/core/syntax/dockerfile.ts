import { DockerfileParser, JSONInstruction, ModifiableInstruction, PropertyInstruction, type Argument, type Instruction as Parsed } from 'dockerfile-ast';
import type { Instruction, Pair, Stage, Word } from '../artifacts/kind.js';
import type { Note } from '../model/module.js';
import { indexLines } from '../text/lines.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { SyntaxProblem } from './parsed.js';
import { readNotes } from './yaml-notes.js';

/** What a Dockerfile consists of. */
export interface DockerfileRead {
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly notes: readonly Note[];
  readonly problems: readonly SyntaxProblem[];
}
type Range = ReturnType<Argument['getRange']>;
const MOST = 2_000;

/** Reads a Dockerfile to its stages; instructions before the first `FROM` stand apart. Never fails. */
export function readDockerfile({ text }: SourceFile, mark: (span: Span) => At): DockerfileRead {
  try {
    const lines = indexLines(text);
    const spanOf = ({ start, end }: Range): Span => ({ start: lines.offset(start.line, start.character), end: lines.offset(end.line, end.character) });
    const parsed = DockerfileParser.parse(text).getInstructions().slice(0, MOST);
    const read = parsed.map((one) => instructionOf(one, spanOf, mark));
    const notes = text.includes('unlatched-ignore') ? readNotes(text, parsed.map((one) => spanOf(one.getRange())), mark) : [];
    const first = read.findIndex(({ keyword }) => keyword === 'FROM');
    return { globals: first < 0 ? read : read.slice(0, first), stages: first < 0 ? [] : stagesOf(read.slice(first)), notes, problems: [] };
  } catch {
    return { globals: [], stages: [], notes: [], problems: [{ span: { start: 0, end: 0 }, message: 'cannot be read as a Dockerfile' }] };
  }
}

function stagesOf(read: readonly Instruction[]): readonly Stage[] {
  const stages: Stage[] = [];
  for (const instruction of read) {
    if (instruction.keyword === 'FROM') {
      const [image, as, name] = instruction.words;
      const named = as?.text.toLowerCase() === 'as' ? name?.text.toLowerCase() : undefined;
      const base = stages.findIndex((stage) => stage.name !== undefined && stage.name === image?.text.toLowerCase());
      stages.push({ from: instruction, image, name: named, base: base < 0 ? undefined : base, instructions: [] });
    } else {
      const last = stages.at(-1);
      if (last) stages[stages.length - 1] = { ...last, instructions: [...last.instructions, instruction] };
    }
  }
  return stages;
}
function instructionOf(one: Parsed, spanOf: (range: Range) => Span, mark: (span: Span) => At): Instruction {
  const place = (range: Range): At => mark(spanOf(range));
  const json = one instanceof JSONInstruction && one.getOpeningBracket() !== null ? one.getJSONStrings() : [];
  const ranges = (json.length > 0 ? json : one.getArguments()).map((argument) => spanOf(argument.getRange()));
  /** Up to the next word, or from the end of the one before. */
  const whole = (index: number): At => {
    const [own, before, next] = [ranges[index] ?? { start: 0, end: 0 }, ranges[index - 1], ranges[index + 1]];
    return mark(next ? { start: own.start, end: next.start } : { start: before?.end ?? own.start, end: own.end });
  };
  const words: readonly Word[] = json.length > 0
    ? json.map((argument, index) => ({ text: argument.getJSONValue(), at: place(argument.getJSONRange()), wholeAt: whole(index) }))
    : one.getArguments().map((argument, index) => ({ text: argument.getValue(), at: place(argument.getRange()), wholeAt: whole(index) }));
  const flags = one instanceof ModifiableInstruction ? one.getFlags().map((flag) => ({ name: flag.getName(), value: flag.getValue() ?? undefined, at: place(flag.getRange()) })) : [];
  const pairs = one instanceof PropertyInstruction ? one.getProperties().map((property): Pair => {
    const range = property.getValueRange();
    return { name: property.getName(), nameAt: place(property.getNameRange()), value: property.getUnescapedValue()?.replace(/^(['"])([^]*)\1$/, '$2'), valueAt: range ? place(range) : undefined, at: place(property.getRange()) };
  }) : [];
  return { keyword: one.getKeyword().toUpperCase(), at: place(one.getRange()), keywordAt: place(one.getInstructionRange()), form: json.length > 0 ? 'exec' : 'shell', words, flags, pairs };
}
