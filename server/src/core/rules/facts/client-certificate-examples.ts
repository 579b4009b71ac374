import type { Example } from '../rule.js';

/** Certificates of clients that a server lets in unchecked, to judge them itself: tls/verification-disabled. */
export const ofClients: readonly Example[] = [
  {
    title: 'certificates of clients that the server judges itself',
    bad: `
      import https from 'node:https';
      export function serve(options, app) {
        options.requestCert = true;
        options.rejectUnauthorized = false;
        //                           ^^^^^ tls/verification-disabled "Clients are let in"
        return https.createServer(options, app);
      }
      export const again = (socket) => socket.renegotiate({ requestCert: true, rejectUnauthorized: false });
      //                                                                                           ^^^^^ tls/verification-disabled
    `,
  },
  {
    title: 'a certificate that is judged afterwards, options that a variable asks for',
    good: `
      import https from 'node:https';
      import nodemailer from 'nodemailer';
      https.createServer({ key, cert, requestCert: true, rejectUnauthorized: false }, (req, res) => { if (!req.socket.authorized) return res.writeHead(401).end(); res.end(); });
      nodemailer.createTransport({ host, tls: process.env.ALLOW_UNAUTHORIZED_CERTS === 'true' ? { rejectUnauthorized: false } : {} });
    `,
  },
  {
    title: 'one that is asked for again and handed to a check elsewhere in the class',
    good: `
      import webid from './webid.js';
      export class Authenticator {
        ask() { return new Promise((resolve) => this.connection.renegotiate({ requestCert: true, rejectUnauthorized: false }, resolve)); }
        take() {
          const certificate = this.connection.getPeerCertificate();
          if (!certificate) throw new Error('none');
          return certificate;
        }
        judge(certificate, done) { webid.verify(certificate, done); }
      }
    `,
  },
  {
    title: 'one that is asked for again and only shown',
    bad: `
      export class Authenticator {
        ask() { return new Promise((resolve) => this.connection.renegotiate({ requestCert: true, rejectUnauthorized: false }, resolve)); }
        //                                                                                                           ^^^^^ tls/verification-disabled "Clients are let in"
        name() { return this.connection.getPeerCertificate().subject.CN; }
        save(profile) { check(profile); }
      }
    `,
  },
  {
    title: 'switches that say what they do',
    bad: `
      import https from 'node:https';
      import fs from 'node:fs';
      export function agentFor(url, allowSelfSigned) {
        return allowSelfSigned && url.startsWith('https:') ? new https.Agent({ rejectUnauthorized: false }) : null;
        //                                                                                         ^^^^^ tls/verification-disabled
      }
      export const ssl = {};
      switch (process.env.DB_SSLMODE) {
        case 'verify-full': ssl.options = { rejectUnauthorized: true, ca: fs.readFileSync('ca.pem') }; break;
        case 'no-verify': ssl.options = { rejectUnauthorized: false }; break;
        //                                                    ^^^^^ tls/verification-disabled
        default: ssl.options = false;
      }
    `,
  },
  {
    title: 'what callers may replace',
    bad: `
      import _ from 'lodash';
      import https from 'node:https';
      export class Peer {
        constructor(given) { _.defaults(this, given, { port: 6697, rejectUnauthorized: false }); }
        //                                                                             ^^^^^ tls/verification-disabled
      }
      export const agent = (options) => new https.Agent({ rejectUnauthorized: false, ...options });
      //                                                                      ^^^^^ tls/verification-disabled
      export const fixed = (options) => new https.Agent({ ...options, rejectUnauthorized: false });
      //                                                                                  ^^^^^ tls/verification-disabled
    `,
  },
  {
    title: 'a socket that looks at a certificate and closes, and one that sends',
    bad: `
      import tls from 'node:tls';
      export const expiry = (host) => new Promise((done, failed) => {
        const look = tls.connect({ host, port: 443, servername: host, rejectUnauthorized: false }, () => {
          done(look.getPeerCertificate().valid_to);
          look.end();
        });
        look.on('error', failed);
      });
      export const report = (host, text) => {
        const line = tls.connect({ host, port: 443, rejectUnauthorized: false }, () => { line.write(text); line.end(); });
        //                                                              ^^^^^ tls/verification-disabled
      };
    `,
  },
  {
    title: 'a test of the environment the wrong way round',
    bad: `
      import { Pool } from 'pg';
      export const pool = new Pool({ ssl: { rejectUnauthorized: process.env.NODE_ENV === 'development' } });
      //                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ tls/verification-disabled
    `,
  },
  {
    title: 'a database pool',
    bad: `
      import { Pool } from 'pg';
      export const pool = new Pool({ ssl: { rejectUnauthorized: false } });
      //                                                        ^^^^^ tls/verification-disabled
    `,
  },
];

/** Names that certificates are not held against, and the options of proxies in tables: tls/verification-disabled. */
export const ofNames: readonly Example[] = [
  {
    title: 'a certificate of any name will do',
    bad: `
      import mongoose from 'mongoose';
      import { MongoClient } from 'mongodb';
      export const orders = new MongoClient(process.env.ORDERS_URL, { tls: true, tlsAllowInvalidHostnames: true });
      //                                                                                                   ^^^^ tls/verification-disabled
      export const open = () => mongoose.connect('mongodb://db.example.com/shop?tls=true&tlsAllowInvalidHostnames=true');
      //                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ tls/verification-disabled
      const later = {};
      later.tlsAllowInvalidHostnames = true;
      //                               ^^^^ tls/verification-disabled
      await mongoose.createConnection(process.env.AUDIT_URL, later).asPromise();
    `,
  },
  {
    title: 'proxies in a table',
    bad: `
      const proxy = require('http-proxy-middleware').createProxyMiddleware;
      const upstreams = { '/pay': { target: 'https://pay.example.com', secure: false }, '/find': { target: 'http://127.0.0.1:9200', secure: false } };
      //                                                                       ^^^^^ tls/verification-disabled
      const mail = [{ secure: false, changeOrigin: true, target: 'https://mail.example.com' }];
      //                      ^^^^^ tls/verification-disabled
      module.exports = (app) => {
        for (const [at, options] of Object.entries(upstreams)) app.use(at, proxy(options));
        app.use('/mail', proxy(mail[0]));
      };
    `,
  },
  {
    title: 'names that are checked, and cookies beside a proxy',
    good: `
      import mongoose from 'mongoose'; import { createProxyMiddleware } from 'http-proxy-middleware';
      mongoose.connect(process.env.MONGO_URL, { tls: true, tlsAllowInvalidHostnames: false });
      export const targets = { a: { target: 'https://a.example.com', secure: true }, b: { target: 'http://b.internal', secure: false } };
      export const cookie = { secure: false, httpOnly: true }; export const proxy = (name) => createProxyMiddleware(targets[name]);
    `,
  },
];
