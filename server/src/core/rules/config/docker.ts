import { riskDetections, riskFix, type ConfigRisk } from '../facts/config-risk.js';
import { dockerRisks } from '../facts/docker-risks.js';
import { podRisks } from '../facts/pod-risks.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'artifact', ConfigRisk>({
  meta: {
    id: 'config/docker',
    title: 'Container runs as root or in development mode',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [250, 489],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'It also reads workloads, secrets and config maps of Kubernetes. The platform decides: it refuses containers that run as root, or gives each its user and its environment when it starts them.',
    references: ['https://docs.docker.com/build/building/best-practices/#user', 'https://cheatsheetseries.owasp.org/cheatsheets/NodeJS_Docker_Cheat_Sheet.html', 'https://cwe.mitre.org/data/definitions/250.html'],
  },
  on: 'artifact',
  words: ['from', 'apiversion', 'generator'],
  *detect(artifact, context) {
    if (artifact.shape === 'dockerfile') yield* riskDetections(dockerRisks(artifact, context));
    // Kubernetes runs the same images: what its manifests say of rights, environment and secrets is told here.
    else if (artifact.kind === 'kubernetes') yield* riskDetections(podRisks(artifact));
  },
  explain: ({ message }) => ({
    message,
    why: 'A container inherits every weakness of its defaults: what a break-in is worth is decided by the rights and the files the image gives the API.',
    remedy: 'Run as a user without rights, in production mode, and copy into the image only what the service reads.',
  }),
  *fix({ evidence }): Iterable<FixAnswer> {
    yield riskFix(evidence);
  },
  examples: [
    {
      title: 'everything copied, a key in the image, a debugger for all',
      bad: `
        #- Dockerfile
        FROM node:22
        #    ^^^^^^^ config/docker "runs as root"
        WORKDIR /app
        COPY . .
        #    ^ config/docker ".env and .git may be copied"
        ENV JWT_SECRET=s3cr3tv4lue9Xq
        #   ^^^^^^^^^^ config/docker "'JWT_SECRET' is stored in the image"
        CMD ["node", "--inspect=0.0.0.0", "app.js"]
        #     ^^^^ config/docker "NODE_ENV is not 'production'"
        #             ^^^^^^^^^^^^^^^^^ config/docker "The debugger is reachable"
      `,
      fixed: `
        #- Dockerfile
        FROM node:22
        WORKDIR /app
        COPY . .
        ENV JWT_SECRET=s3cr3tv4lue9Xq
        USER node
        CMD ["node", "--inspect=0.0.0.0", "app.js"]
      `,
    },
    {
      title: 'development on purpose, and a secrets file by its name',
      bad: `
        #- Dockerfile
        FROM node:22-alpine AS build
        WORKDIR /app
        ENV NODE_ENV=development
        RUN npm ci && npm run build
        FROM build
        COPY .env.production package.json ./
        #    ^^^^^^^^^^^^^^^ config/docker "The secrets file becomes part of the image"
        ENV NODE_ENV=development PORT=3000
        #            ^^^^^^^^^^^ config/docker "NODE_ENV"
        EXPOSE 3000 9229
        #           ^^^^ config/docker "debugger"
        USER node
        CMD node app.js
      `,
      fixed: `
        #- Dockerfile
        FROM node:22-alpine AS build
        WORKDIR /app
        ENV NODE_ENV=development
        RUN npm ci && npm run build
        FROM build
        COPY package.json ./
        ENV NODE_ENV=development PORT=3000
        EXPOSE 3000 9229
        USER node
        CMD node app.js
      `,
    },
    {
      title: 'a script that watches files',
      bad: `
        #- package.json
        { "scripts": { "start": "nodemon server.js" } }
        #- Dockerfile
        FROM node:22
        ENV NODE_ENV=production
        USER root
        #    ^^^^ config/docker "runs as root"
        CMD ["npm", "start"]
        #            ^^^^^ config/docker "'nodemon' is a development server"
      `,
      fixed: `
        #- package.json
        { "scripts": { "start": "nodemon server.js" } }
        #- Dockerfile
        FROM node:22
        ENV NODE_ENV=production
        USER node
        CMD ["npm", "start"]
      `,
    },
    {
      title: 'what stays in the layers, files for everybody, and certificates that nobody checks',
      bad: `
        #- Dockerfile
        FROM node:24-alpine
        ARG NPM_TOKEN
        #   ^^^^^^^^^ config/docker "stays in the history of the image"
        ENV NODE_ENV=production NODE_TLS_REJECT_UNAUTHORIZED=0
        #                                                    ^ config/docker "lets every certificate pass"
        WORKDIR /srv
        RUN echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > .npmrc && npm ci
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/docker "The token stays in this layer"
        COPY certificates/server.key /etc/tls/
        #    ^^^^^^^^^^^^^^^^^^^^^^^ config/docker "The private key becomes part of the image"
        RUN mkdir /srv/uploads && chmod -R 0777 /srv
        #                                  ^^^^ config/docker "Every user in the container may change these files"
        USER node
        CMD ["node", "app.js"]
      `,
    },
    {
      title: 'a mode of its own beside a development server',
      bad: `
        #- Dockerfile
        FROM node:24-alpine
        ENV NODE_ENV=development
        #            ^^^^^^^^^^^ config/docker "NODE_ENV"
        USER node
        CMD ["npx", "nodemon", "app.js"]
        #            ^^^^^^^ config/docker "'nodemon' is a development server"
      `,
      fixed: `
        #- Dockerfile
        FROM node:24-alpine
        ENV NODE_ENV=production
        USER node
        CMD ["npx", "nodemon", "app.js"]
      `,
    },
    {
      title: 'a token in a stage that only builds, one that is mounted or taken away, and files for one user',
      good: `
        #- Dockerfile
        FROM node:24-alpine AS build
        ARG NPM_TOKEN
        RUN echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > .npmrc && npm ci
        FROM node:24-alpine
        ARG VERSION
        ENV NODE_ENV=production
        RUN --mount=type=secret,id=npm echo "//registry.npmjs.org/:_authToken=$(cat /run/secrets/npm)" > .npmrc && npm ci && rm -f .npmrc
        COPY --from=build /app/dist dist
        COPY certificates/ca.pem /etc/tls/
        RUN chmod 755 dist && chmod -R u+w cache && chmod 1777 /tmp
        USER node
        CMD ["node", "dist/app.js"]
      `,
    },
    {
      title: 'a workload of Kubernetes with the rights of its node, and secrets in manifests',
      bad: `
        #- deploy/api.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api }
        spec:
          template:
            spec:
              containers:
                - name: api
                  image: registry.corp-site.io/api:latest
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/docker "whatever was built last"
                  args: ['--inspect=0.0.0.0', 'app.js']
        #                ^^^^^^^^^^^^^^^^^^^ config/docker "The debugger is reachable"
                  env:
                    - { name: NODE_ENV, value: development }
        #                                      ^^^^^^^^^^^ config/docker "NODE_ENV"
                    - { name: JWT_SECRET, value: s3cr3tv4lue9Xq }
        #                                        ^^^^^^^^^^^^^^ config/docker "'JWT_SECRET' is written down"
                    - { name: NODE_OPTIONS, value: '--enable-source-maps --inspect=0.0.0.0' }
        #                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/docker "The debugger is reachable"
                  securityContext:
                    capabilities: { drop: [ALL], add: [NET_BIND_SERVICE, SYS_PTRACE] }
        #                                                                ^^^^^^^^^^ config/docker "reaches the node through SYS_PTRACE"
                    privileged: true
        #                       ^^^^ config/docker "owns the node"
                    runAsUser: 0
        #                      ^ config/docker "runs as root"
        ---
        apiVersion: v1
        kind: Secret
        metadata: { name: api }
        data:
          DB_PASSWORD: VHIwdWI0ZG9yJjM5eA==
        #              ^^^^^^^^^^^^^^^^^^^^ config/docker "'DB_PASSWORD' is written down"
      `,
    },
    {
      title: 'variables of a config map, and secrets that a kustomization makes',
      bad: `
        #- k8s/api.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: api }
        data:
          NODE_TLS_REJECT_UNAUTHORIZED: "0"
        #                               ^^^ config/docker "lets every certificate pass"
        #- k8s/kustomization.yaml
        resources: [api.yaml]
        secretGenerator:
          - name: api
            literals: [ADMIN_TOKEN=sadm-6Jw1pQ0zYx82LkVt, LEVEL=info]
        #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/docker "'ADMIN_TOKEN' is written down"
      `,
    },
    {
      title: 'a kustomization that reads secrets from files that stay outside',
      good: `
        #- k8s/kustomization.yaml
        resources: [api.yaml]
        secretGenerator: [{ name: api, envs: [api.env] }]
        configMapGenerator: [{ name: api, literals: [NODE_ENV=production] }]
        #- k8s/overlays/dev/api.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: api }
        data: { NODE_ENV: development }
      `,
    },
    {
      title: 'a workload without rights, and secrets that are kept elsewhere',
      good: `
        #- deploy/api.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api }
        spec:
          template:
            spec:
              securityContext: { runAsNonRoot: true, runAsUser: 1000 }
              containers:
                - name: api
                  image: registry.corp-site.io/api:4
                  env:
                    - { name: NODE_ENV, value: production }
                    - { name: JWT_SECRET, valueFrom: { secretKeyRef: { name: api, key: jwt } } }
                    - { name: DB_PASSWORD, value: "{{ .Values.password }}" }
                    - { name: TOKEN_TTL, value: "3600" }
                  securityContext: { allowPrivilegeEscalation: false, privileged: false }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: api }
        data: { LOG_LEVEL: info, PASSWORD_POLICY: strong-passwords-only }
      `,
    },
    {
      title: 'a user of its own, production, and only what is needed',
      good: `
        #- .dockerignore
        node_modules
        .env*
        .git
        #- Dockerfile
        FROM node:22-slim AS build
        WORKDIR /app
        COPY . .
        ARG NPM_TOKEN
        RUN npm ci && npm run build
        FROM node:22-slim
        ENV NODE_ENV=production
        COPY . .
        COPY --from=build /app/dist ./dist
        USER node
        CMD ["node", "app.js"]
      `,
    },
    {
      title: 'pages behind nginx, images that are no service, and rights given up by the entry point',
      good: `
        #- web/Dockerfile
        FROM node:22 AS build
        COPY . .
        RUN npm run build
        FROM nginx:alpine
        COPY --from=build /dist /usr/share/nginx/html
        #- base/Dockerfile
        FROM node:22
        RUN npm install -g pnpm
        #- api/Dockerfile
        FROM node:22
        ENV NODE_ENV=production
        RUN apt-get install -y gosu
        COPY entrypoint.sh /
        ENTRYPOINT ["/entrypoint.sh"]
        CMD ["node", "app.js"]
        #- other/Dockerfile
        FROM registry.corp-site.io/node-runtime:4
        ENV NODE_ENV=production
        CMD ["node", "app.js"]
      `,
    },
    {
      title: 'a server that does not ask what environment it runs in',
      good: `
        #- Dockerfile
        FROM node:22
        USER node
        CMD ["node", "./bin/server"]
        //- package.json
        { "dependencies": { "@hapi/hapi": "^21.3.0" } }
      `,
    },
    {
      title: 'for developers, settings that come later, and a platform that sets the environment',
      good: `
        #- Dockerfile.dev
        FROM node:22
        COPY . .
        CMD ["npm", "run", "dev"]
        #- test.Dockerfile
        FROM node:22
        ENV POSTHOG_TOKEN=phc_Zq3v9Lk2Xw8Rt5YbPm71Zq3v9Lk2Xw8Rt5Yb
        USER root
        CMD ["npm", "test"]
        #- Dockerfile
        ARG IMAGE=node:22-slim
        FROM \${IMAGE}
        ARG NODE_ENV=production
        ENV NODE_ENV=$NODE_ENV JWT_SECRET=\${JWT_SECRET} DB_PASSWORD_FILE=/run/secrets/db
        USER 1000:1000
        CMD ["node", "app.js"]
        #- jobs/Dockerfile
        FROM gcr.io/distroless/nodejs22-debian12:nonroot
        COPY dist/ /app/
        CMD ["/app/job.js"]
        #- compose.yaml
        services: { jobs: { build: jobs, environment: { NODE_ENV: production } } }
      `,
    },
  ],
});
