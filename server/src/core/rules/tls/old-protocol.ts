import type { Branch, ModuleView } from '../../model/module.js';
import type { Entry, Value } from '../../model/value.js';
import type { Change } from '../../findings/changes.js';
import { alternatives } from '../facts/alternatives.js';
import { entriesOf } from '../facts/entries.js';
import { listed } from '../facts/prose.js';
import { rule, type Detection, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  /** What is let in: a version, ciphers, or `ALL`. */
  readonly what: string;
  readonly list: boolean;
  readonly changes: readonly Change[];
}
type Found = Detection<Evidence>;
const OLD_VERSION = /^(TLSv1|TLSv1\.1|SSLv[23])$/;
/** `SSLv23_method` is the name for "whatever both sides know". */
const OLD_METHOD = /^(SSLv2|SSLv3|TLSv1|TLSv1_1)_(client_|server_)?method$/;
const WEAK = /RC4|3DES|(^|[-_])DES([-_]|$)|DES-CBC|NULL|EXPORT|^EXP($|-)|MD5|^ADH|^AECDH|^LOW$|@SECLEVEL=0/i;
/** Every cipher the library was built with (OpenSSL 3, `openssl ciphers`), and what is shut out beside it where somebody looked. */
const EVERYTHING = /^(ALL|COMPLEMENTOFDEFAULT)$/;
const SHUT_OUT = /^[!-](RC4|3DES|DES|LOW|MEDIUM|MD5)$/;
const OLD_SWITCH = /(?:^|\s)--tls-min-v1\.[01](?=\s|$)/;

export default rule<'module', Evidence>({
  meta: {
    id: 'tls/old-protocol',
    title: 'Outdated TLS version is allowed',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [326, 327],
    severity: 'error',
    confidence: 'high',
    topics: ['tls'],
    since: '0.1.0',
    leansOn: ['node/old-protocol'],
    whenNotToUse: 'A device that cannot be replaced speaks nothing newer, and the connection carries nothing that matters.',
    references: ['https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions', 'https://www.rfc-editor.org/rfc/rfc8996'],
  },
  on: 'module',
  words: ['tlsv1', 'sslv', 'minversion', 'maxversion', 'secureprotocol', 'default_m', 'ciphers', '--tls-min'],
  *detect(module, context) {
    for (const { entry, when } of entriesOf(module)) if (entry.key !== undefined && entry.form !== 'spread') yield* ofOption(entry.key, entry.value, entry, when, context);
    for (const view of [module.top, ...module.functions.values()])
      for (const step of view.steps) {
        if (step.do === 'assign') yield* ofOption(assigned(step.target.path.at(-1) ?? ''), step.value, undefined, step.when, context);
        if (step.do === 'call') for (const { value } of step.call.args) yield* switches(value, step.when, context);
      }
    yield* inEntries(module, context);
  },
  explain: ({ what, list }) => ({
    message: EVERYTHING.test(what)
      ? `'${what}' takes every cipher OpenSSL was built with, the weak ones of old builds and those without forward secrecy too. Leave the option out, or list the ciphers you want.`
      : `${what} has known attacks; traffic can be decrypted. ${list ? 'Take it out of the list' : 'Use TLSv1.2 or newer'}.`,
    why: 'A client that still offers it, or an attacker who makes both sides fall back to it, gets a connection that others can read.',
    remedy: "Leave the option out: Node.js takes TLSv1.2 and newer, with strong ciphers. Set minVersion to 'TLSv1.3' where every client can.",
  }),
  *fix({ evidence: { what, list, changes } }) {
    const title = EVERYTHING.test(what) ? 'Leave the choice to Node.js' : list ? 'Remove the weak ciphers' : `Use TLSv1.2 instead of ${what}`;
    yield changes.length > 0 ? { title, safety: 'review', changes } : { refused: 'The value is put together from several pieces.' };
  },
  examples: [
    {
      title: 'a server that takes TLS 1.0',
      bad: `
        import https from 'node:https';
        https.createServer({ key, cert, minVersion: 'TLSv1' }, app).listen(443);
        //                                          ^^^^^^^ tls/old-protocol "TLSv1 has known attacks"`,
      fixed: `
        import https from 'node:https';
        https.createServer({ key, cert, minVersion: 'TLSv1.2' }, app).listen(443);`,
    },
    {
      title: 'a method of one version',
      bad: `
        const tls = require('tls');
        tls.connect({ host, secureProtocol: 'TLSv1_1_method' });
        //                                  ^^^^^^^^^^^^^^^^ tls/old-protocol "TLSv1_1_method"`,
      fixed: `
        const tls = require('tls');
        tls.connect({ host, minVersion: 'TLSv1.2' });`,
    },
    {
      title: 'options of another module, and the default of the process',
      bad: `
        import tls from 'node:tls';
        const OLD = 'TLSv1.1';
        export const tlsOptions = { maxVersion: OLD };
        //                                      ^^^ tls/old-protocol
        tls.DEFAULT_MIN_VERSION = 'TLSv1';
        //                        ^^^^^^^ tls/old-protocol`,
    },
    {
      title: 'weak ciphers in a list',
      bad: `
        import https from 'node:https';
        https.createServer({ key, cert, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA:DES-CBC3-SHA' }, app);
        //                                                                    ^^^^^^^ tls/old-protocol "RC4-SHA and DES-CBC3-SHA"`,
      fixed: `
        import https from 'node:https';
        https.createServer({ key, cert, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, app);`,
    },
    {
      title: 'a security level that lets everything in',
      bad: `
        import https from 'node:https';
        export const agent = new https.Agent({ ciphers: 'DEFAULT@SECLEVEL=0' });
        //                                               ^^^^^^^^^^^^^^^^^^ tls/old-protocol
        export const legacy = new https.Agent({ ciphers: ['AES128-GCM-SHA256', 'RC4-MD5'].join(':') });
        //                                                                      ^^^^^^^ tls/old-protocol`,
      fixed: `
        import https from 'node:https';
        export const agent = new https.Agent({ ciphers: 'DEFAULT' });
        export const legacy = new https.Agent({ ciphers: ['AES128-GCM-SHA256', 'RC4-MD5'].join(':') });`,
    },
    {
      title: 'every cipher there is',
      bad: `
        import tls from 'node:tls';
        import { createSecureServer } from 'node:http2';
        tls.createServer({ key, cert, ciphers: 'ALL' }, serve).listen(8883);
        //                                      ^^^ tls/old-protocol "takes every cipher"
        createSecureServer({ key, cert, ciphers: 'TLS_AES_256_GCM_SHA384:ALL:!aNULL:!eNULL', minVersion: 'TLSv1.2' });
        //                                                               ^^^ tls/old-protocol
        const every = 'COMPLEMENTOFDEFAULT:ALL';
        //             ^^^^^^^^^^^^^^^^^^^ tls/old-protocol
        tls.DEFAULT_CIPHERS = every;`,
      fixed: `
        import tls from 'node:tls';
        import { createSecureServer } from 'node:http2';
        tls.createServer({ key, cert }, serve).listen(8883);
        createSecureServer({ key, cert, ciphers: 'TLS_AES_256_GCM_SHA384:ALL:!aNULL:!eNULL', minVersion: 'TLSv1.2' });
        const every = 'COMPLEMENTOFDEFAULT:ALL';
        tls.DEFAULT_CIPHERS = every;`,
    },
    { title: 'every cipher but the weak ones, and other things that are called so', good: `
        import tls from 'node:tls'; tls.createServer({ key, cert, ciphers: 'ALL:!aNULL:!MD5:!RC4:!3DES:!LOW' }, serve);
        export const filter = { ciphers: 'HIGH:!aNULL', level: 'ALL' };` },
    {
      title: 'a switch of the command line',
      bad: `
        import { fork } from 'node:child_process';
        fork('server.js', [], { execArgv: ['--tls-min-v1.0'] });
        //                                 ^^^^^^^^^^^^^^^^ tls/old-protocol "--tls-min-v1.0"`,
      fixed: `
        import { fork } from 'node:child_process';
        fork('server.js', [], { execArgv: ['--tls-min-v1.2'] });`,
    },
    {
      title: 'only in production',
      bad: `
        import tls from 'node:tls';
        tls.connect({ host, minVersion: process.env.NODE_ENV === 'production' ? 'TLSv1' : 'TLSv1.2' });
        //                                                                      ^^^^^^^ tls/old-protocol`,
    },
    { title: 'versions of today, and ciphers that are shut out', good: `
        import https from 'node:https'; https.createServer({ key, cert, minVersion: 'TLSv1.2', ciphers: 'HIGH:!RC4:!aNULL:!MD5:-3DES' }, app);
        https.createServer({ key, cert, minVersion: 'TLSv1.3' }, app);` },
    { title: 'a method that negotiates', good: `
        import tls from 'node:tls'; tls.connect({ host, secureProtocol: 'TLS_method' }); tls.connect({ host, secureProtocol: 'SSLv23_method' });
        tls.connect({ host, secureProtocol: 'TLSv1_2_method' });` },
    { title: 'a check and a message', good: `if (socket.getProtocol() === 'TLSv1') socket.destroy(); console.warn('TLSv1 is not supported'); export const names = ['TLSv1', 'TLSv1.1'];` },
    { title: 'another thing with a version', good: `export const app = { minVersion: '1.0.0', maxVersion: '2.1' }; export const cost = { ciphers: 3 };` },
    { title: 'known to nobody', good: `import tls from 'node:tls'; tls.connect({ host, minVersion: process.env.MIN_TLS, ciphers: tls.getCiphers().join(':') });` },
  ],
});

/** What a member that is assigned means: `tls.DEFAULT_MIN_VERSION`, `options.minVersion`. */
function assigned(key: string): string {
  return key === 'DEFAULT_MIN_VERSION' ? 'minVersion' : key === 'DEFAULT_MAX_VERSION' ? 'maxVersion' : key === 'DEFAULT_CIPHERS' ? 'ciphers' : key;
}
function* ofOption(key: string, value: Value, entry: Entry | undefined, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  if (key === 'ciphers') {
    yield* ofCiphers(value, entry, when, context);
    return;
  }
  if (key !== 'minVersion' && key !== 'maxVersion' && key !== 'secureProtocol') return;
  for (const one of alternatives(value, context)) {
    const text = one.value.kind === 'literal' ? one.value.value : undefined;
    if (typeof text !== 'string' || !(key === 'secureProtocol' ? OLD_METHOD : OLD_VERSION).test(text)) continue;
    const isPlain = one.when.length === 0 && one.value.at === one.at;
    const changes: readonly Change[] =
      key !== 'secureProtocol'
        ? [{ do: 'replace', at: one.at, code: [{ quote: 'TLSv1.2' }] }]
        : isPlain && entry?.form === 'pair'
          ? [{ do: 'replace', at: entry.at, code: ['minVersion: ', { quote: 'TLSv1.2' }] }]
          : [];
    yield { at: one.at, subject: key, evidence: { what: text, list: false, changes }, when: [...when, ...one.when] };
  }
}
/** A list of ciphers as OpenSSL reads it, or an array that is joined to one. */
function* ofCiphers(value: Value, entry: Entry | undefined, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  const end = context.resolve(value).value;
  if (end.kind === 'call' && end.name === 'join' && end.receiver) {
    const list = context.resolve(end.receiver).value;
    const weak = list.kind === 'array' ? list.items.filter((item) => isWeak(String(context.constant(item.value)?.value ?? ''))) : [];
    const first = weak[0];
    if (first && first.value.kind === 'literal') yield { at: inside(first.value.at, context) ?? first.value.at, subject: 'ciphers', evidence: { what: String(first.value.value), list: true, changes: [] }, when };
    return;
  }
  if (end.kind !== 'literal' || typeof end.value !== 'string') return;
  const items = end.value.split(/[:, ]+/);
  const weak = items.filter(isWeak);
  const first = weak[0] ?? (items.some((item) => SHUT_OUT.test(item)) ? undefined : items.find((item) => EVERYTHING.test(item)));
  if (first === undefined) return;
  const isHere = end.at.path === value.at.path;
  const from = isHere ? context.textOf(end.at).indexOf(first) : -1;
  if (weak.length === 0) {
    const remove: readonly Change[] = entry?.form === 'pair' ? [{ do: 'remove', at: entry.at, as: 'entry' }] : [];
    yield { at: from >= 0 ? context.within(end.at, from, from + first.length) : value.at, subject: 'ciphers', evidence: { what: first, list: true, changes: remove }, severity: 'info', when };
    return;
  }
  const kept = items.flatMap((item) => (isWeak(item) ? (/.@SECLEVEL=0$/i.test(item) ? [item.replace(/@SECLEVEL=0$/i, '')] : []) : [item])).filter((item) => item !== '' && !isWeak(item));
  const isPositive = kept.some((item) => !/^[!@+-]/.test(item));
  const rewrite: readonly Change[] = isPositive ? [{ do: 'replace', at: end.at, code: [{ quote: kept.join(':') }] }] : entry?.form === 'pair' ? [{ do: 'remove', at: entry.at, as: 'entry' }] : [];
  yield {
    at: from >= 0 ? context.within(end.at, from, from + first.length) : value.at,
    subject: 'ciphers',
    evidence: { what: listed(weak), list: true, changes: rewrite },
    when,
  };
}
function isWeak(item: string): boolean {
  return !/^[!-]/.test(item) && WEAK.test(item);
}
/** A text without its quotes. */
function inside(at: At, context: RuleContext): At | undefined {
  const { length } = context.textOf(at);
  return length > 2 ? context.within(at, 1, length - 1) : undefined;
}
/** `['--tls-min-v1.0']` and a whole command line. */
function* switches(value: Value, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  const items = value.kind === 'array' ? value.items.map((item) => item.value) : [value];
  for (const item of items) {
    if (item.kind !== 'literal' || typeof item.value !== 'string') continue;
    const name = OLD_SWITCH.exec(item.value)?.[0].trim();
    if (name === undefined) continue;
    const from = context.textOf(item.at).indexOf(name);
    const isWhole = from === 1 && name.length === item.value.length;
    const at = from < 0 ? item.at : isWhole ? item.at : context.within(item.at, from, from + name.length);
    yield { at, subject: name, evidence: { what: name, list: false, changes: isWhole ? [{ do: 'replace', at: item.at, code: [{ quote: '--tls-min-v1.2' }] }] : [{ do: 'replace', at, code: ['--tls-min-v1.2'] }] }, when };
  }
}
function* inEntries(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const { entry, when } of entriesOf(module)) if (entry.value.kind === 'array' || entry.value.kind === 'literal') yield* switches(entry.value, when, context);
}
