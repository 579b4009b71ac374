/** Second labels under which a country's registry sells names: `shop.co.uk`. */
const SECOND = /^(co|com|org|net|gov|ac|edu)$/;
/** Hosts below which anybody can have a name for nothing. */
const GIVEN: ReadonlySet<string> = new Set([
  'vercel.app', 'now.sh', 'netlify.app', 'netlify.com', 'herokuapp.com', 'github.io', 'gitlab.io', 'pages.dev', 'workers.dev', 'web.app', 'firebaseapp.com', 'onrender.com', 'fly.dev',
  'azurewebsites.net', 'azurestaticapps.net', 'cloudfront.net', 'amazonaws.com', 'amplifyapp.com', 'appspot.com', 'run.app', 'surge.sh', 'glitch.me', 'repl.co', 'replit.dev', 'replit.app',
  'ngrok.io', 'ngrok.app', 'ngrok-free.app', 'loca.lt', 'trycloudflare.com', 'stackblitz.io', 'csb.app', 'railway.app', 'up.railway.app', 'deno.dev', 'blogspot.com', 'myshopify.com',
  'lovable.app', 'lovableproject.com', 'bolt.host', 'gitpod.io', 'app.github.dev', 'github.dev', 'windows.net', 'digitaloceanspaces.com', 'ondigitalocean.app', 'translate.goog',
]);

/** The part of a host its owner registered: two labels, three below `co.uk` and where names are handed out. */
export function registrable(host: string): string {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  const deep = (labels.length > 2 && last.length === 2 && SECOND.test(labels.at(-2) ?? '')) || (labels.length > 2 && handedOut(labels.slice(-2).join('.')));
  return labels.slice(deep ? -3 : -2).join('.');
}

/** Anybody can have a name directly below this host: `vercel.app`. */
export function handedOut(host: string): boolean {
  return GIVEN.has(host.toLowerCase());
}

/** This very machine or a network at home: no page of a stranger is served from there. */
export function localHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  return /(^|\.)(localhost|local|internal|lan|test|invalid|home\.arpa)$/.test(bare) || bare === '::1' || bare === '0.0.0.0' || /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\.\d/.test(bare);
}
