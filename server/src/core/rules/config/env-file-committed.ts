import { entriesOf } from '../../openapi/values.js';
import { settingSecret } from '../facts/config-secrets.js';
import { filePath, type FilePath } from '../../text/source.js';
import { packageSources } from '../facts/package-sources.js';
import { rule, type Change, type Fix } from '../rule.js';

type Evidence =
  /** The name of the file, as a line of an ignore file. */
  | { readonly line: string; readonly ignoreFile: FilePath }
  /** A file that holds other settings, too, and belongs to the repository. */
  | { readonly instead: Change };
/** What a running service reads; the rest are samples and settings of developers. */
const SERVED = /(^|\/)\.env(\.(production|prod|staging|stage|live|preprod|local|keys)|\.[\w-]{1,40}\.local)?$/i;

/** Each has to be changed once the file was pushed. */
const MOST = 50;

export default rule<'artifact', Evidence>({
  meta: {
    id: 'config/env-file-committed',
    title: 'Secrets file is not ignored by git',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [538, 312],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'The file is kept out of the repository by other means, such as the excludes of the machine, or the folder is no repository.',
    references: ['https://cwe.mitre.org/data/definitions/538.html', 'https://docs.github.com/en/get-started/git-basics/ignoring-files', 'https://12factor.net/config'],
  },
  on: 'artifact',
  words: ['pass', 'pwd', 'secret', 'key', 'token', 'credential', 'conn', '://', 'sk-', '-----begin', 'eyj', 'gh', 'akia', 'auth'],
  *detect(artifact, context) {
    const credentials = packageSources(artifact).flatMap((one) => (one.what === 'credential' ? [one] : []));
    if (credentials.length === 0 && (artifact.kind !== 'dotenv' || !SERVED.test(artifact.path))) return;
    const { ignored, nearest } = context.gitIgnore(artifact.path);
    if (ignored) return;
    for (const { key, at, instead } of credentials) yield { at, subject: key, evidence: { instead } };
    if (artifact.kind !== 'dotenv') return;
    const secrets = entriesOf(artifact.root).filter(({ key, value }) => value.kind === 'literal' && typeof value.value === 'string' && settingSecret(key, value.value) === 'secret');
    for (const secret of secrets.slice(0, MOST)) yield { at: secret.value.at, subject: secret.key, evidence: { line: artifact.path.slice(artifact.path.lastIndexOf('/') + 1), ignoreFile: nearest ?? filePath('.gitignore') } };
  },
  explain: (evidence) => ({
    message: `This file holds secrets and git would commit it. ${'instead' in evidence ? 'Name a variable in their place' : 'Add it to .gitignore'} and rotate what was pushed.`,
    why: 'What is committed once stays in the history of every copy of the repository, and everyone who can read it can use it.',
    remedy: 'Name the file in .gitignore, and keep a file without values, such as .env.example, in the repository instead. In settings of a package manager write ${NPM_TOKEN} and set that variable where packages are installed.',
  }),
  *fix({ evidence }): Iterable<Fix> {
    if ('instead' in evidence) {
      yield { title: 'Take it from the environment', safety: 'review', changes: [evidence.instead] };
      return;
    }
    const { line, ignoreFile } = evidence;
    yield { title: 'Add to .gitignore', safety: 'safe', changes: [{ do: 'line', path: ignoreFile, text: line }] };
  },
  examples: [
    {
      title: 'a key of a payment service, and no ignore file',
      bad: `
        #- .env
        PORT=3000
        STRIPE_SECRET=sk_live_51HqTz9KbVw3xYmNc8RdQpLf
        #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed "git would commit it"
      `,
      fixed: `
        #- .env
        PORT=3000
        STRIPE_SECRET=sk_live_51HqTz9KbVw3xYmNc8RdQpLf
        #- .gitignore
        .env
      `,
    },
    {
      title: 'the key of an administrator that is built into pages, beside one for them',
      bad: `
        #- .env.production
        NEXT_PUBLIC_SEARCH_KEY=5b2c1e4d7f908a6b
        NEXT_PUBLIC_SEARCH_ADMIN_KEY=c81d02ab7719e5f4463b0d92ae5c1f37
        #                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed
      `,
      fixed: `
        #- .env.production
        NEXT_PUBLIC_SEARCH_KEY=5b2c1e4d7f908a6b
        NEXT_PUBLIC_SEARCH_ADMIN_KEY=c81d02ab7719e5f4463b0d92ae5c1f37
        #- .gitignore
        .env.production
      `,
    },
    {
      title: 'another name than the one that is ignored',
      bad: `
        #- .gitignore
        node_modules/
        .env
        #- .env.production
        export DB_PASSWORD="Tr0ub4dor&3"
        #                  ^^^^^^^^^^^^^ config/env-file-committed
        DB_HOST=db.internal
      `,
      fixed: `
        #- .gitignore
        node_modules/
        .env
        .env.production
        #- .env.production
        export DB_PASSWORD="Tr0ub4dor&3"
        DB_HOST=db.internal
      `,
    },
    {
      title: 'taken out of the ignore file again, in a folder of its own',
      bad: `
        #- .gitignore
        .env*
        #- services/billing/.gitignore
        !.env
        #- services/billing/.env
        DATABASE_URL=postgres://billing:f9Kq2LmZ@db.corp-site.io/billing
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed
      `,
      fixed: `
        #- .gitignore
        .env*
        #- services/billing/.gitignore
        !.env
        .env
        #- services/billing/.env
        DATABASE_URL=postgres://billing:f9Kq2LmZ@db.corp-site.io/billing
      `,
    },
    {
      title: 'credentials of a registry',
      bad: `
        #- .npmrc
        @shop:registry=https://npm.pkg.github.com
        //npm.pkg.github.com/:_authToken=ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT
        #                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed "Name a variable in their place"
      `,
      fixed: `
        #- .npmrc
        @shop:registry=https://npm.pkg.github.com
        //npm.pkg.github.com/:_authToken=\${NPM_TOKEN}
      `,
    },
    {
      title: 'credentials of a registry in settings of yarn, and in the old form',
      bad: `
        #- web/.npmrc
        _auth = c2hvcC1ib3Q6UTdxIXYyTHo5UnQ= ; of the build
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed
        //npm.corp-site.io/:_password="UTdxIXYyTHo5UnQ="
        #                             ^^^^^^^^^^^^^^^^^^ config/env-file-committed
        #- web/.yarnrc.yml
        npmScopes:
          shop:
            npmRegistryServer: https://npm.pkg.github.com
            npmAuthToken: ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT
            #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/env-file-committed
      `,
      fixed: `
        #- web/.npmrc
        _auth = \${NPM_AUTH} ; of the build
        //npm.corp-site.io/:_password="UTdxIXYyTHo5UnQ="
        #- web/.yarnrc.yml
        npmScopes:
          shop:
            npmRegistryServer: https://npm.pkg.github.com
            npmAuthToken: ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT
      `,
    },
    {
      title: 'credentials of a registry that the environment gives, that stand for one, or that are ignored',
      good: `
        #- .npmrc
        //registry.npmjs.org/:_authToken=\${NPM_TOKEN}
        //npm.corp-site.io/:_authToken=<your token>
        //localhost:4873/:_authToken="Zq3v9Lk2Xw8Rt5YbQ7nM"
        # //npm.corp-site.io/:_authToken=ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT
        //npm.corp-site.io/:username=shop-bot
        #- .yarnrc.yml
        npmAuthToken: "\${NPM_TOKEN-}"
        npmAlwaysAuth: true
        #- web/.gitignore
        .npmrc
        #- web/.npmrc
        //npm.pkg.github.com/:_authToken=ghp_Zq3v9Lk2Xw8Rt5YbQ7nMd4Hs6Jf1Gc0PaVeT
      `,
    },
    {
      title: 'ignored by a pattern, by a folder, and by an ignore file beside it',
      good: `
        #- .gitignore
        .env*
        !.env.example
        deploy/
        #- .env
        JWT_SECRET=b8Kz!4mQwXv29LrT
        #- deploy/.env.production
        JWT_SECRET=b8Kz!4mQwXv29LrT
        #- web/.gitignore
        /.env.local
        #- web/.env.local
        JWT_SECRET=b8Kz!4mQwXv29LrT
      `,
    },
    {
      title: 'samples, and values that are filled in later',
      good: `
        #- .env.example
        DB_PASSWORD=Tr0ub4dor&3
        #- .env
        TOKEN=\${TOKEN}
        API_KEY=
        CLIENT_SECRET=your-client-secret
        SESSION_SECRET="encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt"
        DB_PASSWORD_FILE=/run/secrets/db_password
        MAX_TOKENS=4096
        TOKEN_TTL=3600000000
      `,
    },
    {
      title: 'what is built into pages, and the database of a developer',
      good: `
        #- .env
        VITE_MAPS_API_KEY=Zq3v9Lk2Xw8Rt5YbPm71
        NEXT_PUBLIC_SENTRY_TOKEN=Zq3v9Lk2Xw8Rt5YbPm71
        DATABASE_URL=postgres://postgres:postgres@localhost:5432/shop
        DB_PASSWORD=postgres
      `,
    },
  ],
});
