/** What the server itself says to a person; messages of rules are theirs. */
export interface Texts {
  fixAllOfRule(rule: string): string;
  readonly fixAllSafe: string;
  fixOf(rule: string): string;
  suppress(rule: string): string;
  accept(rule: string): string;
  teach(name: string): string;
  teachRole(name: string): string;
  openPage(rule: string): string;
  readonly severalFiles: string;
  readonly look: string;
  readonly whatToDo: string;
  readonly noFix: string;
  sends(library: string): string;
  afterFix(title: string): string;
  readonly removes: string;
  readonly depends: string;
  readonly sendsNothing: string;
  readonly sendsNoCors: string;
  askedBy(origin: string): string;
  readonly askedBefore: string;
  readonly refuses: string;
  readonly wrong: string;
  readonly right: string;
  notAnalysed(reason: string): string;
  readonly reading: string;
  readonly noAuthentication: string;
  authenticationUnknown(because: string): string;
  guardedBy(name: string, likely: boolean): string;
  readonly guardedByHandler: string;
  readonly handler: string;
  andMore(count: number): string;
}

const english: Texts = {
  fixAllOfRule: (rule) => `Fix all of ${rule} in this file`,
  fixAllSafe: 'Fix all safe findings of Unlatched',
  fixOf: (rule) => `Fix ${rule}`,
  suppress: (rule) => `Suppress ${rule} with a reason...`,
  accept: (rule) => `Accept ${rule} here in the baseline`,
  teach: (name) => `Teach Unlatched that ${name} checks who calls`,
  teachRole: (name) => `Teach Unlatched that ${name} checks a role`,
  openPage: (rule) => `Open the page of ${rule}`,
  severalFiles: 'Changes several files.',
  look: 'Look at this change before you accept it.',
  whatToDo: 'What to do:',
  noFix: 'No fix is offered:',
  sends: (library) => `Responses carry (${library}):`,
  afterFix: (title) => `After "${title}":`,
  removes: 'removed',
  depends: 'depends on the request, or on a value that is not written here',
  sendsNothing: 'no security header',
  sendsNoCors: 'no CORS header',
  askedBy: (origin) => `to a page of ${origin}:`,
  askedBefore: 'to its preflight as well:',
  refuses: 'The library does not take these options:',
  wrong: 'Wrong',
  right: 'Right',
  notAnalysed: (reason) => `Not analysed: ${reason}`,
  reading: 'Reading files',
  noAuthentication: 'no authentication',
  authenticationUnknown: (because) => `authentication unknown (${because})`,
  guardedBy: (name, likely) => `${likely ? 'probably guarded' : 'guarded'} by ${name}`,
  guardedByHandler: 'guarded by the handler',
  handler: 'handler',
  andMore: (count) => `and ${count} more`,
};

const german: Texts = {
  fixAllOfRule: (rule) => `Alle Befunde von ${rule} in dieser Datei beheben`,
  fixAllSafe: 'Alle gefahrlos behebbaren Befunde von Unlatched beheben',
  fixOf: (rule) => `${rule} beheben`,
  suppress: (rule) => `${rule} mit Begr\u00fcndung unterdr\u00fccken...`,
  accept: (rule) => `${rule} an dieser Stelle in der Baseline hinnehmen`,
  teach: (name) => `Unlatched lehren, dass ${name} pr\u00fcft, wer aufruft`,
  teachRole: (name) => `Unlatched lehren, dass ${name} eine Rolle pr\u00fcft`,
  openPage: (rule) => `Seite zu ${rule} \u00f6ffnen`,
  severalFiles: '\u00c4ndert mehrere Dateien.',
  look: 'Sehen Sie sich diese \u00c4nderung an, bevor Sie sie annehmen.',
  whatToDo: 'Was zu tun ist:',
  noFix: 'Keine Korrektur wird angeboten:',
  sends: (library) => `Antworten tragen (${library}):`,
  afterFix: (title) => `Nach "${title}":`,
  removes: 'entfernt',
  depends: 'h\u00e4ngt von der Anfrage ab, oder von einem Wert, der hier nicht steht',
  sendsNothing: 'keinen Sicherheitsheader',
  sendsNoCors: 'keinen CORS-Header',
  askedBy: (origin) => `an eine Seite von ${origin}:`,
  askedBefore: 'auf deren Preflight zus\u00e4tzlich:',
  refuses: 'Die Bibliothek nimmt diese Optionen nicht an:',
  wrong: 'Falsch',
  right: 'Richtig',
  notAnalysed: (reason) => `Nicht analysiert: ${reason}`,
  reading: 'Dateien werden gelesen',
  noAuthentication: 'keine Authentifizierung',
  authenticationUnknown: (because) => `Authentifizierung unbekannt (${because})`,
  guardedBy: (name, likely) => `${likely ? 'vermutlich ' : ''}gesch\u00fctzt durch ${name}`,
  guardedByHandler: 'vom Handler gesch\u00fctzt',
  handler: 'Handler',
  andMore: (count) => `und ${count} weitere`,
};

/** The texts in the language of the client, as `initialize` names it; English where there is no translation. */
export function textsFor(locale: string | undefined): Texts {
  return /^de(?:[-_]|$)/i.test(locale ?? '') ? german : english;
}
