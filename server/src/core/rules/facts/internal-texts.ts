/** Longer texts are judged by their beginning. */
const LONGEST = 4000;
const FRAMES = /\bat [^\n()]{1,200}\([^\n()]{1,300}:\d{1,6}(:\d{1,6})?\)|Traceback \(most recent|\bFile "[^"\n]{1,200}", line \d|\.php(:| on line )\d{1,6}|\bgoroutine \d{1,6} \[|\bpanic: runtime error/;
const CLASSES = /\b(java|javax|org|com|net)(\.\w{1,60}){1,8}(Exception|Error)\b|\bSystem(\.\w{1,60}){1,6}Exception\b|\bNullPointerException\b|\b(QueryFailedError|SequelizeDatabaseError|PrismaClient\w{1,40}Error)\b/;
const DATABASE = new RegExp([
  '\\bORA-\\d{5}', '\\bSQLSTATE\\b', '\\bSQLITE_[A-Z]{3}', '\\bER_[A-Z]{2,20}_[A-Z_]{2,40}\\b', '\\bE11000 duplicate key', '\\bPG::[A-Z]\\w',
  '\\bSELECT\\s[^\\n]{1,300}\\sFROM\\s', '\\bINSERT INTO\\s\\S', '\\bDELETE FROM\\s\\S', '\\bUPDATE\\s\\S{1,80}\\sSET\\s',
  '\\b(relation|column) "[^"\\n]{1,100}" (of relation "[^"\\n]{1,100}" )?does not exist', 'syntax error at or near', 'violates (unique|foreign key|check|not-null) constraint',
  'error in your SQL syntax', "\\bTable '[^'\\n]{1,100}' doesn't exist", "\\bUnknown column '", "\\bDuplicate entry '[^'\\n]{1,200}' for key",
].join('|'));
const SYSTEM = /\b(ECONNREFUSED|ENOENT|EACCES|ENOTFOUND|ETIMEDOUT|EADDRINUSE)\b/;

/** Text that only the inside of a server writes: frames of a stack, names of exception classes, statements and messages of a database, failed calls of the system. */
export function internalText(text: string): boolean {
  const start = text.slice(0, LONGEST);
  return FRAMES.test(start) || CLASSES.test(start) || DATABASE.test(start) || SYSTEM.test(start);
}

const INSIDE = new RegExp([
  'stack ?trace', 'back ?trace', 'call ?stack', '\\bsql\\b', '(java|python|php|\\.net|inner|raw|original|underlying|unhandled|thrown) (exception|error)',
  "exception('s)? (class|name|text|message|type|details?)", '(class|name) of the exception', "database('s)? (error|message|state|exception)", 'internal (host|ip|address|path|file)',
  '(source|file) ?path', 'source (file|code|line)', 'path of the (file|source)', '\\bhost ?name', 'process id', '\\bpid\\b', 'sys(tem)? ?call', 'system error', 'failed (query|statement)', '(query|statement) that failed',
].join('|'), 'i');

/** A description that says its field holds such text. One that says it does not is none. */
export function describesInternals(description: string): boolean {
  const start = description.slice(0, LONGEST);
  return INSIDE.test(start) && !/\b(no|not|never|without|omitted|removed|instead of|n't)\b/i.test(start);
}
