import { riskDetections, riskFix, type ConfigRisk } from '../facts/config-risk.js';
import { firebaseExamples } from '../facts/firebase-examples.js';
import { gatewayRisks } from '../facts/gateway-risks.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'artifact', ConfigRisk>({
  meta: {
    id: 'config/serverless-cors',
    title: 'Gateway configuration opens the API',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942, 306],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '0.1.0',
    whenNotToUse: 'The functions give everyone the same public data, and no page of another site could do harm with them.',
    references: ['https://www.serverless.com/framework/docs/providers/aws/events/apigateway#enabling-cors', 'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html', 'https://cwe.mitre.org/data/definitions/942.html'],
  },
  on: 'artifact',
  words: [
    'allow', '".read"', '".write"', 'cors', 'access-control-allow-origin', 'any', '*', 'authorizer', 'authtype', 'accesscontrol',
    'environment', '"env"', 'private', 'url', 'runtime', 'statement', 'http:', 'httpapi', 'resources', 'headers', 'emulators',
  ],
  *detect(artifact, context) {
    if (artifact.shape === 'settings') yield* riskDetections(gatewayRisks(artifact, context));
  },
  explain: ({ message }) => ({
    message,
    why: 'The gateway answers before any code runs: what it lets pass, the functions behind it have to stop themselves.',
    remedy: 'Name origins, methods and callers in the configuration, and keep secrets in the store of the platform.',
  }),
  *fix({ evidence }): Iterable<FixAnswer> {
    yield riskFix(evidence);
  },
  examples: [
    {
      title: 'every origin for an API on Vercel',
      bad: `
        #- vercel.json
        { "headers": [{ "source": "/api/(.*)", "headers": [{ "key": "Access-Control-Allow-Origin", "value": "*" }] }] }
                                                                                                            ^^^ config/serverless-cors "Any website may call these functions"
      `,
      policy: { cors: { origins: ['https://app.corp-site.io'], publicPaths: [] } },
      fixed: `
        #- vercel.json
        { "headers": [{ "source": "/api/(.*)", "headers": [{ "key": "Access-Control-Allow-Origin", "value": "https://app.corp-site.io" }] }] }
      `,
    },
    {
      title: 'every method, every origin, every caller',
      bad: `
        #- serverless.yml
        service: shop
        provider:
          name: aws
          httpApi:
            cors: true
        #         ^^^^ config/serverless-cors "Name the allowed origins"
          environment:
            API_TOKEN: Zq3v9Lk2Xw8Rt5Yb
        #              ^^^^^^^^^^^^^^^^ config/serverless-cors "'API_TOKEN' is written down"
        functions:
          api:
            handler: src/api.handler
            events:
              - http: { path: x, method: any, cors: true }
        #                                ^^^ config/serverless-cors "'api' answers every method"
        #                                           ^^^^ config/serverless-cors
              - http: { path: y, method: post, private: false, cors: { origin: '*', allowCredentials: true } }
        #                                               ^^^^^ config/serverless-cors "asks nobody"
        #                                                                      ^^^ config/serverless-cors "with the visitor's cookies"
          report:
            handler: src/report.handler
            url: { authorizer: none }
        #                      ^^^^ config/serverless-cors "Everyone can call 'report'"
      `,
    },
    {
      title: 'templates of AWS SAM',
      bad: `
        #- template.yaml
        AWSTemplateFormatVersion: '2010-09-09'
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Api:
            Cors: { AllowOrigin: "'*'", AllowHeaders: "'Content-Type'" }
        #                        ^^^^^ config/serverless-cors
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              CorsConfiguration: { AllowOrigins: ['*'] }
        #                                         ^^^ config/serverless-cors
          Files:
            Type: AWS::S3::Bucket
            Properties: { AccessControl: PublicReadWrite }
        #                                ^^^^^^^^^^^^^^^ config/serverless-cors "read and replace"
          Open:
            Type: AWS::Serverless::Function
            Properties:
              FunctionUrlConfig: { AuthType: NONE }
        #                                    ^^^^ config/serverless-cors
      `,
    },
    {
      title: 'headers of Netlify and Firebase',
      bad: `
        #- netlify.toml
        [[headers]]
          for = "/api/*"
          [headers.values]
            X-Frame-Options = "DENY"
            Access-Control-Allow-Origin = "*"
        #                                 ^^^ config/serverless-cors
        #- firebase.json
        {
          "hosting": { "headers": [{ "source": "**", "headers": [{ "key": "access-control-allow-origin", "value": "*" }] }] }
                                                                                                                  ^^^ config/serverless-cors
        }
      `,
    },
    ...firebaseExamples,
    {
      title: 'everything for a function, a writing one without an authorizer, an old line of Node, and a bucket for everybody',
      bad: `
        #- serverless.yml
        provider:
          name: aws
          runtime: nodejs16.x
        #          ^^^^^^^^^^ config/serverless-cors "Node 16 gets no security fixes"
          iam:
            role:
              statements:
                - { Effect: Allow, Action: ['s3:GetObject'], Resource: '*' }
                - { Effect: Allow, Action: ['*'], Resource: ['*'] }
        #                                   ^^^ config/serverless-cors "owns the whole account"
        functions:
          drop:
            handler: drop.handler
            events:
              - http: { path: things, method: delete, authorizer: NONE }
        #                                                         ^^^^ config/serverless-cors "asks nobody who he is"
        resources:
          Resources:
            Rule:
              Type: AWS::S3::BucketPolicy
              Properties:
                PolicyDocument:
                  Statement:
                    - { Effect: Allow, Principal: { AWS: '*' }, Action: ['s3:DeleteObject'], Resource: 'arn:aws:s3:::files/*' }
        #                                                ^^^ config/serverless-cors "Everyone may call s3:DeleteObject"
      `,
    },
    {
      title: 'what is passed on in the clear, told to everybody, or left to everybody',
      bad: `
        #- vercel.json
        {
          "headers": [{ "source": "/(.*)", "headers": [{ "key": "Server", "value": "Orders/4.2" }] }],
                                                                                   ^^^^^^^^^^^^ config/serverless-cors "tells which version"
          "rewrites": [{ "source": "/old/:path*", "destination": "http://old.corp-site.io/:path*" }]
                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/serverless-cors "in the clear"
        }
        #- netlify.toml
        [build.environment]
          NODE_TLS_REJECT_UNAUTHORIZED = "0"
        #                                ^^^ config/serverless-cors "lets every certificate pass"
        [[redirects]]
          from = "/pay/*"
          to = "http://pay.corp-site.io/:splat"
        #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/serverless-cors "in the clear"
          status = 200
        #- firebase.json
        { "emulators": { "auth": { "host": "0.0.0.0", "port": 9099 } } }
                                           ^^^^^^^^^ config/serverless-cors "answers the whole network"
        #- app.json
        { "env": { "NODE_ENV": "development", "COOKIE_SECRET": { "value": "keyboard cat" } } }
                               ^^^^^^^^^^^^^ config/serverless-cors "NODE_ENV is not 'production'"
                                                                          ^^^^^^^^^^^^^^ config/serverless-cors "the same in every copy"
      `,
    },
    {
      title: 'a writing route that asks nobody beside routes that do',
      bad: `
        #- serverless.yml
        functions:
          list: { handler: a.list, events: [{ httpApi: { path: /media, method: get, authorizer: { name: users } } }] }
          save: { handler: a.save, events: [{ httpApi: { path: /media, method: post, authorizer: { name: users } } }] }
          purge: { handler: a.purge, events: [{ httpApi: { path: /admin/purge, method: post } }] }
        #                                                        ^^^^^^^^^^^^ config/serverless-cors "asks nobody who he is, unlike 2 of 3 routes"
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Read:
            Properties:
              Events: { Get: { Type: HttpApi, Properties: { Path: /claims, Method: get, Auth: { Authorizer: Users } } } }
          Drop:
            Properties:
              Events: { Del: { Type: HttpApi, Properties: { Path: '/claims/{id}', Method: delete } } }
        #                                                         ^^^^^^^^^^^^^^ config/serverless-cors "Give 'Drop' an authorizer"
      `,
    },
    {
      title: 'routes that are open by their names, and an API where most are',
      good: `
        #- serverless.yml
        functions:
          list: { handler: a.list, events: [{ httpApi: { path: /media, method: get, authorizer: { name: users } } }] }
          login: { handler: a.login, events: [{ httpApi: POST /login }] }
          ping: { handler: a.ping, events: [{ httpApi: GET /ping }] }
        #- shop/serverless.yml
        functions:
          own: { handler: a.own, events: [{ http: { path: own, method: get, authorizer: aws_iam } }] }
          vote: { handler: a.vote, events: [{ http: { path: votes, method: post } }] }
          rate: { handler: a.rate, events: [{ http: { path: ratings, method: post } }] }
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Globals: { HttpApi: { Auth: { DefaultAuthorizer: Users } } }
        Resources:
          Drop:
            Properties:
              Events: { Del: { Type: HttpApi, Properties: { Path: '/claims/{id}', Method: delete } }, Get: { Type: HttpApi, Properties: { Path: /claims, Method: get, Auth: { Authorizer: Users } } } }
      `,
    },
    {
      title: 'a database on the internet, and rights on all that a service keeps',
      bad: `
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Db:
            Type: AWS::RDS::DBInstance
            Properties:
              PubliclyAccessible: true
        #                         ^^^^ config/serverless-cors "has an address on the internet"
              StorageEncrypted: false
        #                       ^^^^^ config/serverless-cors "Encrypt it"
              MasterUserPassword: Gh62-pelican-Rover
        #                         ^^^^^^^^^^^^^^^^^^ config/serverless-cors "The password of the owner"
          Approve:
            Properties:
              Policies:
                - Statement: [{ Effect: Allow, Action: 's3:*', Resource: '*' }]
        #                                              ^^^^^^ config/serverless-cors "anything with all that s3 keeps"
          Door:
            Type: AWS::EC2::SecurityGroup
            Properties: { SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 0.0.0.0/0 }] }
        #                                                                                                 ^^^^^^^^^ config/serverless-cors "The whole internet reaches the database"
      `,
      fixed: `
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Db:
            Type: AWS::RDS::DBInstance
            Properties:
              PubliclyAccessible: false
              StorageEncrypted: false
              MasterUserPassword: Gh62-pelican-Rover
          Approve:
            Properties:
              Policies:
                - Statement: [{ Effect: Allow, Action: 's3:*', Resource: '*' }]
          Door:
            Type: AWS::EC2::SecurityGroup
            Properties: { SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 0.0.0.0/0 }] }
      `,
    },
    {
      title: 'a database inside the network, whose password is kept elsewhere, and a web server for everybody',
      good: `
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Door:
            Type: AWS::EC2::SecurityGroup
            Properties: { SecurityGroupIngress: [{ FromPort: 5432, ToPort: 5432, CidrIp: 10.20.0.0/16 }, { FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0 }] }
          Db:
            Type: AWS::RDS::DBInstance
            Properties: { PubliclyAccessible: false, StorageEncrypted: true, MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}' }
      `,
    },
    {
      title: 'rights by name, reads by everybody, runtimes that are supported, redirects, and settings of other stages',
      good: `
        #- serverless.yml
        provider:
          name: aws
          runtime: nodejs24.x
          iam: { role: { statements: [{ Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt Table.Arn }, { Effect: Deny, Action: '*', Resource: '*' }] } }
        functions:
          list: { handler: list.handler, events: [{ http: { path: things, method: get, authorizer: NONE } }] }
        resources:
          Resources:
            Pages:
              Type: AWS::S3::BucketPolicy
              Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::pages/*' }] } }
        #- netlify.toml
        [context.deploy-preview.environment]
          NODE_ENV = "development"
        [[redirects]]
          from = "/blog/*"
          to = "http://blog.corp-site.io/:splat"
          status = 301
        #- vercel.json
        { "rewrites": [{ "source": "/api/:path*", "destination": "https://api.corp-site.io/:path*" }, { "source": "/local", "destination": "http://localhost:3000" }] }
        #- app.json
        { "expo": { "name": "shop", "extra": { "apiKey": "k3y-of-the-app-1234" } }, "env": { "SESSION_SECRET": { "generator": "secret" }, "LOG": "info" } }
      `,
    },
    {
      title: 'named origins and methods, and values from a store',
      good: `
        #- serverless.yml
        service: shop
        provider:
          httpApi: { cors: { allowedOrigins: ['https://app.corp-site.io'] } }
          environment: { API_TOKEN: '\${ssm:/shop/token}', TABLE: shop }
        functions:
          api:
            events:
              - httpApi: { path: /x, method: get }
              - httpApi: GET /y
              - http: { path: z, method: post, authorizer: aws_iam, cors: { origin: 'https://app.corp-site.io' } }
            url: { authorizer: aws_iam }
        #- template.yaml
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: { FunctionUrlConfig: { AuthType: AWS_IAM }, Environment: { Variables: { DB_PASSWORD: !Ref Password } } }
      `,
    },
    {
      title: 'fonts and files for everybody, and templates of something else',
      good: `
        #- vercel.json
        { "headers": [
          { "source": "/fonts/(.*)", "headers": [{ "key": "Access-Control-Allow-Origin", "value": "*" }] },
          { "source": "/api/(.*)", "headers": [{ "key": "Access-Control-Allow-Origin", "value": "https://app.corp-site.io" }] }
        ], "env": { "API_TOKEN": "@api-token" } }
        #- netlify.toml
        [[headers]]
        for = "/assets/*"
        [headers.values]
        Access-Control-Allow-Origin = "*"
        #- template.yaml
        cors: true
        method: any
      `,
    },
  ],
});
