import { ingressRisks } from '../facts/cluster-risks.js';
import { riskDetections, riskFix, type ConfigRisk } from '../facts/config-risk.js';
import { nginxRisks } from '../facts/nginx-risks.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'artifact', ConfigRisk>({
  meta: {
    id: 'config/nginx',
    title: 'Risky nginx setting in front of the API',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [16],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'It also reads the ingresses of Kubernetes. The file is a part of a configuration whose other parts say who may ask, and which no other file of the project shows.',
    references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#alias', 'https://nginx.org/en/docs/http/ngx_http_dav_module.html', 'https://nginx.org/en/docs/http/ngx_http_headers_module.html'],
  },
  on: 'artifact',
  words: ['dav_methods', 'autoindex', 'server_tokens', 'http', 'ssl_', 'proxy_', 'add_header', 'alias', 'stub_status', 'location', 'ingress', 'client_max_body_size', 'return', 'rewrite', 'listen'],
  *detect(artifact, context) {
    if (artifact.shape === 'nginx') yield* riskDetections(nginxRisks(artifact, context));
    else if (artifact.kind === 'kubernetes') yield* riskDetections(ingressRisks(artifact, context));
  },
  explain: ({ message }) => ({
    message,
    why: 'What stands before the API decides which methods, protocols and origins reach it, whatever its code says.',
    remedy: 'Let the proxy pass on only what the API is made for, encrypted on both sides.',
  }),
  *fix({ evidence }): Iterable<FixAnswer> {
    yield riskFix(evidence);
  },
  examples: [
    {
      title: 'files that anybody may write and list',
      bad: `
        #- nginx.conf
        server {
          location /files/ {
            dav_methods PUT DELETE;
        #               ^^^ config/nginx "nginx itself writes and deletes files on PUT, DELETE here"
            autoindex on;
        #             ^^ config/nginx "Visitors can list this folder"
          }
        }
      `,
      fixed: `
        #- nginx.conf
        server {
          location /files/ {
            autoindex on;
          }
        }
      `,
    },
    {
      title: 'every origin, with cookies and without',
      bad: `
        #- conf.d/api.conf
        add_header Access-Control-Allow-Origin $http_origin;
        #                                      ^^^^^^^^^^^^ config/nginx "Any website can act here with the visitor's cookies"
        add_header Access-Control-Allow-Credentials 'true';
        server {
          location /api/ {
            add_header 'Access-Control-Allow-Origin' '*' always;
        #                                            ^^^ config/nginx "Any website can read what is served here"
          }
        }
      `,
      policy: { cors: { origins: ['https://app.corp-site.io'], publicPaths: [] } },
      fixed: `
        #- conf.d/api.conf
        add_header Access-Control-Allow-Origin https://app.corp-site.io;
        add_header Access-Control-Allow-Credentials 'true';
        server {
          location /api/ {
            add_header 'Access-Control-Allow-Origin' '*' always;
          }
        }
      `,
    },
    {
      title: 'old protocols, ciphers that can be broken, and the version',
      bad: `
        #- nginx/nginx.conf
        http {
          server_tokens on;
        #               ^^ config/nginx "nginx announces its version"
          ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
        #               ^^^^^ config/nginx "TLSv1, TLSv1.1 has known attacks"
          ssl_ciphers HIGH:RC4-SHA:!aNULL;
        #             ^^^^^^^^^^^^^^^^^^^ config/nginx "The cipher 'RC4-SHA' can be broken"
        }
      `,
      fixed: `
        #- nginx/nginx.conf
        http {
          server_tokens off;
          ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
          ssl_ciphers HIGH:RC4-SHA:!aNULL;
        }
      `,
    },
    {
      title: 'the version, where nothing else can switch it off',
      bad: `
        #- nginx.conf
        events {}
        http {
        # <- config/nginx "nginx announces its version"
          include mime.types;
          server { listen 443 ssl; }
        }
      `,
      fixed: `
        #- nginx.conf
        events {}
        http {
          server_tokens off;
          include mime.types;
          server { listen 443 ssl; }
        }
      `,
    },
    {
      title: 'a way out of the folder, and a plain way to another company',
      bad: `
        #- default.nginx
        server {
          location /static {
        #          ^^^^^^^ config/nginx "A path like /static../ escapes the folder"
            alias /srv/app/static/;
          }
          location /rates/ { proxy_pass http://rates.corp-site.io/v1/; }
        #                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/nginx "Traffic to rates.corp-site.io is not encrypted"
          location /jobs/ { proxy_pass https://jobs.corp-site.io; proxy_ssl_verify off; }
        #                                                                          ^^^ config/nginx "certificate is not checked"
          location /status { stub_status; }
        #                    ^^^^^^^^^^^ config/nginx "how busy"
        }
      `,
      fixed: `
        #- default.nginx
        server {
          location /static/ {
            alias /srv/app/static/;
          }
          location /rates/ { proxy_pass http://rates.corp-site.io/v1/; }
          location /jobs/ { proxy_pass https://jobs.corp-site.io; proxy_ssl_verify off; }
          location /status { stub_status; }
        }
      `,
    },
    {
      title: 'headers that a nested block does not inherit',
      bad: `
        #- nginx.conf
        server {
          add_header X-Content-Type-Options nosniff always;
          add_header Strict-Transport-Security "max-age=31536000" always;
          location / {
            add_header Cache-Control no-store;
        #   ^^^^^^^^^^ config/nginx "'X-Content-Type-Options' and 1 more are not sent here"
            proxy_pass http://api:3000;
          }
        }
      `,
      fixed: `
        #- nginx.conf
        server {
          add_header X-Content-Type-Options nosniff always;
          add_header Strict-Transport-Security "max-age=31536000" always;
          location / {
            add_header X-Content-Type-Options nosniff always;
            add_header Strict-Transport-Security "max-age=31536000" always;
            add_header Cache-Control no-store;
            proxy_pass http://api:3000;
          }
        }
      `,
    },
    {
      title: 'methods the policy does not allow',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map() } },
      bad: `
        #- nginx.conf
        server {
          location /api/ {
        #          ^^^^^ config/nginx "All methods pass here. Add limit_except GET POST."
            proxy_pass http://api:3000;
          }
        }
      `,
      fixed: `
        #- nginx.conf
        server {
          location /api/ {
            limit_except GET POST { deny all; }
            proxy_pass http://api:3000;
          }
        }
      `,
    },
    {
      title: 'an ingress in the clear, for every origin',
      bad: `
        #- k8s/ingress.yaml
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: api
          annotations:
            nginx.ingress.kubernetes.io/ssl-redirect: "false"
        #                                             ^^^^^^^ config/nginx "Requests in the clear"
            nginx.ingress.kubernetes.io/enable-cors: "true"
            nginx.ingress.kubernetes.io/cors-allow-origin: "*"
        #                                                  ^^^ config/nginx "Any website can read"
        spec:
          tls: [{ hosts: [api.corp-site.io], secretName: api }]
          rules: [{ host: api.corp-site.io }]
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: reports }
        spec:
          ingressClassName: nginx
          rules: [{ host: reports.corp-site.io }]
        # ^^^^^ config/nginx "reports answers in the clear only"
      `,
    },
    {
      title: 'bodies without a bound, targets that callers choose, and an API in the clear beside TLS',
      bad: `
        #- nginx.conf
        http {
          server_tokens off;
          client_max_body_size 0;
          #                    ^ config/nginx "Bodies of any size are taken"
          server {
            listen 443 ssl;
            server_name api.corp-site.io;
            location = /out { return 302 $arg_next; }
            #                            ^^^^^^^^^ config/nginx "Callers choose the site"
            location /old { return 301 https://api.corp-site.io$uri; }
            #                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/nginx "A line break in the path"
          }
          server {
            listen 80;
            #      ^^ config/nginx "api.corp-site.io is answered in the clear too"
            server_name api.corp-site.io;
            location / { proxy_pass http://127.0.0.1:3000; }
          }
        }
      `,
      fixed: `
        #- nginx.conf
        http {
          server_tokens off;
          client_max_body_size 1m;
          server {
            listen 443 ssl;
            server_name api.corp-site.io;
            location = /out { return 302 $arg_next; }
            location /old { return 301 https://api.corp-site.io$uri; }
          }
          server {
            listen 80;
            server_name api.corp-site.io;
            location / { proxy_pass http://127.0.0.1:3000; }
          }
        }
      `,
    },
    {
      title: 'an ingress that sends any origin back by a line of nginx, and one without TLS that says so itself',
      bad: `
        #- ingress.yaml
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: api
          annotations:
            nginx.ingress.kubernetes.io/ssl-redirect: 'false'
            #                                         ^^^^^^^ config/nginx "Requests in the clear are answered"
            nginx.ingress.kubernetes.io/configuration-snippet: |
              add_header Access-Control-Allow-Origin $http_origin;
            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/nginx "Any website can read"
        spec:
          rules:
        # ^^^^^ config/nginx "names no certificate"
            - host: api.corp-site.io
      `,
    },
    {
      title: 'a server that only sends to TLS, one of another name, and bounds and targets that are written',
      good: `
        #- nginx.conf
        http {
          server_tokens off;
          client_max_body_size 10m;
          server { listen 443 ssl; server_name api.corp-site.io; location / { proxy_pass http://127.0.0.1:3000; } }
          server { listen 80; server_name api.corp-site.io; location / { return 301 https://$host$request_uri; } }
          server { listen 80; server_name status.corp-site.io; location / { proxy_pass http://127.0.0.1:3001; } }
          server { listen 8443 ssl; server_name old.corp-site.io; return 301 https://api.corp-site.io$request_uri; }
        }
      `,
    },
    {
      title: 'an ingress with a certificate, and one behind a balancer that has it',
      good: `
        #- k8s/ingress.yaml
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: api
          annotations:
            nginx.ingress.kubernetes.io/enable-cors: "true"
            nginx.ingress.kubernetes.io/cors-allow-origin: "https://app.corp-site.io"
        spec: { tls: [{ hosts: [api.corp-site.io] }], rules: [{ host: api.corp-site.io }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: balanced, annotations: { alb.ingress.kubernetes.io/certificate-arn: "arn:aws:acm:1" } }
        spec: { rules: [{ host: api.corp-site.io }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: local }
        spec: { rules: [{ host: api.localhost }] }
        #- chart/templates/ingress.yaml
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: chart }
        spec:
          {{- with .Values.tls }}
          tls: {{ toYaml . }}
          {{- end }}
          rules: [{ host: api.corp-site.io }]
      `,
    },
    {
      title: 'limits, checks and modern settings',
      good: `
        #- nginx.conf
        http {
          server_tokens off;
          ssl_protocols TLSv1.2 TLSv1.3;
          ssl_ciphers HIGH:!aNULL:!MD5:!RC4;
          upstream backend { server 10.0.0.7:8080; }
          server {
            listen 80;
            return 301 https://$host$request_uri;
          }
          server {
            listen 443 ssl;
            location /files/ { limit_except GET { deny all; } }
            location /browse/ { auth_basic "staff"; autoindex on; }
            location /static/ { alias /srv/app/static/; }
            location /img { alias /srv/img; }
            location ~ ^/d/(.*)$ { alias /srv/d/$1; }
            location /api/ { proxy_pass http://backend; }
            location /users/ { proxy_pass http://users:3000/; }
            location /here/ { proxy_pass http://127.0.0.1:3000; }
            location /var/ { proxy_pass http://$upstream; }
            location /status { stub_status; allow 127.0.0.1; deny all; }
          }
        }
      `,
    },
    {
      title: 'comments, fonts, and origins that are tested or chosen by a map',
      good: `
        #- conf.d/cors.conf
        # autoindex on;
        map $http_origin $cors { default ""; "https://app.corp-site.io" $http_origin; }
        server {
          include security.conf;
          location ~* \\.(woff2?|ttf)$ { add_header Access-Control-Allow-Origin *; }
          location /api/ {
            add_header Access-Control-Allow-Origin $cors;
            if ($http_origin ~ ^https://app\\.corp-site\\.io$) { add_header Access-Control-Allow-Origin $http_origin; }
          }
        }
        #- nginx.conf
        http { include mime.types; include conf.d/*.conf; }
      `,
    },
  ],
});
