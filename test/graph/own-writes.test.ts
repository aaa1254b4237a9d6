import { describe, expect, test, vi } from 'vitest';
import { startFront } from '../courier/front.ts';
import { channel, created, many, one } from '../courier/samples.ts';
import { birdContact, WORKSPACE } from '../joined/bird.ts';
import { idOf } from '../support/ids.ts';
import type { Answer, Asked, Prepared } from '../support/upstream.ts';

const CHANNEL = `/v1/messaging-channels/${idOf('talk')}/`;
const CONTACT = `${WORKSPACE}/contacts/${idOf('ada')}`;

/** Something whose name a mutation changes: how it is read in two ways, and how it is changed. */
interface Changed {
  readonly read: string;
  readonly list: string;
  readonly change: string;
  readonly prepared: (
    name: () => string,
    hold: (answer: Answer) => Answer,
  ) => Readonly<Record<string, Prepared>>;
}

const CHANGED: readonly (readonly [string, Changed])[] = [
  [
    'a channel of courier',
    {
      read: `{ courier { channel(id: "${idOf('talk')}") { name } } }`,
      list: '{ courier { channels { nodes { name } } } }',
      change: `mutation { updateCourierChannel(input: { id: "${idOf('talk')}" patch: [{ op: "replace" path: "/name" value: "after" }] }) { channel { name } } }`,
      prepared: (name, hold) => ({
        [`GET ${CHANNEL}`]: () => hold(one(channel('talk', { name: name() }))),
        'GET /v1/messaging-channels/': () => hold(many([channel('talk', { name: name() })])),
        [`PATCH ${CHANNEL}`]: () => created(channel('talk', { name: name() })),
      }),
    },
  ],
  [
    'a contact of Bird',
    {
      read: `{ bird { contact(id: "${idOf('ada')}") { displayName } } }`,
      list: '{ bird { contacts { nodes { displayName } } } }',
      change: `mutation { updateBirdContact(input: { id: "${idOf('ada')}" attributes: { name: "after" } }) { contact { displayName } } }`,
      prepared: (name, hold) => {
        const row = () => birdContact('ada', [], { computedDisplayName: name() });
        return {
          [`GET ${CONTACT}`]: () => hold({ body: row() }),
          [`GET ${WORKSPACE}/contacts`]: () => hold({ body: { results: [row()] } }),
          [`PATCH ${CONTACT}`]: () => ({ body: row() }),
        };
      },
    },
  ],
];

describe.each(CHANGED)('%s that is changed while it is read', (_, { read, list, change, prepared }) => {
  /** A front whose reads wait, as they were asked, until they are let go. */
  const start = async () => {
    let name = 'before';
    let held: Promise<void> | undefined;
    const answers = prepared(
      () => name,
      (answer) => (held ? { ...answer, until: held } : answer),
    );
    const changing = (asked: Asked): boolean => asked.method === 'PATCH';
    const all = Object.fromEntries(
      Object.entries(answers).map(([key, answer]) => [
        key,
        (asked: Asked) => {
          if (changing(asked)) name = 'after';
          return typeof answer === 'function' ? answer(asked) : answer;
        },
      ]),
    );
    const front = await startFront({ bird: all, courier: all, freshMs: 60_000 });
    const { promise, resolve } = Promise.withResolvers<void>();
    return {
      front,
      hold: () => {
        held = promise;
      },
      /** New reads are answered at once; those that wait still do. */
      pass: () => {
        held = undefined;
      },
      release: resolve,
      asked: () => front.bird.asked.length + front.courier.asked.length,
    };
  };

  test.each([
    ['by itself', read],
    ['in a list', list],
  ])('%s is never shown as it was to those who ask afterwards', async (__, early) => {
    const { front, hold, pass, release, asked } = await start();
    await using _front = front;
    hold();
    const before = front.data(early);
    await vi.waitFor(() => expect(asked()).toBe(1));
    pass();
    await front.data(change);
    // It joins no read that was begun before, and finds nothing in the cache that one has left there.
    expect(JSON.stringify(await front.data(early))).toContain('after');
    release();
    expect(JSON.stringify(await before)).toContain('before');
    expect(JSON.stringify(await front.data(read))).toContain('after');
    expect(JSON.stringify(await front.data(read))).toContain('after');
  });

  test('and was in the cache before is known by the answer to the change', async () => {
    const { front, asked } = await start();
    await using _front = front;
    expect(JSON.stringify(await front.data(read))).toContain('before');
    await front.data(read);
    expect(asked()).toBe(1);
    await front.data(change);
    expect(JSON.stringify(await front.data(read))).toContain('after');
    expect(asked()).toBe(2);
  });
});
