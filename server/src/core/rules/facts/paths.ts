const PUBLIC_LAST = /^(login|log-?in|signin|sign-?in|signup|sign-?up|register|logout|refresh(-?token)?|token|oauth2?|authorize|callback|forgot(ten)?(-?password)?|reset(-?password)?|passwords?-(reset|recovery|forgotten|forgot)s?|verify(-?email)?|confirm|activate|health(z|y|check)?|ready(z)?|live(z)?|alive|heartbeat|liveness|readiness|ping|status|version|webhooks?|hooks?|public|\.well-known|jwks(\.json)?|robots\.txt|favicon\.ico|contact|subscribe|unsubscribe|newsletter|csp-report|report|track|collect|captcha|otp|magic-?link|saml|sso)$/i;
/** Public although a one-time token or a provider's name follows: `/reset-password/{token}`. */
const PUBLIC_BEFORE_PARAMETER = /^(token|callback|forgot(ten)?(-?password)?|reset(-?password)?|passwords?-(reset|recovery)s?|verify(-?email)?|confirm|activate|unsubscribe|magic-?link|otp|saml|sso|hooks?)$/i;
/** Public although what it is about follows: `/subscribe/{list}`. */
const PUBLIC_ABOUT = /^(subscribe|newsletters?|contact|csp-report|track|collect)$/i;
/** Logging in, out and up in other languages. */
const PUBLIC_ABROAD = new RegExp('^(registro|registrar(se)?|registrieren|registrierung|inscription|inscricao|cadastro|cadastrar|cadastre-se|entrar|acceder|ingresar|(iniciar|inicio|cerrar)-?(de-?)?sesi(o|%C3%B3)n|salir|sair'
  + '|(de)?connexion|(se-)?connecter|anmelden|anmeldung|abmelden|abmeldung|einloggen|ausloggen|zaloguj|wyloguj|logowanie|wylogowanie|rejestracja|zarejestruj|accedi|accesso|esci|registrazione|registrati|iscrizione'
  + '|aanmelden|inloggen|uitloggen|registreren|logga-?(in|ut)|logg-?(inn|ut)|kirjaudu|giris|cikis|kayit|uye-?ol)$', 'i');
const PUBLIC_ANY = /^(public|webhooks?|\.well-known|oauth2?|auth)$/i;
const ADMIN = /^(admin|administrator|administration|superadmin|root|backoffice|back-office|internal|management|manage|ops|staff|moderation|sudo|system|tenants|impersonate|feature-?flags|settings|config|configuration|maintenance)$/i;
const ADMIN_STRONG = /^(admin.{0,40}|superadmin|root|backoffice|back-office|sudo|impersonate)$/i;
const IDENTITY = /^(user|account|customer|member|employee|admin|tenant|org|organization|role|permission)$/;
const SENSITIVE: ReadonlySet<string> = new Set((
  'user account customer member employee patient profile order payment invoice transaction transfer wallet card billing subscription payout refund file upload document attachment message role permission '
  + 'key apikey api-key token secret credential password session log audit report export import backup config setting tenant organization org team project device job subscriber recipient donor applicant candidate student pupil resident parent guardian passenger beneficiary tutor pensioner voter prescription diagnosis salary payroll'
).split(' '));
const ASSET = /^(fonts?|assets?|static|images?|img|css|js|icons?|media|\.well-known|favicon\.ico|robots\.txt)$/i;
const ASIDE = /^(health(z|y|check)?|ready(z)?|live(z)?|liveness|readiness|alive|heartbeat|ping|status|version|metrics|docs?|api-?docs?|swagger.{0,30}|openapi.{0,30}|redoc|graphi?ql|playground|favicon\.ico|robots\.txt|manifest\.json|\.well-known)$/i;
/** Probes of those who run it, wherever they stand. */
const PROBE = /^(health(z|check)|readyz|livez|liveness|readiness|heartbeat)$/i;
const MOST_SEGMENTS = 40;

/** RULES 0.9: a path meant for strangers, such as a login, a webhook or a health check. Any parameter spelling is read. */
export function publicPath(path: string): boolean {
  const segments = segmentsOf(path);
  if (segments.some((segment) => PUBLIC_ANY.test(segment))) return true;
  const last = segments.at(-1);
  if (last === undefined) return false;
  if (!isParameter(last)) return PUBLIC_LAST.test(last) || PUBLIC_ABROAD.test(last);
  const before = segments.at(-2) ?? '';
  return PUBLIC_BEFORE_PARAMETER.test(before) || PUBLIC_ABOUT.test(before);
}

/** The last segment is a one-time token, or the like, after a word that says so: `/reset-password/{token}`. */
export function oneTimePath(path: string): boolean {
  const segments = segmentsOf(path);
  return isParameter(segments.at(-1) ?? '') && PUBLIC_BEFORE_PARAMETER.test(segments.at(-2) ?? '');
}

/** RULES 0.9 `adminPath`: a segment names administration, internals or settings. */
export function adminPath(path: string): boolean {
  return segmentsOf(path).some((segment) => ADMIN.test(segment));
}

/** RULES 0.9 `adminPath!`: the strong subset, which means administration wherever it stands. */
export function strongAdminPath(path: string): boolean {
  return segmentsOf(path).some((segment) => ADMIN_STRONG.test(segment));
}

/** RULES 0.9: a segment names personal, financial or otherwise confidential things, in singular or plural. */
export function sensitivePath(path: string): boolean {
  return segmentsOf(path).some((segment) => !isParameter(segment) && singulars(segment).some((word) => SENSITIVE.has(word)));
}

/** RULES 0.9: a segment names accounts or roles and a parameter follows: `/users/{id}`. */
export function identityPath(path: string): boolean {
  const segments = segmentsOf(path);
  return segments.some((segment, index) => singulars(segment).some((word) => IDENTITY.test(word)) && isParameter(segments[index + 1] ?? ''));
}

/** Fonts, pictures and other files that every site may load, and feeds and well-known documents. */
export function assetPath(path: string): boolean {
  const segments = segmentsOf(path);
  const last = segments.at(-1) ?? '';
  // One record as JSON is no file: `/members/{id}.json`.
  return segments.some((segment) => ASSET.test(segment)) || (!isParameter(last) && /\.json$/i.test(last)) || /\.(xml|rss|atom|woff2?|ttf|otf|png|jpe?g|svg|gif|webp|ico|css|js|txt)$/i.test(last);
}

/** What stands beside an API and is seldom in its document: probes, metrics, the document itself and its console, files; and the top. */
export function asidePath(path: string): boolean {
  const segments = segmentsOf(path);
  const first = segments.findIndex((segment) => !/^(api|apis|rest|v\d{1,3})$/i.test(segment));
  const own = first < 0 ? segments.slice(-1) : segments.slice(first);
  return segments.length === 0 || segments.some((segment) => ASSET.test(segment)) || (own.length <= 2 && ASIDE.test(own[0] ?? '')) || PROBE.test(segments.at(-1) ?? '') || /\.(xml|rss|atom|woff2?|ttf|otf|png|jpe?g|svg|gif|webp|ico|css|js|map|txt|html?)$/i.test(segments.at(-1) ?? '');
}

/** Whether a glob of the policy (`/fonts/**`, `*` for one segment) covers the path. Parameters count as text; no back-tracking beyond the segments. */
export function pathMatches(glob: string, path: string): boolean {
  const pattern = segmentsOf(glob);
  const segments = segmentsOf(path);
  let reachable = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const index of reachable) {
      if (part === '**') for (let i = index; i <= segments.length; i++) next.add(i);
      else if (index < segments.length && segmentMatches(part, segments[index] ?? '')) next.add(index + 1);
    }
    reachable = next;
  }
  return reachable.has(segments.length);
}

function segmentMatches(pattern: string, segment: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern.toLowerCase() === segment.toLowerCase() || (isParameter(pattern) && isParameter(segment));
  const head = pattern.slice(0, star);
  const tail = pattern.slice(pattern.lastIndexOf('*') + 1);
  return segment.length >= head.length + tail.length && segment.startsWith(head) && segment.endsWith(tail);
}

function segmentsOf(path: string): readonly string[] {
  const end = path.search(/(?<!\{)[?#]/);
  return (end < 0 ? path : path.slice(0, end)).split('/').filter((segment) => segment !== '').slice(0, MOST_SEGMENTS);
}
function isParameter(segment: string): boolean {
  return /^(\{|:|\[|\*)/.test(segment) || segment.startsWith('<');
}
function singulars(segment: string): readonly string[] {
  const word = segment.toLowerCase();
  const found = [word];
  if (word.endsWith('ies')) found.push(`${word.slice(0, -3)}y`);
  if (word.endsWith('es')) found.push(word.slice(0, -2));
  if (word.endsWith('s')) found.push(word.slice(0, -1));
  return found;
}
