import { describe, expect, it } from 'vitest';
import { started } from './ask.ts';

const PATH = '/webhook-subscriptions';
const filter = (key: string, value: string) => ({ key, value });
const wanted = {
  service: 'channels',
  event: 'sms.outbound',
  url: 'https://pigeon.example.com/webhooks/bird',
  signingKey: 'secret',
};

describe('a webhook subscription', () => {
  it('is kept, and shows its signing key to its maker alone', async () => {
    await using sandbox = await started();
    const { status, body } = await sandbox.bird('POST', PATH, wanted);
    expect([status, body.signingKey, body.status]).toEqual([201, 'secret', 'active']);
    const one = await sandbox.bird('GET', `${PATH}/${body.id}`);
    expect(one.body).toMatchObject({ id: body.id, event: 'sms.outbound', eventFilters: null });
    const list = await sandbox.bird('GET', `${PATH}?limit=100`);
    expect(list.body.results).toContainEqual(one.body);
    const changed = await sandbox.bird('PATCH', `${PATH}/${body.id}`, { status: 'inactive' });
    expect(changed.body.status).toBe('inactive');
    for (const seen of [one, list, changed]) expect(JSON.stringify(seen.body)).not.toContain('secret');
    expect((await sandbox.bird('DELETE', `${PATH}/${body.id}`)).status).toBe(204);
    expect((await sandbox.bird('GET', `${PATH}/${body.id}`)).status).toBe(404);
  });

  it.each<[string, object, string]>([
    ['an address without TLS', { url: 'http://pigeon.example.com' }, 'url'],
    ['an address with a port', { url: 'https://pigeon.example.com:8443/' }, 'url'],
    ['an address without a name', { url: 'https://10.0.0.1/' }, 'url'],
    ['two events', { event: ['sms.inbound', 'sms.outbound'] }, 'event'],
    ['an event that is not there', { event: 'sms.*' }, 'event'],
    ['an event of another service', { service: 'conversations' }, 'event'],
    [
      'a filter the event has not',
      { eventFilters: [filter('interactionType', 'read')] },
      'eventFilters.0.key',
    ],
    [
      'two channels',
      { eventFilters: [filter('channelId', 'a'), filter('channelId', 'b')] },
      'eventFilters.1.key',
    ],
    ['a field that is not known', { name: 'mine' }, 'name'],
  ])('is refused for %s', async (_, more, field) => {
    await using sandbox = await started();
    const { status, body } = await sandbox.bird('POST', PATH, { ...wanted, ...more });
    expect([status, Object.keys(body.details)]).toEqual([422, [field]]);
  });

  it('has at most four others with the same filters, whatever their order and address', async () => {
    await using sandbox = await started();
    const filters = [filter('channelId', 'a'), filter('messageStatus', 'sent')];
    const create = (index: number, eventFilters: object[]) =>
      sandbox.bird('POST', PATH, { ...wanted, url: `https://${index}.example.com`, eventFilters });
    for (let index = 0; index < 5; index++)
      expect((await create(index, index % 2 ? filters : filters.toReversed())).status).toBe(201);
    expect((await create(5, filters)).status).toBe(409);
    const { status, body } = await create(5, []);
    expect(status).toBe(201);
    const widened = await sandbox.bird('PATCH', `${PATH}/${body.id}`, { eventFilters: filters });
    expect(widened.status).toBe(409);
  });
});
