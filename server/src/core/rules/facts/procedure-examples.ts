import type { Example } from '../rule.js';

/** Procedures of tRPC: auth/route-missing-auth. */
export const procedureExamples: readonly Example[] = [
  {
    title: 'tRPC: less is asked to remove than to change, and nothing to rename',
    bad: `
      //- trpc.ts
      import { initTRPC, TRPCError } from '@trpc/server';
      const t = initTRPC.context<Context>().create();
      export const router = t.router;
      export const anyone = t.procedure;
      const known = t.middleware(({ ctx, next }) => { if (!ctx.session?.id) throw new TRPCError({ code: 'UNAUTHORIZED' }); return next({ ctx }); });
      const chief = t.middleware(async ({ ctx, next }) => { if (ctx.session.rank !== 'chief') throw new TRPCError({ code: 'FORBIDDEN' }); return next(); });
      export const members = anyone.use(known);
      export const chiefs = members.use(chief);
      //- lamps.ts
      import { anyone, chiefs, members, router } from './trpc';
      import { prisma } from './prisma';
      export const lamps = router({
        list: anyone.query(() => prisma.lamp.findMany({ take: 50 })),
        dim: chiefs.input(Dim).mutation(({ input }) => prisma.lamp.update({ where: { id: input.id }, data: { level: input.level } })),
        drop: members.input(Id).mutation(async ({ input }) => { await prisma.lamp.delete({ where: { id: input } }); }),
      //^^^^ auth/route-missing-auth "Mutation drop asks no more than who is logged in, while dim asks for 'chiefs'"
        rename: anyone.input(Name).mutation(({ input }) => prisma.lamp.update({ where: { id: input.id }, data: { name: input.name } })),
      //^^^^^^ auth/route-missing-auth "Mutation rename asks nobody who calls while 2 of 2 others here use 'chiefs'"
      });
    `,
  },
  {
    title: 'tRPC: what is the caller\'s own, a login, other tables, and middleware that refuses nobody',
    good: `
      import { initTRPC, TRPCError } from '@trpc/server';
      import { prisma } from './prisma';
      const t = initTRPC.context<Context>().create();
      const known = t.middleware(({ ctx, next }) => { if (!ctx.session?.id) throw new TRPCError({ code: 'UNAUTHORIZED' }); return next({ ctx }); });
      const chief = t.middleware(async ({ ctx, next }) => { if (ctx.session.rank !== 'chief') throw new TRPCError({ code: 'FORBIDDEN' }); return next(); });
      const timed = t.middleware(async ({ path, next }) => { const begun = Date.now(); const made = await next(); log(path, Date.now() - begun); return made; });
      const members = t.procedure.use(known);
      const chiefs = members.use(chief);
      export const lamps = t.router({
        signIn: t.procedure.input(Login).mutation(({ input }) => prisma.visit.create({ data: { who: input.name } })),
        dim: chiefs.use(timed).input(Dim).mutation(({ input }) => prisma.lamp.update({ where: { id: input.id }, data: { level: input.level } })),
        drop: members.input(Id).mutation(({ ctx, input }) => prisma.lamp.deleteMany({ where: { id: input, keeper: ctx.session.id } })),
        note: members.use(timed).input(Note).mutation(({ input }) => prisma.note.create({ data: { text: input.text } })),
        ring: elsewhere.input(Id).mutation(({ input }) => prisma.bell.delete({ where: { id: input } })),
      });
    `,
  },
];
