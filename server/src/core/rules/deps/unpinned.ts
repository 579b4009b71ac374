import type { Severity } from '../../findings/finding.js';
import { nodeReleases } from '../facts/abandoned.js';
import { isOpen, writtenWith } from '../facts/dependency.js';
import { isForDevelopers } from '../facts/docker-risks.js';
import { asText, valueOf } from '../../openapi/values.js';
import { rule, type BaseImage, type Dependency, type RuleContext } from '../rule.js';

type Evidence =
  | { readonly kind: 'package'; readonly dependency: Dependency; readonly how: How; readonly installed: string | undefined }
  | { readonly kind: 'image'; readonly image: BaseImage }
  | { readonly kind: 'ended'; readonly major: number; readonly ends: string | undefined };
/** A range without an end, an archive or a repository over a plain connection, a repository without a commit. */
type How = 'open' | 'plain' | 'branch';

const LONGEST = 80;
/** The support of these lines had ended when the rows were made, whatever day it is. */
const ROWS_MADE = '2026-01-01';
/** Tags of Node's images that lead to the newest version: with the system they are built on, and without. */
const MOVING = /^(?:latest|current|lts)?(?:-?(?:alpine|slim|stretch|buster|bullseye|bookworm|trixie)[\d.]{0,8}){0,3}$/;

export default rule<'dependency', Evidence>({
  meta: {
    id: 'deps/unpinned',
    title: 'Any version may be installed',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1357],
    severity: 'info',
    confidence: 'high',
    topics: ['deps'],
    since: '0.1.0',
    whenNotToUse: 'For packages of one\'s own that are always released together.',
    references: ['https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies', 'https://nodejs.org/en/about/previous-releases'],
  },
  on: 'dependency',
  words: ['dependencies', 'from'],
  *detect(subject, context) {
    if (subject.kind === 'image') {
      yield* imageDetections(subject, context);
      return;
    }
    const how = howOpen(subject);
    if (how === undefined || (how === 'open' && isOwn(subject, context))) return;
    const severity: Severity = subject.group === 'devDependencies' ? 'hint' : how === 'plain' ? 'warning' : 'info';
    const installed = how === 'open' ? context.version(subject.name, subject.written, subject.manifest)?.version : undefined;
    yield { at: subject.valueAt, subject: `${subject.group}.${subject.name}`, evidence: { kind: 'package', dependency: subject, how, installed }, severity };
  },
  explain(evidence) {
    if (evidence.kind === 'ended') {
      const since = evidence.ends === undefined ? 'any more' : `since ${evidence.ends}`;
      return {
        message: `Node ${evidence.major} gets no security fixes ${since}: holes found later stay open in this image. Move to a line of releases that is supported.`,
        why: 'Node itself answers the requests, and its holes are public.',
        remedy: 'Name a supported line of releases, such as node:24, and run the tests with it.',
      };
    }
    const written = evidence.kind === 'package' ? shown(evidence.dependency.written) : `${evidence.image.name}:${evidence.image.tag === '' ? 'latest' : evidence.image.tag}`;
    const how = evidence.kind === 'package' ? evidence.how : 'open';
    return {
      message: how === 'plain'
        ? `'${written}' is fetched over a plain connection, so whoever sits on the way chooses the code that runs. Fetch it over https, by a commit.`
        : `'${written}' can pull in an unreviewed version. ${evidence.kind === 'image' ? 'Name a line of releases.' : how === 'branch' ? 'Name a commit.' : 'Pin a range.'}`,
      why: 'A release that was taken over, or one that breaks a protection, is installed without anybody looking at it.',
      remedy: 'Say which versions are meant, and keep the lock file in the repository.',
    };
  },
  *fix({ evidence }) {
    if (evidence.kind !== 'package') yield { refused: 'Which line of releases the program runs on has to be tried.' };
    else if (evidence.installed === undefined) yield { refused: evidence.how === 'open' ? 'Which version is installed is not known.' : 'Which commit is meant is not known.' };
    else {
      const { dependency, installed } = evidence;
      const written = writtenWith({ ...dependency, range: '^' }, installed);
      yield { title: `Set ${dependency.name} to ${written}, the version in use`, safety: 'review', changes: [{ do: 'set', path: dependency.manifest, key: [dependency.group, dependency.name], value: written }] };
    }
  },
  examples: [
    {
      title: 'whatever is newest',
      bad: `
        //- package.json
        { "dependencies": { "express": "*", "koa": "latest", "hono": ">=4" } }
                                       ^^^ deps/unpinned "'*' can pull in an unreviewed version. Pin a range."
                                                   ^^^^^^^^ deps/unpinned
                                                                     ^^^^^ deps/unpinned
        //- package-lock.json
        { "packages": { "": {}, "node_modules/express": { "version": "5.1.0" } } }
      `,
      fixed: `
        //- package.json
        { "dependencies": { "express": "^5.1.0", "koa": "latest", "hono": ">=4" } }
      `,
    },
    {
      title: 'archives and repositories',
      bad: `
        //- package.json
        {
          "dependencies": {
            "a": "http://files.example.com/a.tgz",
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ deps/unpinned "over a plain connection"
            "b": "github:acme/b",
                 ^^^^^^^^^^^^^^^ deps/unpinned "Name a commit"
            "c": "git+ssh://git@github.com/acme/c.git#main",
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ deps/unpinned "git@github.com/acme"
            "d": "git+https://me:s3cret-of-mine@git.example.com/d.git"
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ deps/unpinned "'git+https://...@git.example.com/d.git' can pull"
          }
        }
      `,
    },
    {
      title: 'an image without a line of releases, and one whose time is over',
      bad: `
        #- Dockerfile
        ARG NODE=16-alpine
        FROM node AS build
        #    ^^^^ deps/unpinned "'node:latest' can pull in"
        FROM node:$NODE
        #    ^^^^^^^^^^ deps/unpinned "Node 16 gets no security fixes since 2023-09-11"
        CMD ["node", "server.js"]
      `,
    },
    {
      title: 'ranges with an end',
      good: `
        //- package.json
        { "dependencies": { "express": "^5.1.0", "koa": "3", "hono": ">=4 <5", "a": "1.x || 2.x", "b": "git+https://github.com/acme/b.git#4f2a9c1d0b7e6f5a4c3b2d1e0f9a8b7c6d5e4f3a" } }
      `,
    },
    {
      title: 'peers, and packages of the same workspace',
      good: `
        //- package.json
        { "peerDependencies": { "express": "*" }, "dependencies": { "@acme/core": "workspace:*", "@acme/log": "file:../log", "zod": "catalog:", "own": "./own", "ws": "websockets/ws#8.18.0" } }
      `,
    },
    {
      title: 'packages of the same project',
      good: `
        //- apps/api/package.json
        { "name": "api", "dependencies": { "@acme/core": "*" } }
        //- packages/core/package.json
        { "name": "@acme/core" }
      `,
    },
    {
      title: 'stages that begin with the same image are told of once',
      bad: `
        #- Dockerfile
        FROM node:16-alpine AS build
        RUN npm run build
        FROM node:16-alpine
        #    ^^^^^^^^^^^^^^ deps/unpinned "Node 16 gets no security fixes"
        CMD ["node", "server.js"]
      `,
    },
    {
      title: 'images that are named',
      good: `
        #- Dockerfile
        ARG BASE
        FROM node:24-alpine AS build
        FROM node@sha256:0b3f4b3c2c7d5a9e8f1d6c5b4a39281706f5e4d3c2b1a0987654321fedcba987
        FROM \${BASE}
        FROM build
      `,
    },
  ],
});

/** A package of the same project, which no registry is asked for. */
function isOwn({ name, manifest }: Dependency, context: RuleContext): boolean {
  return context.artifacts('package-json').some((one) => one.path !== manifest && one.kind === 'package-json' && asText(valueOf(one.root, 'name')) === name);
}
/** Credentials of an address stay where they are, and so does what is longer than a line. */
function shown(written: string): string {
  const bare = written.replace(/\/\/(?!git@)[^/@\s]{1,500}@/, '//...@');
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}...` : bare;
}
function howOpen({ range }: Dependency): How | undefined {
  const text = range.trim();
  if (isOpen(text)) return 'open';
  if (/^(?:http|git|git\+http):\/\//i.test(text)) return 'plain';
  const isRepository = /^(?:git\+(?:https|ssh|file)?:|github:|gitlab:|bitbucket:|https:\/\/[^\s#]{1,500}\.git(?:#|$))/i.test(text) || /^[\w-][\w.-]{0,99}\/[\w.-]{1,100}(?:#|$)/.test(text);
  if (!isRepository) return undefined;
  const hash = text.indexOf('#');
  return hash < 0 || /^(?:main|master|develop|dev|next|head|latest|trunk|)$/i.test(text.slice(hash + 1)) ? 'branch' : undefined;
}

function* imageDetections(image: BaseImage, context: RuleContext): Iterable<{ at: BaseImage['at']; subject: string; evidence: Evidence; severity: Severity }> {
  if (image.name !== 'node' || image.repeats) return;
  const major = /^\d{1,4}/.exec(image.tag)?.[0];
  const isDevelopers = isForDevelopers(context.pathOf(image.at));
  if (major === undefined) {
    if (!image.fixed && MOVING.test(image.tag)) yield { at: image.at, subject: 'image node', evidence: { kind: 'image', image }, severity: isDevelopers ? 'hint' : 'info' };
    return;
  }
  const line = nodeReleases.find((one) => one.major === Number(major));
  const today = context.today() > ROWS_MADE ? context.today() : ROWS_MADE;
  if (line ? line.ends > today : Number(major) > (nodeReleases[0]?.major ?? 0)) return;
  // What only builds is not there when requests come; and a line that ended this year is being left.
  const isLate = image.runs && (line === undefined || yearAfter(line.ends) <= today || line.ends <= ROWS_MADE);
  yield { at: image.at, subject: 'image node', evidence: { kind: 'ended', major: Number(major), ends: line?.ends }, severity: isDevelopers ? 'hint' : isLate ? 'warning' : 'info' };
}
function yearAfter(day: string): string {
  return `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
}
