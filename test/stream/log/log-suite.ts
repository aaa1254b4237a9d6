import { describe, expect, it } from 'vitest';
import { globalId } from '../../../src/graph/ids.ts';
import type { Entry, Log, LogBounds } from '../../../src/stream/log/log.ts';
import { SERVICE } from '../../../src/stream/log/log.ts';
import { entryFor } from '../../../src/stream/log/transition.ts';
import { CHANNEL_ID, change, messageId, ROOMY, uuid } from '../changes.ts';

/** A store under test: logs opened from it share what it holds. */
export interface Store extends AsyncDisposable {
  /** Opens it with the clock that a test says; where rows grow old by another, that one is `elapsed`. */
  open(options?: { bounds?: LogBounds; now?: () => number; elapsed?: () => number }): Promise<Log>;
}

const positions = (entries: readonly Entry[] | undefined) => entries?.map(({ position }) => position);

/** What every log does, whatever stores it. */
export const logSuite = (name: string, createStore: () => Promise<Store>): void => {
  describe(name, () => {
    it('gives every entry the next position', async () => {
      await using store = await createStore();
      const log = await store.open();
      const [first] = await log.append([change({ status: 'SENT' })]);
      const rest = await log.append([change({ status: 'READ' }), change({ messageId: messageId(2) })]);
      expect(positions([first as Entry, ...rest])).toEqual([1, 2, 3]);
      expect(await log.head()).toBe(3);
      expect(positions(await log.read(0, 10))).toEqual([1, 2, 3]);
      expect(positions(await log.read(1, 1))).toEqual([2]);
      expect(await log.read(3, 10)).toEqual([]);
    });

    it('keeps what a change says, when it saw it and what was told before', async () => {
      await using store = await createStore();
      const log = await store.open({ now: () => 5_000 });
      await log.append([change({ status: 'ACCEPTED', nativeStatus: 'accepted' })]);
      await log.append([change({ status: 'DELIVERED', nativeStatus: 'delivered', occurredAt: 4_000 })]);
      expect((await log.read(1, 10))?.[0]).toEqual({
        position: 2,
        follows: 1,
        messageId: messageId(1),
        channelId: CHANNEL_ID,
        people: [],
        audience: SERVICE,
        status: 'DELIVERED',
        nativeStatus: 'delivered',
        removed: false,
        previous: 'ACCEPTED',
        previousAt: 1,
        raised: true,
        added: false,
        createdAt: null,
        occurredAt: 4_000,
        observedAt: 5_000,
        via: 'WEBHOOK',
        known: null,
      });
    });

    it('remembers who is at the other end for changes that do not tell it', async () => {
      await using store = await createStore();
      const log = await store.open();
      const people = [globalId('BirdContact', `${uuid(1)}/${uuid(2)}`)];
      await log.append([change({ status: 'ACCEPTED', people })]);
      await log.append([change({ status: 'READ' })]);
      expect((await log.read(0, 10))?.map((entry) => entry.people)).toEqual([people, people]);
      expect(await log.states([messageId(1)], [SERVICE])).toMatchObject([{ people }]);
    });

    it('writes no entry for what is known or lower', async () => {
      await using store = await createStore();
      const log = await store.open();
      await log.append([change({ status: 'DELIVERED' })]);
      expect(await log.append([change({ status: 'DELIVERED' })])).toEqual([]);
      expect(await log.append([change({ status: 'SENT', occurredAt: 9_000 })])).toEqual([]);
      expect(await log.append([change({ status: 'RECEIVED' })])).toEqual([]);
      expect(await log.head()).toBe(1);
    });

    it('tells once that a message was added, also when its status came first', async () => {
      await using store = await createStore();
      const log = await store.open();
      await log.append([change({ status: 'SENT' })]);
      const [added] = await log.append([change({ added: true, status: 'ACCEPTED' })]);
      expect(added).toMatchObject({ added: true, raised: false, status: 'SENT' });
      expect(await log.append([change({ added: true, status: 'ACCEPTED' })])).toEqual([]);
    });

    it('hands changes of one tick to followers in the order they came', async () => {
      await using store = await createStore();
      const log = await store.open();
      const heard: number[][] = [];
      log.follow((entries) => heard.push(entries.map(({ position }) => position)));
      const appended = await Promise.all(
        [1, 2, 3].map((number) => log.append([change({ messageId: messageId(number) })])),
      );
      expect(appended.map(positions)).toEqual([[1], [2], [3]]);
      expect(heard.flat()).toEqual([1, 2, 3]);
    });

    it('tells nobody after they stopped following', async () => {
      await using store = await createStore();
      const log = await store.open();
      const heard: Entry[] = [];
      log.follow((entries) => heard.push(...entries))();
      await log.append([change()]);
      expect(heard).toEqual([]);
    });

    it('keeps epoch, positions and states when it is opened again', async () => {
      await using store = await createStore();
      const log = await store.open();
      await log.append([change({ status: 'READ' })]);
      await log.close();
      const again = await store.open();
      expect(again.epoch).toBe(log.epoch);
      expect(positions(await again.read(0, 10))).toEqual([1]);
      expect(await again.append([change({ status: 'DELIVERED' })])).toEqual([]);
      const [next] = await again.append([change({ messageId: messageId(2) })]);
      expect(next?.follows).toBe(1);
      expect((await again.read(1, 10))?.[0]).toEqual(next);
    });

    it('writes what waits before it closes, and refuses what comes later', async () => {
      await using store = await createStore();
      const log = await store.open();
      const waiting = log.append([change()]);
      await log.close();
      expect(positions(await waiting)).toEqual([1]);
      await expect(log.append([change()])).rejects.toThrow('closed');
      expect(await (await store.open()).head()).toBe(1);
    });

    it('is another epoch in another store', async () => {
      await using one = await createStore();
      await using other = await createStore();
      expect((await one.open()).epoch).not.toBe((await other.open()).epoch);
    });

    it('says where the status told before stands, also within one commit', async () => {
      await using store = await createStore();
      const log = await store.open();
      const told = await log.append([
        change({ status: 'ACCEPTED' }),
        change({ status: 'SENT', messageId: messageId(2) }),
        change({ status: 'SENT' }),
        change({ status: 'SENT', added: true }),
      ]);
      const [read] = await log.append([change({ status: 'READ', createdAt: 700 })]);
      expect([...told, read].map((entry) => entry?.previousAt)).toEqual([0, 0, 1, 3, 3]);
      expect(((await log.read(0, 10)) ?? []).map(({ previousAt }) => previousAt)).toEqual([0, 0, 1, 3, 3]);
      expect((await log.read(4, 1))?.[0]).toMatchObject({ createdAt: 700 });
    });

    describe('a removal', () => {
      const removed = (is: boolean, occurredAt: number, status: 'SENT' | 'READ' = 'SENT') =>
        change({ status, removed: is, occurredAt });

      it('comes and goes beside the status, and both are told', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([removed(false, 1_000)]);
        const [gone] = await log.append([removed(true, 2_000)]);
        expect(gone).toMatchObject({ status: 'DELETED', removed: true, previous: 'SENT', occurredAt: 2_000 });
        expect(await log.append([removed(true, 2_000)])).toEqual([]);
        const [back] = await log.append([removed(false, 3_000)]);
        expect(back).toMatchObject({
          status: 'SENT',
          removed: false,
          previous: 'DELETED',
          occurredAt: 3_000,
          raised: true,
        });
        expect(await log.append([removed(false, 3_000)])).toEqual([]);
        expect(await log.states([messageId(1)], [SERVICE])).toMatchObject([
          { status: 'SENT', removed: false, removedAt: 3_000, occurredAt: 1_000 },
        ]);
      });

      it('hides how far the message comes, until it is taken back', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([removed(true, 1_000)]);
        expect(await log.append([removed(true, 1_000, 'READ')])).toEqual([]);
        expect(await log.append([change({ status: 'READ', occurredAt: 1_500 })])).toEqual([]);
        const [back] = await log.append([removed(false, 2_000)]);
        expect(back).toMatchObject({ status: 'READ', previous: 'DELETED' });
      });

      it('is what was said last by the upstream’s clock', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([removed(false, 1_000), removed(true, 3_000)]);
        expect(await log.append([removed(false, 2_000)])).toEqual([]);
        // Of one second, what was read last.
        expect(await log.append([removed(false, 3_000)])).toMatchObject([{ removed: false }]);
      });

      it('that is known by reading alone is still told', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([removed(false, 1_000)]);
        await log.observe([removed(true, 2_000)]);
        expect(await log.states([messageId(1)], [SERVICE])).toMatchObject([
          { removed: true, publishedRemoved: false },
        ]);
        expect(await log.append([removed(true, 2_000)])).toMatchObject([
          { status: 'DELETED', previous: 'SENT' },
        ]);
      });

      it('is kept when the log is opened again', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([removed(false, 1_000), removed(true, 2_000)]);
        await log.close();
        const again = await store.open();
        expect(await again.append([removed(true, 2_000)])).toEqual([]);
        expect(await again.append([removed(false, 3_000)])).toMatchObject([
          { status: 'SENT', previousAt: 2 },
        ]);
      });
    });

    describe('bounds', () => {
      it('forgets the oldest entries beyond the number of rows', async () => {
        await using store = await createStore();
        const log = await store.open({ bounds: { ...ROOMY, entries: 3 } });
        for (const number of [1, 2, 3, 4, 5]) await log.append([change({ messageId: messageId(number) })]);
        expect(positions(await log.read(2, 10))).toEqual([3, 4, 5]);
        expect(await log.read(1, 10)).toBeUndefined();
        expect(await log.read(0, 10)).toBeUndefined();
      });

      it('forgets entries beyond the age, and keeps counting', async () => {
        await using store = await createStore();
        let now = 0;
        const log = await store.open({ bounds: { ...ROOMY, entriesMs: 1_000 }, now: () => now });
        await log.append([change()]);
        now = 999;
        await log.append([change({ messageId: messageId(2) })]);
        now = 1_500;
        await log.append([change({ messageId: messageId(3) })]);
        expect(await log.read(0, 10)).toBeUndefined();
        expect(positions(await log.read(1, 10))).toEqual([2, 3]);
        now = 9_000;
        await log.append([change()]);
        expect(await log.read(2, 10)).toBeUndefined();
        expect(await log.head()).toBe(3);
        await log.append([change({ status: 'READ' })]);
        expect(positions(await log.read(3, 10))).toEqual([4]);
      });

      it('forgets nothing by one reading of the clock, and goes on forgetting when it is set back', async () => {
        await using store = await createStore();
        const start = Date.parse('2026-01-01T00:00:00Z');
        let now = start;
        let elapsed = 0;
        const log = await store.open({
          bounds: { entries: 10, entriesMs: 3_600_000, states: 10, statesMs: 7_200_000 },
          now: () => now,
          elapsed: () => elapsed,
        });
        const write = async (number: number) =>
          (await log.append([change({ messageId: messageId(number) })]))[0];
        /** Lets time go by as both clocks have it. */
        const pass = async (minutes: number) => {
          for (let minute = 0; minute < minutes; minute += 1) {
            now += 60_000;
            elapsed += 60_000;
            await log.observe([]);
          }
        };
        await write(1);
        now = Date.parse('2036-01-01T00:00:00Z');
        elapsed += 1;
        expect(await write(2)).toMatchObject({ observedAt: now });
        expect(positions(await log.read(0, 10))).toEqual([1, 2]);
        expect(await log.states([messageId(1)], [SERVICE])).toHaveLength(1);
        now = start + 1;
        expect(await write(3)).toMatchObject({ observedAt: now });
        expect(positions(await log.read(0, 10))).toEqual([1, 2, 3]);
        await pass(62);
        await write(4);
        expect(await log.read(0, 10)).toBeUndefined();
        expect(positions(await log.read(3, 10))).toEqual([4]);
        expect(await log.states([messageId(1)], [SERVICE])).toHaveLength(1);
        await pass(62);
        await write(5);
        expect(await log.states([messageId(1)], [SERVICE])).toHaveLength(0);
      });

      it('says that a position it never reached is not its own', async () => {
        await using store = await createStore();
        const log = await store.open();
        expect(await log.read(1, 10)).toBeUndefined();
      });

      it('keeps states longer than entries', async () => {
        await using store = await createStore();
        let now = 0;
        const log = await store.open({
          bounds: { entries: 1, entriesMs: 1_000, states: 10, statesMs: 5_000 },
          now: () => now,
        });
        await log.append([change({ status: 'READ' })]);
        now = 3_000;
        await log.append([change({ messageId: messageId(2) })]);
        expect(await log.append([change({ status: 'DELIVERED' })])).toEqual([]);
        now = 9_000;
        await log.append([change({ messageId: messageId(3) })]);
        expect(await log.states([messageId(1), messageId(2)], [SERVICE])).toEqual([]);
      });

      it('forgets the states that moved longest ago beyond the number of rows', async () => {
        await using store = await createStore();
        const log = await store.open({ bounds: { ...ROOMY, states: 2 } });
        for (const number of [1, 2]) await log.append([change({ messageId: messageId(number) })]);
        await log.append([change({ status: 'READ' })]);
        await log.append([change({ messageId: messageId(3) })]);
        const left = await log.states([1, 2, 3].map(messageId), [SERVICE]);
        expect(left.map((state) => state.messageId).sort()).toEqual([messageId(1), messageId(3)].sort());
      });
    });

    describe('reading', () => {
      it('raises the state without an entry', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.observe([change({ status: 'DELIVERED' })]);
        expect(await log.head()).toBe(0);
        expect(await log.states([messageId(1)], [SERVICE])).toMatchObject([
          { status: 'DELIVERED', published: null },
        ]);
      });

      it('lifts what comes later and is lower, so that nobody is told a step back', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([change({ status: 'ACCEPTED' })]);
        await log.observe([change({ status: 'DELIVERED', nativeStatus: 'delivered' })]);
        const [late] = await log.append([change({ status: 'SENT', nativeStatus: 'sent' })]);
        expect(late).toMatchObject({ status: 'DELIVERED', nativeStatus: 'delivered', previous: 'ACCEPTED' });
        expect(await log.append([change({ status: 'DELIVERED' })])).toEqual([]);
      });

      it('that is higher than one before is still to be told to who read that', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.observe([change({ status: 'ACCEPTED' })]);
        await log.observe([change({ status: 'DELIVERED' })]);
        expect(await log.states([messageId(1)], [SERVICE])).toMatchObject([
          { status: 'DELIVERED', published: 'ACCEPTED' },
        ]);
        expect(await log.append([change({ status: 'DELIVERED' })])).toMatchObject([
          { status: 'DELIVERED', previous: 'ACCEPTED' },
        ]);
        expect(await log.append([change({ status: 'DELIVERED' })])).toEqual([]);
      });

      it('still tells a change that only readers knew', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.observe([change({ status: 'DELIVERED' })]);
        expect(await log.append([change({ status: 'DELIVERED' })])).toMatchObject([{ previous: null }]);
      });
    });

    describe('audiences', () => {
      it('keeps what one credential saw from the state of everybody', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([change({ status: 'READ', audience: 'mine' })]);
        expect(await log.states([messageId(1)], [SERVICE, 'theirs'])).toEqual([]);
        expect(await log.states([messageId(1)], [SERVICE, 'mine'])).toMatchObject([{ status: 'READ' }]);
        expect(await log.append([change({ status: 'SENT' })])).toHaveLength(1);
      });

      it('does not tell one credential again what it saw first', async () => {
        await using store = await createStore();
        const log = await store.open();
        await log.append([change({ status: 'DELIVERED', audience: 'mine', added: true })]);
        const [sent] = await log.append([change({ status: 'SENT', added: true })]);
        const [read] = await log.append([change({ status: 'READ' })]);
        expect(entryFor(sent as Entry, 'mine')).toBeUndefined();
        expect(entryFor(read as Entry, 'mine')).toMatchObject({ status: 'READ', previous: 'DELIVERED' });
        expect(entryFor(sent as Entry, 'theirs')).toBe(sent);
        expect(await log.append([change({ status: 'READ', audience: 'mine' })])).toEqual([]);
      });

      it('shows a credential’s own entry to nobody else', async () => {
        await using store = await createStore();
        const log = await store.open();
        const [entry] = await log.append([change({ audience: 'mine' })]);
        expect(entryFor(entry as Entry, 'theirs')).toBeUndefined();
        expect(entryFor(entry as Entry, SERVICE)).toBeUndefined();
        expect(entryFor(entry as Entry, 'mine')).toBe(entry);
      });
    });
  });
};
