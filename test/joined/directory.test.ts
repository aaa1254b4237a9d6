import { afterEach, describe, expect, test, vi } from 'vitest';
import { openDirectory } from '../../src/joined/directory.ts';
import { UnavailableError } from '../../src/upstream/errors.ts';
import type { Send } from '../../src/upstream/send.ts';
import { startFront } from '../courier/front.ts';
import { many } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdContact, WORKSPACE } from './bird.ts';
import { holder, holders, openOver, startCourier } from './directory.ts';

const pages = (courier: { asked: readonly { params: URLSearchParams }[] }) =>
  courier.asked.map(({ params }) => [params.get('page[limit]'), params.get('page[offset]')].join(' from '));

const never = new Promise<void>(() => {});

/** Waits for something that I/O brings about, while timers may be faked. */
const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a sweep', () => {
  test.each<[number, string[]]>([
    [0, ['1000 from 0']],
    [999, ['1000 from 0']],
    [1000, ['1000 from 0', '1000 from 999']],
    [2100, ['1000 from 0', '1000 from 999', '1000 from 1998']],
  ])(
    'reads %d users by the thousand, each page from the last row of the one before',
    async (count, asked) => {
      await using courier = await startCourier(holders(count));
      await using directory = openOver(courier);
      expect(await directory.sweep()).toBe(true);
      expect(pages(courier)).toEqual(asked);
      expect(directory.summary()).toMatchObject({ users: count, identifiers: count });
      if (count > 0) {
        expect(directory.holders('email', `u${count - 1}@example.com`)).toEqual([
          { individualId: idOf(`u${count - 1}`), verified: true, active: true, exact: true },
        ]);
      }
      expect(directory.holders('email', 'nobody@example.com')).toEqual([]);
    },
  );

  test('begins anew when somebody goes between two pages', async () => {
    await using courier = await startCourier(holders(1500));
    await using directory = openOver(courier);
    courier.onPage = () => {
      if (courier.asked.length === 2) courier.users = courier.users.slice(1);
    };
    expect(await directory.sweep()).toBe(true);
    expect(pages(courier)).toEqual(['1000 from 0', '1000 from 999', '1000 from 0', '1000 from 999']);
    // Without a second pass the one behind the page's edge would be missing.
    expect(directory.holders('email', 'u1000@example.com')).toHaveLength(1);
    expect(directory.holders('email', 'u0@example.com')).toEqual([]);
    expect(directory.summary()?.users).toBe(1499);
  });

  test('begins anew when the last one goes where a page ends', async () => {
    await using courier = await startCourier(holders(1000));
    await using directory = openOver(courier);
    courier.onPage = () => {
      if (courier.asked.length === 2) courier.users = courier.users.slice(0, 999);
    };
    expect(await directory.sweep()).toBe(true);
    expect(directory.summary()?.users).toBe(999);
  });

  test('gives up on a list that does not hold still, and says nothing of it', async () => {
    await using courier = await startCourier(holders(1500));
    await using directory = openOver(courier);
    courier.onPage = () => {
      courier.users = courier.users.toReversed();
    };
    expect(await directory.sweep()).toBe(false);
    expect(courier.asked).toHaveLength(10);
    expect(directory.summary()).toBeUndefined();
    expect(directory.holders('email', 'u1@example.com')).toBeUndefined();
  });

  test('that fails leaves the one before in force', async () => {
    await using courier = await startCourier(holders(1500));
    await using directory = openOver(courier);
    await directory.sweep();
    const before = directory.summary();
    courier.answers({
      'GET /v1/users/': ({ params }) =>
        params.get('page[offset]') === '0' ? many(holders(1000)) : { status: 500 },
    });
    await expect(directory.sweep()).rejects.toThrow('500');
    expect(directory.summary()).toEqual(before);
    expect(directory.holders('email', 'u1400@example.com')).toHaveLength(1);
  });

  test('is not seen before it is whole', async () => {
    await using courier = await startCourier(holders(1500));
    await using directory = openOver(courier);
    await directory.sweep();
    courier.users = holders(1600);
    const seen: unknown[] = [];
    courier.onPage = () => {
      seen.push(directory.summary()?.users, directory.holders('email', 'u5@example.com')?.length);
    };
    await directory.sweep();
    expect(seen).toEqual([1500, 1, 1500, 1]);
    expect(directory.summary()?.users).toBe(1600);
  });

  test('forgets whom the next one does not find', async () => {
    await using courier = await startCourier([
      holder('ada', { email: 'ada@example.com', phone: '+12025550142' }),
    ]);
    await using directory = openOver(courier);
    await directory.sweep();
    expect(directory.holders('phone', '+12025550142')).toHaveLength(1);
    courier.users = [holder('grace', { email: 'grace@example.com' })];
    await directory.sweep();
    for (const [kind, value] of [
      ['email', 'ada@example.com'],
      ['phone', '+12025550142'],
      ['digits', '25550142'],
    ] as const) {
      expect(directory.holders(kind, value)).toEqual([]);
    }
    expect(directory.summary()).toMatchObject({ users: 1, identifiers: 1 });
  });

  test('lets others have their turn in the midst of a page', async () => {
    await using courier = await startCourier(holders(1000));
    await using directory = openOver(courier);
    let turns = 0;
    let sweeping = true;
    const count = () => {
      turns++;
      if (sweeping) setImmediate(count);
    };
    const swept = directory.sweep();
    setImmediate(count);
    await swept;
    sweeping = false;
    expect(turns).toBeGreaterThan(10);
  });
});

describe('the directory', () => {
  const answering = {
    bird: {
      [`GET ${WORKSPACE}/contacts/*`]: { body: birdContact('it', [['emailaddress', 'ada@example.com']]) },
    },
  };
  const contact = `{ bird { contact(id: "${idOf('it')}") { individuals(confidence: [VERIFIED, UNVERIFIED, AMBIGUOUS]) { confidence } } } }`;
  const facts = '{ courier { directory { sweptAt users identifiers } } }';

  test('is null at courier until it has been swept, and then tells its age and size', async () => {
    await using courier = await startCourier([
      holder('ada', { email: 'ada@example.com', phone: '+12025550142' }),
    ]);
    await using directory = openOver(courier);
    await using front = await startFront({ directory: () => directory });
    expect(await front.data(facts)).toEqual({ courier: { directory: null } });
    const before = Date.now();
    await directory.sweep();
    const { courier: known } = await front.data(facts);
    expect(known.directory).toMatchObject({ users: 1, identifiers: 3 });
    expect(Date.parse(known.directory.sweptAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(known.directory.sweptAt)).toBeLessThanOrEqual(Date.now());
  });

  test('delays neither the start nor a query nor the end while courier’s list never answers', async () => {
    await using front = await startFront({
      ...answering,
      courier: {
        'GET /v1/users/': ({ params }) =>
          params.has('filter[email]')
            ? many([holder('ada', { email: 'ada@example.com' })])
            : { until: never },
      },
      directory: ({ services }) =>
        services.courier &&
        openDirectory({
          courier: services.courier,
          dataDir: ':memory:',
          intervalMs: 600_000,
          maxAgeMs: 1_800_000,
          defaultRegion: undefined,
          warn: services.warn,
        }),
    });
    await until(() => front.courier.asked.length > 0);
    const { bird } = await front.data(contact);
    expect(bird.contact.individuals).toEqual([{ confidence: 'VERIFIED' }]);
    expect(await front.data(facts)).toEqual({ courier: { directory: null } });
    expect(pages(front.courier)).toEqual(['1000 from 0', '1000 from 0']);
  });

  test.each(['at the first page', 'at a later one'])('closes while a sweep waits %s', async (where) => {
    await using courier = await startCourier(holders(1500));
    const first = where === 'at the first page';
    courier.onPage = ({ params }) => (first || params.get('page[offset]') !== '0' ? never : undefined);
    const directory = openOver(courier, { intervalMs: 1000 });
    await until(() => courier.asked.length === (first ? 1 : 2));
    await directory.close();
    expect(directory.warnings).toEqual([]);
  });

  test('closes while a sweep that was asked for runs', async () => {
    await using courier = await startCourier(holders(1500));
    courier.onPage = ({ params }) => (params.get('page[offset]') !== '0' ? never : undefined);
    const directory = openOver(courier);
    const swept = directory.sweep().catch((error) => error.name);
    await until(() => courier.asked.length === 2);
    await directory.close();
    expect(await swept).toBe('CancelledError');
  });
});

describe('sweeps come', () => {
  const INTERVAL = 600_000;

  /** A directory over a list that answers at once, or is down. */
  const open = () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const courier = { url: 'http://courier.invalid', asked: 0, down: false };
    const wire: Send = async ({ operation }) => {
      courier.asked++;
      if (courier.down) throw new UnavailableError(operation, { unsent: true, retryAfter: 60 });
      return { status: 200, body: many(holders(3)).body };
    };
    return { courier, directory: openOver(courier, { intervalMs: INTERVAL, wire }) };
  };
  /** Lets time pass, and what then begins come to its end. */
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  test('at once, and an interval after the one before has ended', async () => {
    const { courier, directory } = open();
    expect(courier.asked).toBe(0);
    await pass(1);
    expect(directory.summary()?.users).toBe(3);
    for (const count of [1, 2, 3]) {
      expect(courier.asked).toBe(count);
      await pass(INTERVAL - 1);
      expect(courier.asked).toBe(count);
      await pass(1);
    }
    await directory.close();
  });

  test('half a minute after one that failed, with a warning', async () => {
    const { courier, directory } = open();
    courier.down = true;
    await pass(1);
    expect(courier.asked).toBe(1);
    expect(directory.warnings).toEqual(['courier’s list of users cannot be read']);
    courier.down = false;
    await pass(29_998);
    expect(directory.summary()).toBeUndefined();
    await pass(2);
    expect(directory.summary()?.users).toBe(3);
    await directory.close();
  });

  test('no more once it is closed', async () => {
    const { courier, directory } = open();
    await directory.close();
    await pass(2 * INTERVAL);
    expect(courier.asked).toBe(0);
  });
});
