import type { Example } from '../rule.js';

/** Schemas of GraphQL, codes that prove who asks, and records that come out of functions of the project, with look-alikes: exposure/sensitive-field-in-response. */
export const otherAnswers: readonly Example[] = [
  {
    title: 'fields of output types of GraphQL, as text and in code',
    bad: `
      //- schema.js
      import { gql } from 'graphql-tag';
      import { GraphQLObjectType, GraphQLString } from 'graphql';
      export const typeDefs = gql\`
        type Member { id: ID! name: String passwordHash: String }
      //                                   ^^^^^^^^^^^^ exposure/sensitive-field-in-response "'passwordHash'"
        type Query { me: Member }
      \`;
      export const Person = new GraphQLObjectType({ name: 'Person', fields: () => ({ name: { type: GraphQLString }, resetToken: { type: GraphQLString } }) });
      //                                                                                                            ^^^^^^^^^^ exposure/sensitive-field-in-response "'resetToken'"
      //- member.ts
      import { Field, HideField, ObjectType } from '@nestjs/graphql';
      @ObjectType()
      export class Customer {
        @Field() name: string; @Field() hash: string;
      //                        ^^^^^^^ exposure/sensitive-field-in-response "'hash'"
        @HideField() salt: string;
      }
      //- nexus.ts
      import { objectType } from 'nexus';
      import { builder } from './builder';
      export const Account = objectType({ name: 'Account', definition(t) { t.id('id'); t.string('passwordHash'); } });
      //                                                                                        ^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "'passwordHash'"
      builder.prismaObject('Device', { fields: (t) => ({ id: t.exposeID('id'), token: t.exposeString('apiToken') }) });
      //                                                                                             ^^^^^^^^^^ exposure/sensitive-field-in-response "'apiToken'"
    `,
  },
  {
    title: 'inputs, types that hand out what was just made, and fields that are guarded',
    good: `
      //- schema.js
      import { gql } from 'graphql-tag';
      export const typeDefs = gql\`
        type Member { id: ID! name: String hasPassword: Boolean passwordChangedAt: String secret: String @auth(requires: OWNER) }
        input Register { email: String! password: String! }
        type LoginResult { accessToken: String! refreshToken: String! }
        type ApiKey { id: ID! secret: String! }
        type TfaSetup { secret: String! otpauthUrl: String! }
        type Query { me(password: String): Member }
      \`;
      //- register.ts
      import { Field, InputType, ObjectType } from '@nestjs/graphql';
      @InputType() export class Register { @Field() email: string; @Field() password: string; }
      @ObjectType() export class Customer { @Field() name: string; password: string; }
    `,
  },
  {
    title: 'a code that was to be sent by mail',
    bad: `
      //- app.js
      import express from 'express';
      import { randomInt } from 'node:crypto';
      import { accounts, mailer, prisma } from './things.js';
      const app = express();
      app.post('/forgot', async (req, res) => {
        const code = String(Math.floor(100000 + Math.random() * 900000));
        await prisma.reset.create({ data: { email: req.body.email, code } });
        res.json({ sent: true, code });
      //                       ^^^^ exposure/sensitive-field-in-response "'code'"
      });
      app.post('/password/forgot', async (req, res) => {
        const token = await accounts.resetToken(String(req.body.email));
        res.json({ sent: true, token });
      //                       ^^^^^ exposure/sensitive-field-in-response "'token'"
      });
      app.post('/phone', async (req, res) => { const pin = randomInt(1e5, 1e6); await sms.send(req.body.phone, pin); res.json({ ok: true, pin }); });
      //                                                                                                                                  ^^^ exposure/sensitive-field-in-response "'pin'"
    `,
  },
  {
    title: 'tokens for who has proved it',
    good: `
      //- app.js
      import express from 'express';
      import { randomUUID } from 'node:crypto';
      import { accounts, mailer, sessions } from './things.js';
      const app = express();
      app.post('/forgot', async (req, res) => { const token = await accounts.resetToken(String(req.body.email)); await mailer.send(token); res.json({ sent: true }); });
      app.post('/reset-password', async (req, res) => { const user = await accounts.reset(req.body.token, req.body.password); const token = sign(user); res.json({ token }); });
      app.post('/login', async (req, res) => { const token = randomUUID(); await sessions.set(token, req.body.email); res.json({ token }); });
      app.post('/uploads', async (req, res) => { const link = \`/files/\${randomUUID()}\`; res.json({ link }); });
    `,
  },
  {
    title: 'statements that a function runs, and what is declared to be kept',
    bad: `
      //- db.js
      import { Pool } from 'pg';
      const pool = new Pool();
      export const query = async (text, values = []) => (await pool.query(text, values)).rows;
      export const ddl = \`CREATE TABLE porters (id int, name text, password_hash text)\`;
      //- people.ts
      interface Pilot { id: string; passwordHash: string }
      export const pilots: Pilot[] = [];
      export const guides = new Map<string, { name: string; refreshToken: string }>();
      //- app.js
      import express from 'express';
      import { compare } from 'bcrypt';
      import { query } from './db.js';
      import { guides, pilots } from './people.js';
      const app = express();
      app.get('/a', async (req, res) => res.json(await query('select * from porters')));
      //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole porters record"
      app.get('/b', async (req, res) => { const rows = await query(\`select p.* from porters p where id = \${Number(req.query.id)}\`); res.write(\`data: \${JSON.stringify(rows)}\`); });
      //                                                                                                                                                              ^^^^ exposure/sensitive-field-in-response "whole porters record"
      app.get('/c', (req, res) => res.json(guides.get(req.params.id)));
      //                                   ^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole guides record"
      app.get('/d', (req, res) => res.json(pilots));
      //                                   ^^^^^^ exposure/sensitive-field-in-response "whole pilots record"
      async function check(email, word) {
        const row = await load(email);
        return row && (await compare(word, row.passwordHash)) ? row : null;
      }
      app.post('/e', async (req, res) => { const found = await check(req.body.email, req.body.word); res.json({ user: found }); });
      //                                                                                                              ^^^^^ exposure/sensitive-field-in-response "whole row record"
    `,
  },
  {
    title: 'rows whose fields are chosen or taken away',
    good: `
      //- db.js
      import { Pool } from 'pg';
      const pool = new Pool();
      export const query = async (text, values = []) => (await pool.query(text, values)).rows;
      export const ddl = \`CREATE TABLE porters (id int, name text, password_hash text)\`;
      //- app.js
      import express from 'express';
      import { query } from './db.js';
      const app = express();
      app.get('/a', async (req, res) => res.json(await query('select id, name from porters')));
      app.get('/b', async (req, res) => { const rows = await query('select * from porters'); res.json(rows.map((row) => ({ id: row.id, name: row.name }))); });
      app.get('/c', async (req, res) => { const rows = await query('select * from porters'); rows.forEach((row) => { delete row.password_hash; }); res.json(rows); });
      app.get('/d', async (req, res) => { const [{ count }] = await query('select count(*) from porters'); res.json({ count }); });
    `,
  },
  {
    title: 'an entity behind a service, where classes only check what comes in',
    bad: `
      //- tutors.ts
      import { Controller, Get, Injectable } from '@nestjs/common';
      import { InjectRepository } from '@nestjs/typeorm';
      import { Type } from 'class-transformer';
      import { Column, Entity, Repository } from 'typeorm';
      @Entity() export class Tutor { @Column() name: string; @Column() passwordHash: string; }
      export class Page { @Type(() => Number) size: number; }
      @Injectable() export class TutorsService {
        constructor(@InjectRepository(Tutor) private readonly tutors: Repository<Tutor>) {}
        all() { return this.tutors.find(); }
      }
      @Controller('tutors') export class TutorsController {
        constructor(private readonly service: TutorsService) {}
        @Get() list() { return this.service.all(); }
      //                       ^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole Tutor record"
      }
    `,
  },
  {
    title: 'an entity that is written out without the field',
    good: `
      //- tutors.ts
      import { ClassSerializerInterceptor, Controller, Get, UseInterceptors } from '@nestjs/common';
      import { InjectRepository } from '@nestjs/typeorm';
      import { Exclude } from 'class-transformer';
      import { Column, Entity, Repository } from 'typeorm';
      @Entity() export class Tutor { @Column() name: string; @Column() @Exclude() passwordHash: string; }
      @Controller('tutors') @UseInterceptors(ClassSerializerInterceptor) export class TutorsController {
        constructor(@InjectRepository(Tutor) private readonly tutors: Repository<Tutor>) {}
        @Get() list() { return this.tutors.find(); }
      }
    `,
  },
  {
    title: 'records in an envelope, of procedures, and all columns of people',
    bad: `
      //- prisma/schema.prisma
      model Warden {
        id Int @id
        passwordHash String
      }
      //- envelope.js
      export class ApiResponse { constructor(status, data) { this.status = status; this.data = data; } }
      //- app.ts
      import express from 'express';
      import { initTRPC } from '@trpc/server';
      import { ApiResponse } from './envelope.js';
      import { pool, prisma } from './db';
      import { successResponse } from './missing';
      const t = initTRPC.create();
      const app = express();
      app.get('/a', async (req, res) => { const found = await prisma.warden.findFirst(); res.json(new ApiResponse(200, found)); });
      //                                                                                                               ^^^^^ exposure/sensitive-field-in-response "whole warden record"
      app.get('/b', async (req, res) => { const found = await prisma.warden.findFirst(); res.json(successResponse(found)); });
      //                                                                                                          ^^^^^ exposure/sensitive-field-in-response "whole warden record"
      app.get('/c', async (req, res) => { const { rows } = await pool.query('SELECT * FROM claimants'); res.json(rows); });
      //                                                                                                         ^^^^ exposure/sensitive-field-in-response "Every column of claimants"
      export const appRouter = t.router({
        all: t.procedure.query(() => prisma.warden.findMany()),
      //                             ^^^^^^^^^^^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole warden record"
        some: t.procedure.query(() => prisma.warden.findMany({ select: { id: true } })),
      });
      class Wardens {
        constructor(private readonly store = new Store()) {}
        list() { return this.store.all(); }
      }
      class Store { all() { return prisma.warden.findMany(); } }
      const wardens = new Wardens();
      app.get('/d', async (req, res) => { res.json(await wardens.list()); });
      //                                                 ^^^^^^^^^^^^^^ exposure/sensitive-field-in-response "whole warden record"
    `,
  },
  {
    title: 'people whose columns are known, and rows for some only',
    good: `
      //- app.js
      import express from 'express';
      import { pool } from './db.js';
      import { requireRole } from './guards.js';
      const app = express();
      const ddl = 'CREATE TABLE readers (id int, nick text)';
      app.get('/a', async (req, res) => { const { rows } = await pool.query('SELECT * FROM readers'); res.json(rows); });
      app.get('/b', requireRole('office'), async (req, res) => { const { rows } = await pool.query('SELECT * FROM claimants'); res.json(rows); });
      app.get('/c', async (req, res) => { const { rows } = await pool.query('SELECT * FROM claimants WHERE id = $1', [req.session.user.id]); res.json(rows[0]); });
      app.get('/d', async (req, res) => { const { rows } = await pool.query('SELECT * FROM wagons'); res.json(new ApiResponse(200, rows)); });
    `,
  },
  {
    title: 'fields that are called like secrets and are none, and what is left out everywhere',
    good: `
      //- app.js
      import express from 'express';
      import mongoose from 'mongoose';
      import { PrismaClient } from '@prisma/client';
      import { pool } from './db.js';
      const prisma = new PrismaClient({ omit: { user: { password: true } } });
      const ddl = \`create table files (name text, hash text, size int);
      create table addresses (street text, city text, pincode text);
      create table jobs (title text, salary int, company text);
      create table invites (email text, token text, expires_at text);
      create table invoices (company_name text, iban text);\`;
      const schema = new mongoose.Schema({ name: String, password: String });
      schema.methods.toJSON = function () { const out = this.toObject(); delete out.password; return out; };
      export const Member = mongoose.model('Member', schema);
      const app = express();
      app.get('/a', async (req, res) => res.json(await prisma.user.findMany()));
      app.get('/b', async (req, res) => res.json((await pool.query('select * from files')).rows));
      app.get('/c', async (req, res) => res.json((await pool.query('select * from addresses')).rows));
      app.get('/d', async (req, res) => res.json((await pool.query('select * from jobs')).rows));
      app.get('/e', async (req, res) => res.json((await pool.query('select * from invites')).rows));
      app.get('/f', async (req, res) => res.json((await pool.query('select * from invoices')).rows));
      app.get('/g', async (req, res) => res.json(await Member.find()));
    `,
  },
];
