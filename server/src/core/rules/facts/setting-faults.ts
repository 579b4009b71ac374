import type { Severity } from '../rule.js';
import { devCommands } from './dev-commands.js';

/** What is wrong with one variable a program is started with. */
export interface SettingFault {
  readonly what: 'environment' | 'tls' | 'debugger' | 'parser';
  readonly severity: Severity;
  readonly message: string;
}
const OFF = /^(0|false)$/i;

/** What a variable changes in any program that Node runs; undefined where nothing is wrong with it. */
export function settingFault(name: string, value: string): SettingFault | undefined {
  const text = value.trim();
  if (name === 'NODE_ENV' && /^(development|dev|local)$/i.test(text))
    return { what: 'environment', severity: 'warning', message: "NODE_ENV is not 'production', so Express shows stack traces to clients. Set NODE_ENV=production." };
  if ((name === 'NODE_TLS_REJECT_UNAUTHORIZED' && text === '0') || (/^npm_config_strict_ssl$/i.test(name) && OFF.test(text)))
    return { what: 'tls', severity: 'warning', message: `'${name}' lets every certificate pass, so that anyone on the path can read and change what is sent. Trust the certificate it is about instead.` };
  if (name !== 'NODE_OPTIONS') return undefined;
  if (devCommands(text).some(({ how }) => how === 'debugger')) return { what: 'debugger', severity: 'warning', message: 'The debugger is reachable and runs any code it is sent. Remove it.' };
  return /(^|\s)--insecure-http-parser(?=\s|$)/.test(text) ? { what: 'parser', severity: 'warning', message: 'Node takes malformed requests here, which smuggle others past proxies. Remove --insecure-http-parser.' } : undefined;
}

/** Rights of the kernel that lead out of a container, or to everything in it. */
const STRONG = /^(CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|DAC_READ_SEARCH|SYS_BOOT|BPF)$/i;
/** Whether a capability is as good as the rights of root on the host. */
export function isStrongCapability(name: string): boolean {
  return STRONG.test(name.trim());
}
