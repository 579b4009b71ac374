const CREDENTIAL = new RegExp(
  '^((x[-_])?(api|access|auth|admin|secret|private|service|internal|master|client|device|license)[-_]?(key|token|secret|password)'
  + '|auth|jwt|bearer|secret|pass|password|passwd|pwd|(session|id|refresh|login|user)[-_]?token)$', 'i',
);

/** A parameter of an address whose name alone says that it is a credential. */
export function urlCredentialName(name: string): boolean {
  return CREDENTIAL.test(name.slice(0, 100));
}
