import { exposedRisks } from '../facts/cluster-risks.js';
import { composeRisks } from '../facts/compose-risks.js';
import { riskDetections, riskFix, type ConfigRisk } from '../facts/config-risk.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'artifact', ConfigRisk>({
  meta: {
    id: 'config/compose',
    title: 'Databases are published or use default passwords',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1392, 668],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'It also reads services and workloads of Kubernetes. The file starts databases on the machines of developers only; name it so (`compose.dev.yaml`), and its findings are hints.',
    references: ['https://docs.docker.com/engine/network/packet-filtering-firewalls/', 'https://docs.docker.com/compose/how-tos/use-secrets/', 'https://cwe.mitre.org/data/definitions/1392.html'],
  },
  on: 'artifact',
  words: ['services', 'apiversion'],
  *detect(artifact, context) {
    if (artifact.kind === 'compose') yield* riskDetections(composeRisks(artifact, context));
    else if (artifact.kind === 'kubernetes') yield* riskDetections(exposedRisks(artifact));
  },
  explain: ({ message }) => ({
    message,
    why: 'A published port is open on every interface of the host, past most firewalls: whoever reaches a store without a good password reads and changes everything behind the API.',
    remedy: 'Let services talk over the network of the project, bind ports for people to 127.0.0.1, and take passwords from the environment or from secrets.',
  }),
  *fix({ evidence }): Iterable<FixAnswer> {
    yield riskFix(evidence);
  },
  examples: [
    {
      title: 'a database for everyone, with the password everyone knows',
      bad: `
        #- compose.yaml
        services:
          api: { image: registry.corp-site.io/shop-api }
          db:
            image: postgres:17
            ports:
              - '5432:5432'
        #       ^^^^^^^^^^^ config/compose "db is reachable from every network interface with a default password"
            environment:
              POSTGRES_PASSWORD: postgres # for now
        #                        ^^^^^^^^ config/compose "'POSTGRES_PASSWORD' is a password that is tried first"
      `,
      fixed: `
        #- compose.yaml
        services:
          api: { image: registry.corp-site.io/shop-api }
          db:
            image: postgres:17
            ports:
              - '127.0.0.1:5432:5432'
            environment:
              POSTGRES_PASSWORD: postgres # for now
      `,
    },
    {
      title: 'a password that is a secret, in a list',
      bad: `
        #- docker-compose.yml
        services:
          api: { build: . }
          db:
            image: docker.io/library/mysql:9
            environment:
              - MYSQL_DATABASE=shop
              - MYSQL_ROOT_PASSWORD=vN8q-2LmXz7!
        #                           ^^^^^^^^^^^^ config/compose "'MYSQL_ROOT_PASSWORD' is written down"
      `,
      fixed: `
        #- docker-compose.yml
        services:
          api: { build: . }
          db:
            image: docker.io/library/mysql:9
            environment:
              - MYSQL_DATABASE=shop
              - 'MYSQL_ROOT_PASSWORD=\${MYSQL_ROOT_PASSWORD}'
      `,
    },
    {
      title: 'ports in other forms, stores without a password, a debugger',
      bad: `
        #- docker-compose.yml
        services:
          api:
            build: .
            ports: ['80:3000', '9229:9229']
        #                      ^^^^^^^^^^^ config/compose "The debugger is reachable"
          cache:
            image: redis:8
            command: redis-server --protected-mode no
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/compose "lets everyone in"
            ports:
              - { target: 6379, published: 6379 }
        #                                  ^^^^ config/compose
          search:
            image: docker.elastic.co/elasticsearch/elasticsearch:9.1.0
            environment: ['xpack.security.enabled=false']
        #                                         ^^^^^ config/compose
            ports: [ "0.0.0.0:\${PORT:-9200}:9200/tcp" ]
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/compose "with a default password"
      `,
      fixed: `
        #- docker-compose.yml
        services:
          api:
            build: .
            ports: ['80:3000', '127.0.0.1:9229:9229']
          cache:
            image: redis:8
            command: redis-server --protected-mode no
            ports:
              - { target: 6379, published: 6379 }
          search:
            image: docker.elastic.co/elasticsearch/elasticsearch:9.1.0
            environment: ['xpack.security.enabled=false']
            ports: [ "0.0.0.0:\${PORT:-9200}:9200/tcp" ]
      `,
    },
    {
      title: 'the rights of the host',
      bad: `
        #- compose.yaml
        services:
          api:
            build: .
            privileged: true
        #               ^^^^ config/compose "owns the host"
            volumes:
              - data:/data
              - /var/run/docker.sock:/var/run/docker.sock
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/compose "may command Docker"
          jobs: { build: jobs, network_mode: host }
        #                                    ^^^^ config/compose "shares the network of the host"
      `,
      fixed: `
        #- compose.yaml
        services:
          api:
            build: .
            volumes:
              - data:/data
              - /var/run/docker.sock:/var/run/docker.sock
          jobs: { build: jobs, network_mode: host }
      `,
    },
    {
      title: 'more rights of the host, what a proxy opens, and tools that steer containers',
      bad: `
        #- compose.yaml
        services:
          api:
            build: .
            cap_add: [NET_BIND_SERVICE, SYS_ADMIN]
        #                               ^^^^^^^^^ config/compose "reaches the host through SYS_ADMIN"
            pid: host
        #        ^^^^ config/compose "shares the processes of the host"
            user: root
        #         ^^^^ config/compose "runs as root"
          proxy:
            image: traefik:v3
            command: ['--api.insecure=true', '--providers.docker=true']
        #             ^^^^^^^^^^^^^^^^^^^^^ config/compose "shows its dashboard"
            volumes:
              - /var/run/docker.sock:/var/run/docker.sock:ro
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/compose "may command Docker"
          tables:
            image: adminer
            ports: ['8080:8080']
        #           ^^^^^^^^^^^ config/compose "manage what stands behind it"
          search:
            image: clickhouse/clickhouse-server
            environment: { CLICKHOUSE_PASSWORD: '' }
        #                                       ^^ config/compose "is empty"
      `,
      fixed: `
        #- compose.yaml
        services:
          api:
            build: .
            cap_add: [NET_BIND_SERVICE]
            pid: host
            user: root
          proxy:
            image: traefik:v3
            command: ['--api.insecure=true', '--providers.docker=true']
            volumes:
              - /var/run/docker.sock:/var/run/docker.sock:ro
          tables:
            image: adminer
            ports: ['8080:8080']
          search:
            image: clickhouse/clickhouse-server
            environment: { CLICKHOUSE_PASSWORD: '' }
      `,
    },
    {
      title: 'what the program is given and started with',
      bad: `
        #- compose.prod.yaml
        services:
          api:
            image: registry.corp-site.io/shop-api
            environment:
              - NODE_ENV=development
        #                ^^^^^^^^^^^ config/compose "NODE_ENV is not 'production'"
              - NODE_TLS_REJECT_UNAUTHORIZED=0
        #                                    ^ config/compose "lets every certificate pass"
            command: node --inspect=0.0.0.0 app.js
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/compose "a container beside it"
      `,
      fixed: `
        #- compose.prod.yaml
        services:
          api:
            image: registry.corp-site.io/shop-api
            environment:
              - 'NODE_ENV=production'
              - NODE_TLS_REJECT_UNAUTHORIZED=0
            command: node --inspect=0.0.0.0 app.js
      `,
    },
    {
      title: 'a stack of Swarm, by another name',
      bad: `
        #- stack.yml
        services:
          api:
            image: registry.corp-site.io/chat:5
            environment: { TURN_SECRET: 4d0a7be1c25f4f61a8e7 }
        #                               ^^^^^^^^^^^^^^^^^^^^ config/compose "'TURN_SECRET' is written down"
          db: { image: mongo:8, command: mongod --noauth, ports: ['27017:27017'] }
        #                                ^^^^^^^^^^^^^^^ config/compose "lets everyone in"
        #                                                         ^^^^^^^^^^^^^ config/compose "reachable from every network interface"
      `,
      fixed: `
        #- stack.yml
        services:
          api:
            image: registry.corp-site.io/chat:5
            environment: { TURN_SECRET: '\${TURN_SECRET}' }
          db: { image: mongo:8, command: mongod --noauth, ports: ['27017:27017'] }
      `,
    },
    {
      title: 'on the machine of a developer: what it starts and mounts, and a store nobody else reaches',
      good: `
        #- docker-compose.yml
        services:
          app:
            build: .
            command: npm run dev
            user: root
            environment: { NODE_ENV: development, SECRET_KEY: local-secret-for-all }
            volumes: ['.:/app']
          db:
            image: postgres:16
            environment: { POSTGRES_HOST_AUTH_METHOD: trust, POSTGRES_PASSWORD: postgres }
            ports: ['127.0.0.1:5433:5432']
      `,
    },
    {
      title: 'for developers: by its name, by what it starts, or databases alone',
      bad: `
        #- docker-compose.override.yml
        services: { db: { image: postgres, ports: ['5432:5432'] }, api: { build: . } }
        #                                          ^^^^^^^^^^^ config/compose
        #- docker-compose.yml
        services: { db: { image: postgres, ports: ['5432:5432'] }, api: { build: ., command: npm run dev } }
        #                                          ^^^^^^^^^^^ config/compose
        #- infra/compose.yaml
        services: { db: { image: postgres, ports: ['5432:5432'] } }
        #                                          ^^^^^^^^^^^ config/compose
      `,
    },
    {
      title: 'a database that a cluster publishes, and a pod that shares its node',
      bad: `
        #- k8s/db.yaml
        apiVersion: v1
        kind: Service
        metadata: { name: db }
        spec:
          type: NodePort
          ports:
            - port: 5432
        #           ^^^^ config/compose "db is reachable from outside the cluster"
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: agent }
        spec:
          hostNetwork: true
        #              ^^^^ config/compose "shares the network of the node"
          volumes:
            - name: docker
              hostPath: { path: /var/run/docker.sock }
        #                       ^^^^^^^^^^^^^^^^^^^^ config/compose "may command its containers"
          containers: []
      `,
    },
    {
      title: 'a store of a cluster without a password, and a role for everything',
      bad: `
        #- k8s/search.yaml
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: search }
        spec:
          template:
            spec:
              containers:
                - name: search
                  env:
                    - { name: xpack.security.enabled, value: "false" }
        #                                                    ^^^^^^^ config/compose "lets everyone in"
                    - { name: POSTGRES_PASSWORD, value: postgres }
        #                                               ^^^^^^^^ config/compose "tried first"
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: { name: search }
        rules:
          - { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }
        #                                                 ^^^ config/compose "owns the cluster"
          - { apiGroups: [apps], resources: ['*'], verbs: [get, list] }
      `,
    },
    {
      title: 'services inside the cluster, or for chosen addresses',
      good: `
        #- k8s/db.yaml
        apiVersion: v1
        kind: Service
        metadata: { name: db }
        spec: { ports: [{ port: 5432 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: db-for-reports }
        spec: { type: LoadBalancer, loadBalancerSourceRanges: [10.1.2.0/24], ports: [{ port: 5432 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: api }
        spec: { type: LoadBalancer, ports: [{ port: 80, targetPort: 3000 }] }
      `,
    },
    {
      title: 'inside the project only, on this machine only, and passwords from elsewhere',
      good: `
        #- compose.yaml
        services:
          api: { build: ., ports: ['3000:3000', '127.0.0.1:9229:9229'] }
          db:
            image: postgres:17
            expose: [5432]
            ports: ['127.0.0.1:5432:5432', '\${BIND_TO}:5433:5432']
            environment:
              POSTGRES_USER: shop
              POSTGRES_PASSWORD_FILE: /run/secrets/pg
          other:
            image: mariadb
            environment: [ 'MARIADB_ROOT_PASSWORD=\${DB_PASSWORD:?set it}', MARIADB_PASSWORD ]
      `,
    },
    {
      title: 'the mode and the debugger of developers, in a file for them',
      good: `
        #- docker-compose.override.yml
        services: { api: { command: node --inspect=0.0.0.0 app.js, environment: { NODE_ENV: development } } }
      `,
    },
    {
      title: 'other ports of other services',
      good: `
        #- compose.yaml
        services:
          api: { build: ., ports: ['5432:5432'], environment: { TOKEN_TTL: 3600, NO_PASSWORD: 'true' } }
          proxy:
            image: traefik:v3
            ports: ['443:443']
            volumes: ['./certificates:/certificates:ro']
      `,
    },
  ],
});
