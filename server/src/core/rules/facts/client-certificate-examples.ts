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
];
