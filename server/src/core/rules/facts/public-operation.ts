import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { markedPublic } from '../../openapi/public.js';
import { at, requestSchemas } from '../../openapi/schemas.js';
import { readRequirement } from '../../openapi/security.js';
import { asText, entriesOf, valueOf } from '../../openapi/values.js';
import type { RuleContext } from '../rule.js';
import { snakeCase } from './names.js';
import { adminPath, pathMatches, publicPath } from './paths.js';

/** Whether an operation is meant for strangers: by its path, its name, what it takes, its `x-public` mark, or the policy. */
export function meantPublic(operation: Operation, document: OpenApiDocument, context: Pick<RuleContext, 'policy'>): boolean {
  return saysPublic(operation, document) || context.policy('auth').publicPaths.some((glob) => pathMatches(glob, operation.path));
}

const saysPublic = ofOperation((operation, document) => publicPath(operation.path) || markedPublic(operation, document) || beforeLogin(operation, document));
const NAMED = new RegExp(
  '^((request|start|begin)_)?((user|member|customer|account)_)?(log_?in|sign_?in|sign_?on|sign_?up|register|authenticate)(_?(user|account|customer|member|with_password))?$'
  + '|^((request|send|start|confirm|complete|finish)_)?(password_?reset|reset_?(forgotten_)?password|forgot(ten)?_?password|recover_?password|password_?recovery)(_?(mail|email|link|request))?$'
  + '|^((re)?send_)?(verify|confirm)_?(e_?mail|account)$|^(ask_)?(re)?send_(e?mail|code|link)_(to_)?(verify|confirm)(_\\w{1,30})?$|^(request|create)_registration$|^refresh_?(access_?)?token$',
);
/** Things that are made by proving or choosing a password. */
const ACCOUNTS = /(^|\/)(sessions?|users?|accounts?|customers?|members?|registrations?|profiles?|log-?ins?)\/?$/i;
/** Nobody who calls these can have an account yet. */
const ENTRANCES = /(^|\/)(registrations?|log-?ins?|sign-?(ups?|ins?)|(ask-)?(re-?)?send-(verify|verification|confirmation|confirm)(-e?mail)?)\/?$/i;
/** What is counted of visitors: views, and what pages and players tell of themselves. */
const COUNTS = /(^|\/)(page-?views?|views|impressions?|beacons?|telemetry|(metrics|analytics|logs?)\/(client|browser|web|page|playback|player))\/?$/i;
const PASSWORD = /^(password|passwd|pwd|passphrase|otp)$/i;

/** What callers do before they have credentials: log in, sign up, ask for a new password, be counted. */
function beforeLogin(operation: Operation, document: OpenApiDocument): boolean {
  if (operation.method !== 'POST' || adminPath(operation.path)) return false;
  const id = asText(valueOf(at(document, operation.pointer), 'operationId')) ?? '';
  if (NAMED.test(snakeCase(id.split(/[./:]/).at(-1) ?? ''))) return true;
  if (COUNTS.test(operation.path)) return true;
  if (ENTRANCES.test(operation.path) && (operation.path.includes('send-') || saysOpen(operation))) return true;
  // The author says by an empty list that this one is open, and it takes a password.
  if (!ACCOUNTS.test(operation.path) || !saysOpen(operation)) return false;
  return requestSchemas(document, operation).some(({ value }) => entriesOf(valueOf(value, 'properties')).some(({ key }) => PASSWORD.test(key)));
}
function saysOpen({ own }: Operation): boolean {
  return own !== undefined && readRequirement(own).kind === 'none';
}
