import type { Call, Entry } from '../../model/value.js';
import type { Example, RuleContext } from '../rule.js';

/** Fields that say what somebody may do. */
const POWER = /^(roles?|(is_?)?(admin|staff|superuser|super_?admin|moderator|verified|approved)|permissions?|scopes?|access_?level|user_?type|account_?type|plan|credits|balance)$/i;

/** Fields of an account that whoever signs up may set, in the options of better-auth 1: `input` is true unless it is said. */
export function openAdditions(call: Call, context: RuleContext): readonly Entry[] {
  if (!/^better-auth(\/minimal)?\.betterAuth$/.test(call.callee) || !call.args[0]) return [];
  const user = context.option(call.args[0].value, 'user');
  const fields = user.kind === 'value' ? context.option(user.value, 'additionalFields') : undefined;
  if (fields?.kind !== 'value' || fields.value.kind !== 'object') return [];
  return fields.value.entries.filter((entry) => {
    if (entry.key === undefined || !POWER.test(entry.key) || entry.value.kind !== 'object' || entry.value.open) return false;
    const input = context.option(entry.value, 'input');
    return input.kind === 'absent' || (input.kind === 'value' && input.value.kind === 'literal' && input.value.value === true);
  });
}

/** Fields of accounts in the options of better-auth: auth/client-supplied-role. */
export const additionExamples: readonly Example[] = [
  {
    title: 'better-auth: a role among what is sent to sign up',
    bad: `
      import { betterAuth } from 'better-auth';
      export const auth = betterAuth({
        emailAndPassword: { enabled: true },
        user: { additionalFields: { role: { type: 'string', defaultValue: 'reader' }, isAdmin: { type: 'boolean', input: true }, town: { type: 'string' } } },
        //                          ^^^^ auth/client-supplied-role "Whoever signs up may set 'role'"
        //                                                                            ^^^^^^^ auth/client-supplied-role
      });
    `,
  },
  {
    title: 'better-auth: a role that is not taken from the caller, or that nobody can tell',
    good: `
      import { betterAuth } from 'better-auth';
      import { fieldOf } from './fields.js';
      export const auth = betterAuth({ user: { additionalFields: { role: { type: 'string', defaultValue: 'reader', input: false }, permissions: fieldOf('permissions'), town: { type: 'string' } } } });
    `,
  },
];
