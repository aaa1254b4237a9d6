import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { started } from './ask.ts';

let running: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  running = await started();
});
afterAll(() => running.sandbox.close());

type Row = { id: string; createdAt: string };

async function allOf(path: string, limit: number, between?: () => Promise<unknown>): Promise<Row[]> {
  const rows: Row[] = [];
  let token: string | undefined;
  do {
    const join = path.includes('?') ? '&' : '?';
    const answer = await running.bird(
      'GET',
      `${path}${join}limit=${limit}${token ? `&pageToken=${token}` : ''}`,
    );
    rows.push(...answer.body.results);
    token = answer.body.nextPageToken;
    await between?.();
  } while (token);
  return rows;
}

async function allData(
  path: string,
  limit: number,
): Promise<{ id: string; attributes: Record<string, unknown> }[]> {
  const rows = [];
  for (let offset = 0; ; offset += limit) {
    const join = path.includes('?') ? '&' : '?';
    const { body } = await running.courier(
      'GET',
      `${path}${join}page[limit]=${limit}&page[offset]=${offset}`,
    );
    expect(body.meta).toEqual({});
    rows.push(...body.data);
    if (body.data.length < limit) return rows;
  }
}

describe('Bird', () => {
  it('gives every message once over its pages, newest first and in reverse', async () => {
    const rows = await allOf('/channels/messages', 70);
    const whole = await running.bird('GET', '/channels/messages?limit=1000');
    expect(rows.map(({ id }) => id)).toEqual(whole.body.results.map(({ id }: Row) => id));
    expect(whole.body.nextPageToken).toBeUndefined();
    const times = rows.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
    const back = await allOf('/channels/messages?reverse=true', 70);
    expect(back.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
  });

  it('neither doubles nor loses rows when new ones come in between', async () => {
    const { bird, fixtureIds } = running;
    const before = (await allOf('/channels/messages', 1000)).map(({ id }) => id);
    const body = {
      receiver: { contacts: [{ identifierValue: fixtureIds.phone }] },
      body: { type: 'text', text: { text: 'Hi' } },
    };
    const rows = await allOf('/channels/messages', 100, () =>
      bird('POST', `/channels/${fixtureIds.birdSmsChannelId}/messages`, body),
    );
    expect(rows.map(({ id }) => id)).toEqual(before);
  });

  it.each(['/channels', '/contacts', '/channels/messages'])(
    'gives all of %s by ten when no limit is given',
    async (path) => {
      const { body } = await running.bird('GET', path);
      expect(body.results).toHaveLength(10);
    },
  );

  it('narrows messages by each filter', async () => {
    const { bird, fixtureIds } = running;
    const all = (await bird('GET', '/channels/messages?limit=1000')).body.results;
    const counted = async (query: string, test: (message: never) => unknown) => {
      const { body } = await bird('GET', `/channels/messages?limit=1000&${query}`);
      const expected = all.filter(test);
      expect(expected.length, query).toBeGreaterThan(0);
      expect(expected.length, query).toBeLessThan(all.length);
      expect(
        body.results.map(({ id }: Row) => id),
        query,
      ).toEqual(expected.map(({ id }: Row) => id));
    };
    type Party = {
      connector?: { identifierValue: string };
      contact?: { identifierValue: string };
      contacts?: { identifierValue: string; countryCode?: string }[];
    };
    type Message = {
      id: string;
      channelId: string;
      direction: string;
      createdAt: string;
      sender: Party;
      receiver: Party;
      tags?: string[];
      failure?: { code: number; source: { name: string } };
      meta?: { email?: { subject: string } };
    };
    const middle = all[200].createdAt;
    await counted('direction=incoming', ({ direction }: Message) => direction === 'incoming');
    await counted(
      `channelId=${fixtureIds.birdChannelId}&channelId=${fixtureIds.birdSmsChannelId}`,
      ({ channelId }: Message) => [fixtureIds.birdChannelId, fixtureIds.birdSmsChannelId].includes(channelId),
    );
    await counted(`id=${all[3].id}&id=${all[9].id}`, ({ id }: Message) =>
      [all[3].id, all[9].id].includes(id),
    );
    await counted(`startAt=${middle}`, ({ createdAt }: Message) => createdAt >= middle);
    await counted(`endAt=${middle}`, ({ createdAt }: Message) => createdAt <= middle);
    await counted('tag=reminder', ({ tags }: Message) => tags?.includes('reminder'));
    await counted('failureCode=15005', ({ failure }: Message) => failure?.code === 15005);
    await counted(
      'failureSourceName=pre-processing',
      ({ failure }: Message) => failure?.source.name === 'pre-processing',
    );
    await counted(
      'from=%2B12025550142',
      ({ sender }: Message) => sender.contact?.identifierValue === '+12025550142',
    );
    await counted(
      'to=%2B12025550142',
      ({ receiver }: Message) => receiver.contacts?.[0]?.identifierValue === '+12025550142',
    );
    await counted('emailSubject=visit%20summary', ({ meta }: Message) =>
      meta?.email?.subject.includes('visit summary'),
    );
    const { body } = await bird('GET', '/channels?limit=100');
    const sms = body.results.filter(
      ({ platformId }: { platformId: string }) => platformId === 'sms-messagebird',
    );
    for (const platform of ['sms', 'sms-messagebird'])
      await counted(`platform=${platform}`, ({ channelId }: Message) =>
        sms.some(({ id }: Row) => id === channelId),
      );
  });

  it('finds contacts by an identifier exactly as it is spelled', async () => {
    const { bird, fixtureIds } = running;
    const find = async (key: string, value: string) =>
      (await bird('POST', '/contacts/search', { identifier: { key, value } })).body.results.map(
        ({ id }: Row) => id,
      );
    expect(await find('emailaddress', fixtureIds.email)).toEqual([fixtureIds.birdContactId]);
    expect(await find('emailaddress', 'AMINA.DIALLO@example.com')).toEqual([]);
    expect(await find('phonenumber', '+12025550158')).toEqual([fixtureIds.tricky.onePhoneTwoContacts[0]]);
    expect(await find('phonenumber', '+1 (202) 555-0158')).toEqual([
      fixtureIds.tricky.onePhoneTwoContacts[1],
    ]);
  });
});

describe('courier', () => {
  it('gives every user once over its pages, which end with a short one', async () => {
    const rows = await allData('/users/', 7);
    const whole = await running.courier('GET', '/users/?page[limit]=1000');
    expect(rows).toEqual(whole.body.data);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('lists channels by their last change, and archived ones only when asked', async () => {
    const rows = await allData('/messaging-channels/', 5);
    const times = rows.map(({ attributes }) => attributes['last-modified-time']);
    expect(times).toEqual(times.toSorted().reverse());
    expect(rows.every(({ attributes }) => attributes.archived === false)).toBe(true);
    const archived = await allData('/messaging-channels/?filter[archived]=true', 5);
    expect(archived.length).toBeGreaterThan(1);
    expect(archived.every(({ attributes }) => attributes.archived === true)).toBe(true);
  });

  it('narrows channels by participant, organization, group, floating and time', async () => {
    const { courier, fixtureIds } = running;
    const all = await allData('/messaging-channels/', 50);
    const listed = async (query: string) =>
      (await courier('GET', `/messaging-channels/?${query}`)).body.data.length;
    const counts = await Promise.all([
      listed(`participant-id=${fixtureIds.courierIndividualId}`),
      listed(`organization-id=${fixtureIds.courierOrganizationId}`),
      listed(`filter[individual-group-id]=${fixtureIds.courierGroupId}`),
      listed('filter[floating]=true'),
      listed(`filter[cmp-last-modified-time]=>=${all[4]?.attributes['last-modified-time']}`),
    ]);
    expect(counts[2]).toBe(1);
    expect(counts[4]).toBe(5);
    for (const count of counts) expect(count).toBeGreaterThan(0);
    for (const count of counts) expect(count).toBeLessThan(all.length);
  });

  it('lists the messages of one channel newest first and narrows them', async () => {
    const { courier, fixtureIds } = running;
    const path = `/messaging-messages/?channel-id=${fixtureIds.courierChannelId}`;
    const rows = await allData(path, 20);
    expect(rows.length).toBeGreaterThan(60);
    const times = rows.map(({ attributes }) => attributes['posted-time']);
    expect(times).toEqual(times.toSorted().reverse());
    expect(rows[0]?.id).toBe(fixtureIds.courierMessageId);
    expect(rows[0]?.attributes['read-receipts']).toBeUndefined();
    const bounded = await courier(
      'GET',
      `${path}&filter[cmp-posted-time]=<${times[3]}&filter[cmp-posted-time]=>=${times[8]}`,
    );
    expect(bounded.body.data.map(({ id }: Row) => id)).toEqual(rows.slice(4, 9).map(({ id }) => id));
    const found = await courier('GET', `${path}&filter[text]=EXERCISE%20PLAN&include-read-receipts=true`);
    expect(found.body.data.length).toBeGreaterThan(0);
    expect(found.body.data.length).toBeLessThan(rows.length);
    expect(found.body.data[0].attributes['read-receipts']).toBeInstanceOf(Array);
    const author = rows[0]?.attributes['user-id'];
    const theirs = await courier('GET', `${path}&user-id=${author}`);
    expect(
      theirs.body.data.every(
        ({ attributes }: { attributes: Record<string, unknown> }) => attributes['user-id'] === author,
      ),
    ).toBe(true);
  });

  it('finds users by email in any case and by whom they may act for', async () => {
    const { courier, fixtureIds } = running;
    const find = async (query: string) => (await courier('GET', `/users/?${query}`)).body.data;
    expect(await find('filter[email]=amina.diallo@example.com')).toMatchObject([
      { id: fixtureIds.courierUserId },
    ]);
    expect(await find('filter[email]=delgado.family@example.com')).toHaveLength(2);
    expect(await find(`filter[individual-id]=${fixtureIds.tricky.child}`)).toMatchObject([
      { attributes: { 'primary-individual-id': fixtureIds.tricky.guardian } },
    ]);
  });
});
