import type { RulePage } from '../engine-types.js';
import type { RuleMeta } from './rule.js';

/** What the product reports about its own comments, policy and inputs. Never suppressible by a comment. */
export type OwnRuleId =
  | 'unlatched/suppression-without-reason'
  | 'unlatched/suppression-unknown-rule'
  | 'unlatched/suppression-unused'
  | 'unlatched/suppression-expired'
  | 'unlatched/policy-invalid'
  | 'unlatched/not-analysed';
export interface OwnRule {
  readonly meta: RuleMeta & { readonly id: OwnRuleId };
  readonly fixable: boolean;
  /** Sentences for the page: when it is reported, why it matters, what to do. */
  readonly when: string;
  readonly why: string;
  readonly remedy: string;
  readonly wrong: string;
  readonly right: string;
}

type Text = Pick<OwnRule, 'fixable' | 'when' | 'why' | 'remedy' | 'wrong' | 'right'>;

/** The own diagnostics by id. */
export const ownRules: Readonly<Record<OwnRuleId, OwnRule>> = {
  'unlatched/suppression-without-reason': own('unlatched/suppression-without-reason', 'warning', 'A suppression without a reason does not suppress', {
    fixable: true,
    when: 'An `unlatched-ignore` comment names a rule but has no text after `--`.',
    why: 'Nobody can judge later whether the risk was accepted or overlooked.',
    remedy: 'Write why this is right, after two dashes.',
    wrong: '```ts\n// unlatched-ignore cors/wildcard-origin\n```',
    right: '```ts\n// unlatched-ignore cors/wildcard-origin -- public fonts, read by every site\n```',
  }),
  'unlatched/suppression-unknown-rule': own('unlatched/suppression-unknown-rule', 'warning', 'A suppression names a rule that does not exist', {
    fixable: true,
    when: 'An `unlatched-ignore` comment names no rule, one that does not exist, or one that cannot be suppressed by a comment.',
    why: 'The comment looks as if it accepted a risk and has no effect.',
    remedy: 'Write the id of the rule as `unlatched rules` lists it, or remove the comment.',
    wrong: '```ts\n// unlatched-ignore cors/wildcard -- public fonts\n```',
    right: '```ts\n// unlatched-ignore cors/wildcard-origin -- public fonts\n```',
  }),
  'unlatched/suppression-unused': own('unlatched/suppression-unused', 'hint', 'A suppression suppresses nothing', {
    fixable: true,
    when: 'The rule an `unlatched-ignore` comment names ran and found nothing on the line meant. An `unlatched-ignore-file` comment counts only before the first code of its file.',
    why: 'A comment that outlived its cause would hide the next finding on this line.',
    remedy: 'Remove the comment.',
    wrong: '```ts\n// unlatched-ignore cors/wildcard-origin -- public fonts\napp.use(cors({ origin: \'https://app.example.com\' }));\n```',
    right: '```ts\napp.use(cors({ origin: \'https://app.example.com\' }));\n```',
  }),
  'unlatched/suppression-expired': own('unlatched/suppression-expired', 'warning', 'A suppression has expired', {
    fixable: true,
    when: 'The day after `until` has passed, or cannot be read. A suppression holds through its `until` day.',
    why: 'The risk was accepted for a time only, and that time is over.',
    remedy: 'Repair what is reported and remove the comment, or have the risk accepted again with a new day.',
    wrong: '```ts\n// unlatched-ignore cors/wildcard-origin -- until the partner moves (until 2025-03-01)\n```',
    right: '```ts\n// unlatched-ignore cors/wildcard-origin -- until the partner moves (until 2099-03-01, by ana)\n```',
  }),
  'unlatched/policy-invalid': own('unlatched/policy-invalid', 'error', 'The policy file is not valid', {
    fixable: false,
    when: '`unlatched.yml` has a syntax error, an unknown key, an unknown rule, or a value of the wrong kind.',
    why: 'A policy that is not understood is not enforced: the last good one stays in force in the editor, and the command line stops.',
    remedy: 'Correct the marked place; the message names the nearest valid word.',
    wrong: '```yaml\nrules:\n  cors/wildcard: eror\n```',
    right: '```yaml\nrules:\n  cors/wildcard-origin: error\n```',
  }),
  'unlatched/not-analysed': own('unlatched/not-analysed', 'info', 'A file could not be analysed', {
    fixable: false,
    when: 'A file is over the size cap, cannot be read, is not text, is nested too deeply, or is an OpenAPI document of an unsupported version. '
      + 'Or a part of a document is not what the specification asks for, stands twice, or is behind a reference that is not followed: other hosts are never asked, and files outside the folder are not read.',
    why: 'Nothing is known about this file, which is not the same as nothing being wrong in it.',
    remedy: 'Make the file readable, split it, or list it under `exclude` in `unlatched.yml`.',
    wrong: 'A source file of 9 MB.',
    right: 'The same code in files of ordinary size, or the generated file listed under `exclude`.',
  }),
};

/** The pages of the own diagnostics, sorted by id, as `rules` and `explain` show them. */
export function ownPages(): readonly RulePage[] {
  return Object.values(ownRules)
    .map(({ meta: { id, title, severity, confidence, topics, cwe, owasp, since }, fixable, ...text }) => ({
      id, title, severity, confidence, topics, cwe, owasp, since, fixable,
      markdown: page(id, title, severity, since, text),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function own(id: OwnRuleId, severity: RuleMeta['severity'], title: string, text: Text): OwnRule {
  const whenNotToUse = 'Leave it on: it speaks only about the product\'s own comments, policy and inputs.';
  const meta = { id, title, owasp: [], cwe: [], severity, confidence: 'high', topics: ['other-config'], since: '0.1.0', whenNotToUse, references: [] } as const;
  return { meta, ...text };
}
function page(id: string, title: string, severity: string, since: string, text: Pick<OwnRule, 'when' | 'why' | 'remedy' | 'wrong' | 'right'>): string {
  return [
    `# ${title}`,
    `\`${id}\` | ${severity} | confidence high | other-config | since ${since}`,
    `${text.when} ${text.why} ${text.remedy}`,
    '## Wrong', text.wrong,
    '## Right', text.right,
    '## How to suppress',
    `A comment cannot suppress it. Its level can be set in \`unlatched.yml\`:\n\n\`\`\`yaml\nrules:\n  ${id}: off\n\`\`\``,
  ].join('\n\n') + '\n';
}
