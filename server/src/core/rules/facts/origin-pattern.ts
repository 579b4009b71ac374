import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { handedOut, registrable } from './domains.js';
import { readPattern, type Pattern, type PatternNode } from './pattern.js';

/** What an origin pattern lets in besides what its author meant. */
export interface PatternVerdict {
  /** `everyone`: any origin at all; `strangers`: hosts others can register; `dots`: only by a dot that stands for any character; `plain`: only the same hosts over plain HTTP. */
  readonly lets: 'everyone' | 'strangers' | 'dots' | 'plain' | 'nothing';
  /** An origin that is let in and should not be. */
  readonly example: string;
  /** Hosts that are spelled out in the pattern. */
  readonly hosts: readonly string[];
  /** The source with the dots between host letters escaped, where that alone shuts strangers out and the hosts stay welcome. */
  readonly escaped: string | undefined;
}
/** A run of characters the pattern spells out; `dots` are the places in its source of dots that stand for any character. */
interface Run {
  readonly text: string;
  readonly dots: readonly number[];
}
const MOST_RUNS = 24;
const MOST_PROBES = 400;
const LONGEST_HOST = 180;

/** A regular expression, written as one or made by `new RegExp` of a constant. */
export function patternOf(value: Value, context: Pick<RuleContext, 'resolve' | 'constant'>): { readonly source: string; readonly flags: string } | undefined {
  if (value.kind === 'regex') return { source: value.source, flags: value.flags };
  if (value.kind !== 'call' || value.callee !== 'RegExp') return undefined;
  const [first, second] = value.args;
  if (!first) return undefined;
  const inner = first.value.kind === 'ref' ? context.resolve(first.value).value : first.value;
  const source = inner.kind === 'regex' ? inner.source : context.constant(inner)?.value;
  const flags = second ? context.constant(second.value)?.value : '';
  return typeof source === 'string' && typeof flags === 'string' ? { source, flags } : undefined;
}
/** Asks a pattern about origins that are not its own; undefined for a pattern that cannot be asked. Linear in its length. */
export function judgePattern(source: string, flags: string): PatternVerdict | undefined {
  const pattern = readPattern(source, flags);
  if (!pattern) return undefined;
  const runs = runsOf(pattern.tree);
  const hosts = [...new Set(runs.flatMap(({ text }) => hostsIn(text)))];
  const tails = ['', ...new Set([...runs.flatMap(({ text }) => /:\d{2,5}/.exec(text)?.[0] ?? []), ':8080', ':3000'])];
  const passes = (hostNames: readonly string[]): string | undefined => probe(pattern, hostNames, tails);
  const answer = (lets: PatternVerdict['lets'], example = '', escaped?: string): PatternVerdict => ({ lets, example, hosts, escaped });

  const everyone = probe(pattern, ['evil.test'], ['']);
  if (everyone !== undefined) return answer('everyone', everyone);
  const foreign = strangers(hosts, runs);
  const stranger = passes(foreign);
  if (stranger !== undefined) return answer('strangers', stranger);
  const likes = hosts.flatMap(withoutDot);
  const alike = passes(likes);
  if (alike !== undefined) return answer('dots', alike, escapedDots(source, flags, runs, hosts, likes, tails));
  const plain = hosts.find((host) => !isLocal(host) && !requiresTls(source) && ['', 'a.'].some((sub) => pattern.matches(`http://${sub}${host}`)));
  return plain === undefined ? answer('nothing') : answer('plain', `http://${pattern.matches(`http://${plain}`) ? '' : 'a.'}${plain}`);
}

/** The first origin of these hosts the pattern lets in. */
function probe(pattern: Pattern, hostNames: readonly string[], tails: readonly string[]): string | undefined {
  for (const tail of tails)
    for (const scheme of ['https', 'http'])
      for (const host of hostNames.slice(0, MOST_PROBES)) if (host.length <= LONGEST_HOST && pattern.matches(`${scheme}://${host}${tail}`)) return `${scheme}://${host}${tail}`;
  return undefined;
}

/** Hosts anybody could register that look like the pattern's own. */
function strangers(hosts: readonly string[], runs: readonly Run[]): readonly string[] {
  const found: string[] = [];
  for (const host of hosts) {
    const own = registrable(host);
    if (handedOut(host)) found.push(`attacker.${host}`);
    else found.push(`evil-${own}`, `evil${own}`, `${host}.evil.test`, `${own}.evil.test`, `app.${host}.evil.test`);
  }
  for (const { text } of runs) {
    const start = /^https?:\/\/([a-z0-9.-]{1,100})$/i.exec(text)?.[1];
    // What follows the start may be anything: https://app-<anything>example.com.
    if (start !== undefined && !start.startsWith('.')) for (const host of hosts) found.push(`${start}evil-${registrable(host)}`, `${start}.evil-${registrable(host)}`);
    if (start !== undefined && start.length > 2) found.push(`${start}.evil.test`, `${start}x.evil.test`, `${start}1.evil.test`);
    const word = /(?:^|[^a-z0-9-])([a-z][a-z0-9-]{3,40})(?:$|[^a-z0-9.-])/i.exec(text)?.[1];
    if (word !== undefined && !/^https?$/i.test(word)) found.push(`${word}.evil.test`, `${word}-evil.test`, `evil-${word}.test`);
  }
  return found;
}
/** Hosts with one dot replaced, where that makes them somebody else's. */
function withoutDot(host: string): readonly string[] {
  const own = registrable(host);
  const dots = [...host].flatMap((sign, index) => (sign === '.' ? [index] : [])).slice(0, -1);
  return dots.map((index) => `${host.slice(0, index)}x${host.slice(index + 1)}`).filter((other) => registrable(other) !== own).flatMap((other) => [other, `a.${other}`]);
}
function escapedDots(source: string, flags: string, runs: readonly Run[], hosts: readonly string[], likes: readonly string[], tails: readonly string[]): string | undefined {
  const dots = [...new Set(runs.flatMap((run) => run.dots))].sort((a, b) => b - a);
  const text = dots.reduce((sofar, at) => `${sofar.slice(0, at)}\\.${sofar.slice(at + 1)}`, source);
  const before = readPattern(source, flags);
  const after = readPattern(text, flags);
  if (!before || !after || text === source) return undefined;
  const welcome = hosts.flatMap((host) => [`https://${host}`, `http://${host}`, host]).filter((origin) => before.matches(origin));
  return probe(after, likes, tails) === undefined && welcome.every((origin) => after.matches(origin)) ? text : undefined;
}
function requiresTls(source: string): boolean {
  return /^\^?\(?(?:\?:)?https:/.test(source.replaceAll('\\/', '/'));
}
function isLocal(host: string): boolean {
  return /(^|\.)localhost$|^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
function hostsIn(text: string): readonly string[] {
  return (text.match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi) ?? []).filter((host) => host.length <= LONGEST_HOST && /\.[a-z][a-z0-9-]*$/i.test(host)).map((host) => host.toLowerCase());
}

/** The texts a pattern spells out, through groups and alternatives. */
function runsOf(tree: PatternNode): readonly Run[] {
  const done: Run[] = [];
  const close = (open: readonly Run[]): void => {
    for (const run of open) if (run.text !== '' && done.length < MOST_RUNS * 2) done.push(run);
  };
  const EMPTY: readonly Run[] = [{ text: '', dots: [] }];
  /** Lengthens the open runs by a node; what it does not spell out ends them. */
  const visit = (node: PatternNode, open: readonly Run[]): readonly Run[] => {
    switch (node.kind) {
      case 'char': return open.map((run) => ({ ...run, text: run.text + String.fromCharCode(node.code) }));
      case 'dot': return open.map((run) => ({ text: `${run.text}.`, dots: [...run.dots, node.at] }));
      case 'edge': return open;
      case 'row': return node.parts.reduce((sofar: readonly Run[], part) => visit(part, sofar), open);
      case 'either': {
        const ways = node.ways.flatMap((way) => visit(way, open));
        if (ways.length <= MOST_RUNS) return ways;
        close(ways);
        return EMPTY;
      }
      case 'repeat': {
        if (node.least === 0 && node.most === 1) {
          const ways = [...open, ...visit(node.of, open)];
          if (ways.length <= MOST_RUNS) return ways;
        }
        close(open);
        // `(.+\.)?`: the part itself may spell something out.
        if (node.of.kind === 'row' || node.of.kind === 'either') close(visit(node.of, EMPTY));
        return EMPTY;
      }
      case 'set': {
        close(open);
        return EMPTY;
      }
    }
  };
  close(visit(tree, EMPTY));
  return done;
}
