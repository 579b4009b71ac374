import type { Engine, EngineChange, Progress, RulePage } from '../../server/src/core/engine-types.js';
import type { AppliedFix, Finding, FixSafety, Severity } from '../../server/src/core/findings/finding.js';
import { defaultPolicy, type Policy } from '../../server/src/core/policy/policy.js';
import { filePath, type FilePath, type SourceFile, type SourceRange } from '../../server/src/core/text/source.js';
import type { Host } from '../../server/src/host/host.js';
import type { Door } from '../../server/src/lsp/door.js';

interface Word {
  readonly rule: string;
  readonly severity: Severity;
  readonly fix?: { readonly text: string; readonly safety: FixSafety };
  readonly refused?: string;
}

/** Words an engine of tests reports wherever they stand. */
const WORDS: Readonly<Record<string, Word>> = {
  BAD: { rule: 'test/bad', severity: 'error', fix: { text: 'GOOD', safety: 'safe' } },
  ODD: { rule: 'test/odd', severity: 'warning', fix: { text: 'EVEN', safety: 'review' } },
  HINT: { rule: 'test/hint', severity: 'hint' },
  SLOT: { rule: 'test/slot', severity: 'info', fix: { text: 'env.NAME', safety: 'manual' } },
  STUCK: { rule: 'test/stuck', severity: 'warning', refused: 'the options are built elsewhere' },
  LOST: { rule: 'test/lost', severity: 'warning' },
};

/** What the tests can see of an engine at work. */
export interface Counters {
  steps: number;
  dropped: number;
}

/**
 * An engine for protocol tests: it reports the words above, and `NEEDS(path)` where that file holds `BROKEN`.
 * It works in steps, names the files it needs, and knows policies (rule levels) and the accepted fingerprints of a baseline.
 */
export function fakeEngine(counters: Counters = { steps: 0, dropped: 0 }, slow: () => void = () => undefined): Engine {
  const files = new Map<FilePath, SourceFile>();
  const done = new Set<FilePath>();
  let policies: ReadonlyMap<string, Policy> = new Map();
  let accepted: ReadonlySet<string> = new Set();
  const changed = new Set<FilePath>();

  const policyOf = (path: FilePath): Policy => {
    for (let folder: string = path; folder !== ''; ) {
      folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
      const found = policies.get(folder);
      if (found) return found;
    }
    return defaultPolicy;
  };
  const needs = (file: SourceFile): readonly { readonly path: FilePath; readonly at: number; readonly length: number }[] =>
    [...file.text.matchAll(/NEEDS\(([^)]*)\)/g)].map((match) => ({ path: filePath(match[1] ?? ''), at: match.index, length: match[0].length }));
  const finding = (path: FilePath, start: number, length: number, rule: string, severity: Severity, ordinal: number, more: Partial<Finding> = {}): Finding => {
    const fingerprint = `${rule}:${path}:${ordinal}`;
    return {
      rule,
      severity,
      confidence: 'high',
      at: { path, span: { start, end: start + length } },
      related: [],
      explanation: { message: `${rule} is here.`, why: 'An attacker *wins*.', remedy: 'Write something else.' },
      fingerprint,
      state: accepted.has(fingerprint) ? 'baselined' : 'open',
      reason: undefined,
      fix: undefined,
      ...more,
    };
  };
  const findings = (path: FilePath): readonly Finding[] => {
    const file = files.get(path);
    if (!file) return [];
    const levels = policyOf(path).rules;
    const out: Finding[] = [];
    for (const match of file.text.matchAll(/\b[A-Z]{3,}\b/g)) {
      const word = WORDS[match[0]];
      if (!word) continue;
      const level = levels.get(word.rule);
      if (level === 'off') continue;
      const ignored = file.text.includes(`unlatched-ignore ${word.rule} -- `);
      out.push(
        finding(path, match.index, match[0].length, word.rule, level ?? word.severity, out.length, {
          fix: word.fix?.safety,
          ...(ignored ? { state: 'suppressed' as const } : {}),
          ...(word.refused === undefined ? {} : { fixRefused: word.refused }),
        }),
      );
    }
    for (const need of needs(file)) {
      const other = files.get(need.path);
      const at = other?.text.indexOf('BROKEN') ?? -1;
      if (at < 0) continue;
      out.push(finding(path, need.at, need.length, 'test/needs', 'error', out.length, { related: [{ at: { path: need.path, span: { start: at, end: at + 6 } }, label: 'broken here' }] }));
    }
    return out.sort((left, right) => left.at.span.start - right.at.span.start);
  };
  const fixOf = (path: FilePath, picked: readonly Finding[], title: string): AppliedFix | undefined => {
    const text = files.get(path)?.text ?? '';
    const edits = picked.flatMap(({ at }) => {
      const fix = WORDS[text.slice(at.span.start, at.span.end)]?.fix;
      return fix ? [{ span: at.span, text: fix.text }] : [];
    });
    if (edits.length === 0) return undefined;
    const manual = picked.find((each) => each.fix === 'manual');
    const safety = manual ? 'manual' : picked.every((each) => each.fix === 'safe') ? 'safe' : 'review';
    return { title, safety, edits: new Map([[path, edits]]), slots: manual ? [{ path, span: { start: manual.at.span.start + 4, end: manual.at.span.start + 8 } }] : [], installs: [] };
  };

  function* work(): Generator<Progress, ReadonlySet<FilePath>> {
    let finished = false;
    try {
      const due = [...files.keys()].filter((path) => !done.has(path));
      for (const [index, path] of due.entries()) {
        counters.steps++;
        slow();
        if (files.get(path)?.text.includes('CRASH')) throw new Error('crash in the engine');
        done.add(path);
        changed.add(path);
        for (const [other, file] of files) if (needs(file).some((need) => need.path === path)) changed.add(other);
        yield { done: index + 1, total: due.length, file: path };
      }
      finished = true;
      const out = new Set(changed);
      changed.clear();
      return out;
    } finally {
      if (!finished) counters.dropped++;
    }
  }

  return {
    prepare() {},
    apply(change: EngineChange) {
      for (const path of change.remove ?? []) {
        files.delete(path);
        done.delete(path);
        changed.add(path);
        for (const [other, file] of files) if (needs(file).some((need) => need.path === path)) changed.add(other);
      }
      for (const file of change.set ?? []) {
        files.set(file.path, file);
        done.delete(file.path);
      }
      if (change.policies) {
        policies = change.policies;
        for (const path of files.keys()) changed.add(path);
      }
      if (change.baseline) {
        accepted = new Set(change.baseline.accepted.keys());
        for (const path of files.keys()) changed.add(path);
      }
    },
    work,
    wanted: () => [...files.values()].flatMap((file) => needs(file).map((need) => need.path)).filter((path) => !files.has(path)),
    parts: () => [],
    findings,
    fixes: (at: SourceRange) =>
      findings(at.path)
        .filter((each) => each.fix !== undefined && each.at.span.start <= at.span.end && at.span.start <= each.at.span.end)
        .flatMap((each) => {
          const fix = fixOf(at.path, [each], `Repair ${each.rule}`);
          return fix ? [{ finding: each, fix }] : [];
        }),
    whyNoFix: (finding) => finding.fixRefused,
    fixAll: (path, rule) =>
      fixOf(
        path,
        findings(path).filter((each) => each.state === 'open' && (rule === undefined ? each.fix === 'safe' : each.rule === rule)),
        rule === undefined ? 'Fix all' : `Fix all of ${rule}`,
      ),
    suppress(which) {
      const text = `// unlatched-ignore ${which.rule} -- reason\n`;
      const start = text.indexOf('reason');
      const span = { start: 0, end: 0 };
      return { title: 'Suppress', safety: 'manual', edits: new Map([[which.at.path, [{ span, text }]]]), slots: [{ path: which.at.path, span: { start, end: start + 6 } }], installs: [] };
    },
    inventory: () => [],
    gaps: () => [],
    missing: () => [],
    files: () => [...files.keys()].sort(),
    setups: () => [],
    effect: () => undefined,
    source: (path) => files.get(path),
  };
}

const page = (id: string, topics: readonly string[] = ['method']): RulePage => ({
  id,
  title: `Title of ${id}`,
  severity: 'error',
  confidence: 'high',
  topics,
  cwe: [942],
  owasp: ['API8:2023'],
  fixable: true,
  since: '0.1.0',
  markdown: `# ${id}\n\n## Wrong\n\n\`\`\`ts\nwrong();\n\`\`\`\n\n## Right\n\n\`\`\`ts\nright();\n\`\`\`\n`,
});

/** A door onto fake engines. Its policy file reads lines `rule: level` and `exclude: start of path`; a line that holds `broken` is a problem. */
export function fakeDoor(make: () => Engine = () => fakeEngine()): Door {
  return {
    createEngine: make,
    rulePages: () => [page('test/bad'), page('test/odd'), page('test/hint'), page('test/slot'), page('test/stuck'), page('test/lost', ['inventory']), page('test/needs')],
    readPolicy(file) {
      const rules = new Map<string, 'off' | Severity>();
      const exclude: string[] = [];
      const problem = file.text.indexOf('broken');
      for (const line of file.text.split('\n')) {
        const [id, level] = line.split(': ');
        if (id === 'exclude' && level !== undefined) exclude.push(level);
        if (id !== undefined && (level === 'off' || level === 'error' || level === 'warning' || level === 'info' || level === 'hint')) rules.set(id, level);
      }
      const problems = problem < 0 ? [] : [{ path: file.path, span: { start: problem, end: problem + 6 }, message: 'Unknown key `broken`.' }];
      return { policy: { ...defaultPolicy, source: file.path, rules, exclude }, problems };
    },
    applySettings: (policy, settings) => ({ ...policy, rules: new Map([...settings.rules, ...policy.rules]) }),
    teachGuard: (policy, key, name) => (policy.text.includes('locked') ? undefined : [{ span: { start: policy.text.length, end: policy.text.length }, text: `${key}: ${name}\n` }]),
    writeBaseline: ({ accepted }) => [...accepted.keys()].map((each) => `${each}\n`).join(''),
    readBaseline(text) {
      return { version: 1, accepted: new Map(text.split('\n').filter((line) => line !== '').map((line) => [line, { rule: '', path: filePath('') }])) };
    },
  };
}

/** A host over a map that a test may change behind the server's back. `too big` texts are refused; what is excluded is excluded by the start of its path. */
export function mapHost(files: Map<string, string>, excludes: () => readonly string[] = () => []): Host {
  return {
    list: async () => [...files.keys()].filter((path) => !excludes().some((start) => path.startsWith(start))).map(filePath).sort(),
    read: async (path) => {
      const text = files.get(path);
      if (text === undefined) return undefined;
      return text.startsWith('too big') ? { refused: 'it is larger than 2 MB' } : { text };
    },
    write: async (path, text) => {
      files.set(path, text);
    },
  };
}
