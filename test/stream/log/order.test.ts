import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rank } from '../../../src/graph/status.ts';
import { MESSAGE_STATUSES, type MessageChange, type MessageStatus } from '../../../src/ports.ts';
import { SERVICE } from '../../../src/stream/log/log.ts';
import { openSqliteLog } from '../../../src/stream/log/sqlite-log.ts';
import { entryFor } from '../../../src/stream/log/transition.ts';
import { change, messageId, ROOMY } from '../changes.ts';

const AUDIENCES = [SERVICE, 'mine', 'theirs'];

const changes = (audiences: readonly string[] = [SERVICE]) =>
  fc.array(
    fc
      .record({
        message: fc.integer({ min: 1, max: 3 }),
        status: fc.constantFrom(...MESSAGE_STATUSES),
        added: fc.boolean(),
        occurredAt: fc.integer({ min: 0, max: 1e6 }),
        audience: fc.constantFrom(...audiences),
      })
      .map(({ message, ...rest }) => change({ messageId: messageId(message), ...rest })),
    { maxLength: 40 },
  );

const ids = [1, 2, 3].map(messageId);

/** Writes the changes, a few at a time, and gives what came of it. */
const run = async (batches: readonly (readonly MessageChange[])[], observed: readonly boolean[] = []) => {
  const log = openSqliteLog({ dataDir: ':memory:', bounds: ROOMY });
  for (const [index, batch] of batches.entries()) {
    await (observed[index] ? log.observe(batch) : log.append(batch));
  }
  const entries = (await log.read(0, 1_000)) ?? [];
  const states = await log.states(ids, [SERVICE]);
  await log.close();
  return { entries, states: new Map(states.map(({ messageId: id, status }) => [id, rank(status)])) };
};

const highest = (all: readonly MessageChange[]) => {
  const ranks = new Map<string, number>();
  for (const { messageId: id, status } of all) ranks.set(id, Math.max(ranks.get(id) ?? 0, rank(status)));
  return ranks;
};

const split = <T>(all: readonly T[], sizes: readonly number[]): T[][] => {
  const rest = [...all];
  return [...sizes.map((size) => rest.splice(0, size)), rest];
};

const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 10 });

it('ends with the highest status, whatever the order, the doubles and the batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      changes().chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length })),
      ),
      sizes,
      async ([all, shuffled], cut) => {
        const { states } = await run(split([...shuffled, ...all], cut));
        expect(states).toEqual(highest(all));
      },
    ),
  );
});

it('ends the same when what lies in between is lost', async () => {
  await fc.assert(
    fc.asyncProperty(changes(), fc.array(fc.boolean(), { maxLength: 40 }), async (all, lost) => {
      const top = highest(all);
      const left = all.filter(
        ({ messageId: id, status }, index) => !lost[index] || rank(status) === top.get(id),
      );
      expect((await run([left])).states).toEqual((await run([all])).states);
    }),
  );
});

it('never steps back, and tells what was told before', async () => {
  await fc.assert(
    fc.asyncProperty(changes(), sizes, fc.array(fc.boolean()), async (all, cut, observed) => {
      const { entries } = await run(split(all, cut), observed);
      const told = new Map<string, MessageStatus>();
      const added = new Set<string>();
      for (const entry of entries) {
        const before = told.get(entry.messageId);
        // Where nothing was told, a reading may have been.
        if (before !== undefined) expect(entry.previous).toBe(before);
        else if (observed.length === 0) expect(entry.previous).toBeNull();
        if (entry.raised) {
          expect(rank(entry.status)).toBeGreaterThan(before === undefined ? -1 : rank(before));
          told.set(entry.messageId, entry.status);
        }
        if (entry.added) expect(added.has(entry.messageId)).toBe(false);
        if (entry.added) added.add(entry.messageId);
        expect(entry.raised || entry.added).toBe(true);
      }
    }),
  );
});

it('tells a removal as it was said last, whatever the order, and what the message came to under it', async () => {
  const moves = fc.array(
    fc.record({
      status: fc.constantFrom(...MESSAGE_STATUSES),
      removed: fc.constantFrom(true, false, null),
      occurredAt: fc.integer({ min: 1, max: 1e3 }),
    }),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(moves, sizes, async (all, cut) => {
      const { entries } = await run(
        split(
          all.map((one) => change(one)),
          cut,
        ),
      );
      let told: MessageStatus | null = null;
      for (const entry of entries) {
        expect(entry.previous).toBe(told);
        expect(entry.status).not.toBe(told);
        told = entry.status;
      }
      const last = all.reduce(
        (top, one) => (one.removed !== null && one.occurredAt >= top.occurredAt ? one : top),
        { removed: false as boolean | null, occurredAt: 0 },
      );
      const top = Math.max(...all.map(({ status }) => rank(status)));
      if (all.length > 0) expect(rank(told ?? 'UNKNOWN')).toBe(last.removed ? rank('DELETED') : top);
    }),
  );
});

it('never steps back for a reader who is told of readings too', async () => {
  await fc.assert(
    fc.asyncProperty(changes(), sizes, fc.array(fc.boolean()), async (all, cut, observed) => {
      const log = openSqliteLog({ dataDir: ':memory:', bounds: ROOMY });
      const told = new Map<string, number>();
      log.follow((entries) => {
        for (const { messageId: id, status } of entries) {
          expect(rank(status)).toBeGreaterThanOrEqual(told.get(id) ?? 0);
          told.set(id, rank(status));
        }
      });
      for (const [index, batch] of split(all, cut).entries()) {
        if (!observed[index]) {
          await log.append(batch);
          continue;
        }
        await log.observe(batch);
        for (const state of await log.states(ids, [SERVICE])) {
          told.set(state.messageId, rank(state.status));
        }
      }
      await log.close();
    }),
  );
});

it('never steps back for any credential, nor tells one what is another’s', async () => {
  await fc.assert(
    fc.asyncProperty(changes(AUDIENCES), sizes, async (all, cut) => {
      const { entries } = await run(split(all, cut));
      for (const audience of AUDIENCES.slice(1)) {
        const told = new Map<string, MessageStatus>();
        for (const entry of entries.flatMap((one) => entryFor(one, audience) ?? [])) {
          expect([SERVICE, audience]).toContain(entry.audience);
          const before = told.get(entry.messageId);
          if (entry.raised) {
            expect(rank(entry.status)).toBeGreaterThan(before === undefined ? -1 : rank(before));
            told.set(entry.messageId, entry.status);
          }
        }
        const mine = all.filter((one) => one.audience === audience || one.audience === SERVICE);
        const ranks = new Map([...told].map(([id, status]) => [id, rank(status)]));
        expect(ranks).toEqual(highest(mine));
      }
    }),
  );
});
