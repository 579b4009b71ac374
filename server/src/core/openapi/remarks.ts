import type { Bundle, Unfollowed } from './bundle.js';
import type { Remark } from './document.js';

const REASONS: Readonly<Record<Unfollowed, string>> = {
  remote: 'nothing is fetched from other hosts',
  outside: 'it leads out of the folder that is analysed',
  form: 'it names neither a YAML nor a JSON file',
  missing: 'that file is not there or cannot be read',
  nowhere: 'that file has no such part',
  many: 'the document has more files than are read',
  several: 'more than one place is called so',
  dynamic: 'where it leads depends on what refers to the schema it stands in',
  gone: 'the document has no such part',
};

/** What is said of the references of a document that lead to nothing that could be read: one remark for each reason, where the first of them stands. */
export function unfollowedRemarks(unfollowed: Bundle['unfollowed']): readonly Remark[] {
  const byReason = new Map<Unfollowed, Bundle['unfollowed'][number][]>();
  for (const one of unfollowed) byReason.set(one.why, [...(byReason.get(one.why) ?? []), one]);
  return [...byReason].flatMap(([why, [first, ...others]]) => {
    if (!first) return [];
    const more = others.length === 0 ? '' : `, nor ${others.length === 1 ? 'is another one' : `are ${others.length} others`} like it`;
    return [{ at: first.at, message: `The reference '${first.text.slice(0, 100)}' is not followed${more}: ${REASONS[why]}.` }];
  });
}
