import type { Send } from '../../model/api.js';
import { branchOf } from '../../model/module.js';
import type { At } from '../../text/source.js';
import { answersAllErrors, isExcused, isOfCaller, isOfChecks, isOfUnknownMethod, placeOfLeaf, tried } from '../facts/errors.js';
import { logged } from '../facts/error-fixes.js';
import { answers } from '../facts/message-answers.js';
import { leaks } from '../facts/message-examples.js';
import { ALWAYS, errorText, localStatus, logsToo, sentWhole } from '../facts/error-texts.js';
import { answersFor, answersStaff } from '../facts/answered-to.js';
import { errorsInFront } from '../facts/replaced-errors.js';
import { rule, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly text: string;
  /** Where the text is read, here or in the function that builds the answer. */
  readonly at: At;
  readonly status: string | undefined;
  /** The answer, and the error's name, where a function that is handed the text logs it too. */
  readonly logs: ReturnType<typeof logsToo>;
}

export default rule<'send', Evidence>({
  meta: {
    id: 'errors/message-in-response',
    title: 'Internal error text is sent to the client',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'warning',
    confidence: 'medium',
    topics: ['error-leak'],
    since: '0.1.0',
    leansOn: ['express/error-as-text'],
    whenNotToUse: 'Every error that reaches this place is made by the application itself, with a text meant for users.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/'],
  },
  on: 'send',
  // The error of an error handler may have any name.
  words: [],
  *detect({ send, in: fn }, context) {
    if (send.narrowed) return;
    if (isGenerated(send, context)) return;
    const inFront = answersAllErrors(fn, context) ? errorsInFront(fn.id, context) : 'nothing';
    if (inFront === 'replaced') return;
    const status = send.status && context.constant(send.status)?.value;
    // A handler of all errors answers what nobody foresaw, whatever status it calls it.
    const isClientError = typeof status === 'number' && status >= 400 && status < 500 && !answersAllErrors(fn, context);
    const trying = tried(send, fn, context);
    // GraphQL answers with the text of every error; what a formatter adds is its own.
    const framework = answersFor(fn.id, context);
    const isAnswer = /^graphql/.test(framework);
    for (const leaf of context.leaves(send.value, fn)) {
      const found = errorText(leaf, context) ?? sentWhole(leaf.value, send, fn, context);
      if (!found || isExcused([...send.when, ...leaf.when], fn, context)) continue;
      if ((isAnswer || (isClientError && trying !== 'others') || isOfChecks(send, fn, context)) && !ALWAYS.has(found.field)) continue;
      // Who holds a socket has passed its handshake, and mostly is the user whose action failed.
      const isHarmless = isClientError || inFront === 'perhaps' || framework === 'socket' || /^(code|errno)$/.test(found.field) || trying === 'own' || (typeof status !== 'number' && isOfCaller(send, fn, context))
        || (trying === 'unknown' && isOfUnknownMethod(found.value, send, fn, context)) || answersStaff(fn.id, context);
      const place = placeOfLeaf({ ...leaf, value: found.value }, send);
      if (!place) continue;
      yield {
        ...place,
        subject: `${found.text} ${leaf.key ?? ''}`,
        evidence: { text: found.text, at: found.value.at, status: place.related ? undefined : localStatus(send), logs: logsToo(leaf, found.text, send) },
        severity: ALWAYS.has(found.field) ? 'error' : isHarmless ? 'info' : 'warning',
        confidence: 'medium',
        when: [...send.when, ...leaf.when],
      };
      // One diagnostic per response: the first text tells.
      return;
    }
  },
  explain: ({ text }) => ({
    message: `Unexpected errors reach the client with their internal text (${text}); database and file details leak this way. Send a fixed message for 5xx and log the rest.`,
    why: 'Texts of drivers and libraries name tables, hosts and files.',
    remedy: 'Send a fixed text for unexpected errors and log the error itself.',
  }),
  *fix({ evidence: { at, status, logs } }, context): Iterable<Fix> {
    // The function that answers writes the same text to the log: the error has to get there on its own.
    const also = logs ? logged(logs.send, logs.error, context) : [];
    if (status !== undefined) yield { title: 'Send the text of client errors only', safety: 'review', changes: [{ do: 'replace', at, code: [`${status} < 500 ? `, { copy: at }, ' : ', { quote: 'Internal server error' }] }] };
    yield { title: "Send 'Internal server error'", safety: 'review', changes: [...also, { do: 'replace', at, code: [{ quote: 'Internal server error' }] }] };
  },
  examples: [...leaks, ...answers],
});

/** The page of the generator of Express, which shows the error itself in development alone: `render('error', { message, error: isDev ? err : {} })`. */
function isGenerated({ call, value }: Send, context: RuleContext): boolean {
  if (call?.name !== 'render' || value.kind !== 'object') return false;
  return value.entries.some(({ value: held }) => held.kind === 'choice' && context.environment([branchOf(held.test, true)]) === 'development' && context.isError(held.then) && held.else.kind === 'object');
}
