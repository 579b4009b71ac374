import type { Example } from '../rule.js';

/** What is said of a check that lets everybody pass, by how it does. */
export const passingMessages: Readonly<Record<string, ((name: string) => string) | undefined>> = {
  'goes-on': (name) => `${named(name)} refuses here and goes on all the same, so every request reaches the handler. End with return.`,
  'both-ways': (name) => `${named(name)} goes on here whatever its test found, so every request passes. Answer 401 or 403 instead.`,
  'swallowed': (name) => `'${name}' goes on here although the credential was not accepted: what verify throws is caught and forgotten. Refuse with 401 in the catch block.`,
  'promise': (name) => `'${name}' is asynchronous and nobody waits for it here, so the check passes for everybody. Await it.`,
  'dropped': (name) => `What '${name}' answers is thrown away, so the check passes for everybody. Refuse when it is not true.`,
  'unthrown': (name) => `'${name}' is made here and never thrown, so the request goes on. Throw it.`,
  'either': (name) => `${named(name)} is true for everybody who is logged in, so what stands behind the || is never asked. Write && in its place.`,
  'uncalled': (name) => `'${name}' is only named here and not called, so the test passes for everybody. Call it.`,
  'stranger': (name) => `${named(name)} lets whoever brings no credential pass here, so only wrong ones are refused. Answer 401 instead.`,
  'assigned': (name) => `'${name}' is set here and not compared, so the test passes for everybody and gives them the role. Write === in its place.`,
  'index': (name) => `'${name}' answers -1 where nothing was found, which counts as true, so the check passes for whoever lacks the right. Use includes.`,
  'list': (name) => `'${name}' gives a list, which counts as true even when it is empty, so the check passes for everybody. Use some or includes, or ask for its length.`,
  'settled': (name) => `'${name}' decides this test whatever stands beside it, so the check lets everybody pass. Take the constant out.`,
  'presence': (name) => `Any value of '${name}' passes here, since nothing looks at it later: whoever sends one is let in. Compare it with what was given out, in constant time.`,
  'not-a-role': (name) => `Whoever has no '${name}' at all passes here, as a stranger does: only one role is refused. Name the roles that may pass.`,
  'unread': (name) => `Whether '${name}' failed is never asked here, so the request goes on with any token or none. Look at the error, and refuse with 401.`,
};

const named = (name: string): string => (name === '' || name.includes('(') ? 'This check' : `'${name.replace(/^exports\./, '')}'`);

/** Conditions that hold for more callers than they are meant for: auth/always-allow. */
export const eitherExamples: readonly Example[] = [
  {
    title: 'or in place of and',
    bad: `
      const onlyEditors = (req, res, next) => {
        if (req.session.user || req.session.user.editor) return next();
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "is true for everybody who is logged in"
        res.sendStatus(403);
      };
      require('express')().put('/pages', onlyEditors, (req, res) => res.end());
    `,
  },
  {
    title: 'either of two rights, and both of two conditions',
    good: `
      const onlyEditors = (req, res, next) => {
        if (req.user.editor || req.user.admin) return next();
        if (req.user && req.user.editor) return next();
        if (req.user || req.apiKey) return next();
        res.sendStatus(403);
      };
      require('express')().put('/pages', onlyEditors, (req, res) => res.end());
    `,
  },
];

/** Callbacks of a verification that look at its error, and that do not: auth/always-allow. */
export const unreadExamples: readonly Example[] = [
  {
    title: 'an error of the verification nobody looks at',
    bad: `
      const jwt = require('jsonwebtoken');
      module.exports = function session(req, res, next) {
        jwt.verify(req.cookies.sid, process.env.JWT_KEY, { algorithms: ['HS256'] }, function (error, claims) {
        //  ^^^^^^ auth/always-allow "Whether 'jwt.verify' failed is never asked"
          req.claims = claims;
          next();
        });
      };
    `,
  },
  {
    title: 'a callback without a test, made by a function',
    bad: `
      import { verify } from 'jsonwebtoken';
      export const identify = () => (req, res, next) => {
        verify(req.get('x-token'), process.env.TOKEN_KEY, (_error, payload) => {
      //^^^^^^ auth/always-allow
          res.locals.who = payload;
          return next();
        });
      };
    `,
  },
  {
    title: 'errors of a verification that are looked at, or handed on',
    good: `
      import jwt from 'jsonwebtoken';
      export const first = (req, res, next) => jwt.verify(req.token, key, (error, claims) => { if (error) return res.sendStatus(401); req.claims = claims; next(); });
      export const second = (req, res, next) => jwt.verify(req.token, key, (error, claims) => { req.claims = claims; next(error); });
      export const third = (req, res, next) => jwt.verify(req.token, key, (error, claims) => { if (!claims) return res.sendStatus(401); next(); });
      export const fourth = (req, res, next) => jwt.verify(req.token, key, (error, claims) => { req.userId = claims.sub; next(); });
      export const fifth = (token, done) => jwt.verify(token, key, (error, claims) => { done(error, claims); });
    `,
  },
];
