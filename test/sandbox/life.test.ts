import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/sandbox/contract.ts';
import { signature } from '../../src/sandbox/webhooks.ts';
import { started } from './ask.ts';

interface Got {
  url: string;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** A receiver of webhooks, which may refuse the first so many deliveries. */
async function receiver(refusals = 0) {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    got.push({ url: request.url ?? '', headers: request.headers, text });
    response.writeHead(got.length > refusals ? 204 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/bird`,
    about: (messageId: string) =>
      got
        .map(({ text }) => JSON.parse(text))
        .filter(({ payload }) => payload.id === messageId || payload.messageId === messageId),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const text = (value: string) => ({
  receiver: { contacts: [{ identifierValue: value }] },
  body: { type: 'text', text: { text: 'Hello' } },
});

describe('webhooks', () => {
  it('are signed as the check value says', () => {
    const body = '{"service":"channels","event":"sms.outbound","payload":{}}';
    expect(createHash('sha256').update(body).digest('hex')).toBe(
      'bb7a3273876ebda488e357f22ec0dbf91a31951467945017f436b0adc8253914',
    );
    expect(signature('secureSigningKey', '1719823259', 'https://gateway.example/hooks/bird', body)).toBe(
      'QGp8SWgSWMNITGnduFg9IVE3tcJR9aCvwR1yyk9r46Q=',
    );
  });

  it('tell each step of a send in order, signed over the bytes that arrive', async () => {
    await using hook = await receiver();
    await using running = await started({ webhookUrl: () => hook.url });
    const { sandbox, bird, fixtureIds } = running;
    const path = `/channels/${fixtureIds.birdChannelId}/messages`;
    const sent = await bird('POST', path, { ...text(fixtureIds.phone), reference: 'mine', tags: ['Visit'] });
    expect(sent).toMatchObject({
      status: 202,
      body: { status: 'accepted', reference: 'mine', tags: ['visit'] },
    });
    for (let step = 0; step < 4; step++) await sandbox.step();
    const told = hook.about(sent.body.id);
    expect(
      told.filter(({ event }) => event === 'whatsapp.outbound').map(({ payload }) => payload.status),
    ).toEqual([...['accepted', 'processing', 'sent', 'delivered']]);
    expect(told.at(-1)).toMatchObject({
      service: 'channels',
      event: 'whatsapp.interaction',
      payload: { type: 'read' },
    });
    expect(await bird('GET', `${path}/${sent.body.id}`)).toMatchObject({ body: { status: 'delivered' } });
    expect((await bird('GET', `${path}/${sent.body.id}/interactions`)).body.results).toMatchObject([
      { type: 'read' },
    ]);
    const contract = contractOf('bird');
    const isEnvelope = contract.compile({
      $ref: '#/components/schemas/WebhookEnvelope',
    });
    for (const { headers, text: body } of hook.got) {
      expect(isEnvelope(JSON.parse(body)), body).toBe(true);
      const timestamp = String(headers['messagebird-request-timestamp']);
      const signed = Buffer.concat([
        Buffer.from(`${timestamp}\n${hook.url}\n`),
        createHash('sha256').update(body).digest(),
      ]);
      const expected = createHmac('sha256', sandbox.bird.signingKey).update(signed).digest('base64');
      expect(headers['messagebird-signature']).toBe(expected);
      expect(timestamp).toMatch(/^\d{10}$/);
    }
  });

  it('are tried again with their first timestamp, and later ones wait their turn', async () => {
    await using hook = await receiver(2);
    await using running = await started({ webhookUrl: hook.url });
    const { sandbox, bird, fixtureIds } = running;
    const sent = await bird(
      'POST',
      `/channels/${fixtureIds.birdSmsChannelId}/messages`,
      text(fixtureIds.phone),
    );
    await expect.poll(() => hook.got.length).toBe(3);
    await sandbox.step();
    await sandbox.step();
    await sandbox.step();
    const told = hook.about(sent.body.id).map(({ payload }) => payload.status);
    expect(told).toEqual(['accepted', 'accepted', 'accepted', 'processing', 'sent', 'delivered']);
    const [first, second, third] = hook.got;
    expect(second?.headers).toMatchObject({
      'messagebird-signature': first?.headers['messagebird-signature'],
    });
    expect(third?.headers).toMatchObject({
      'messagebird-request-timestamp': first?.headers['messagebird-request-timestamp'],
    });
  });

  it('go nowhere until an address is set, and then there', async () => {
    await using hook = await receiver();
    await using running = await started();
    const { sandbox, bird, fixtureIds } = running;
    const sent = await bird(
      'POST',
      `/channels/${fixtureIds.birdSmsChannelId}/messages`,
      text(fixtureIds.phone),
    );
    await sandbox.step();
    expect(hook.got).toHaveLength(0);
    sandbox.setWebhookUrl(hook.url);
    await sandbox.step();
    expect(hook.about(sent.body.id)).toMatchObject([{ event: 'sms.outbound', payload: { status: 'sent' } }]);
  });

  it('carry messages that come in, by their platform', async () => {
    await using hook = await receiver();
    await using running = await started({ webhookUrl: hook.url });
    for (let step = 0; step < 120; step++) await running.sandbox.step();
    const inbound = hook.got
      .map(({ text: body }) => JSON.parse(body))
      .filter(({ event }) => event.endsWith('.inbound'));
    expect(inbound.length).toBeGreaterThan(5);
    expect(new Set(inbound.map(({ event }) => event.split('.')[0])).size).toBeGreaterThan(1);
    for (const { payload } of inbound)
      expect(payload).toMatchObject({
        direction: 'incoming',
        status: 'delivered',
        sender: { contact: { id: expect.any(String) } },
      });
  });
});

describe('a send on Bird', () => {
  it('makes a contact when nobody has the identifier, once', async () => {
    await using running = await started();
    const { bird, fixtureIds } = running;
    const path = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
    const first = await bird('POST', path, text('+12025550111'));
    const second = await bird('POST', path, text('+1 202 555 0111'));
    const third = await bird('POST', path, text('+1 202 555 0111'));
    const [known, made, same] = [first, second, third].map(({ body }) => body.receiver.contacts[0].id);
    expect(made).not.toBe(known);
    expect(same).toBe(made);
    expect(await bird('GET', `/contacts/${made}`)).toMatchObject({
      status: 200,
      body: { isAnonymous: true, featuredIdentifiers: [{ key: 'phonenumber', value: '+1 202 555 0111' }] },
    });
  });

  it('takes several receivers on email only, and no channel that is not active', async () => {
    await using running = await started();
    const { bird, fixtureIds } = running;
    const several = (a: string, b: string) => ({
      ...text(a),
      receiver: { contacts: [{ identifierValue: a }, { identifierValue: b, type: 'cc' }] },
    });
    const sms = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
    const email = `/channels/${fixtureIds.birdEmailChannelId}/messages`;
    expect(await bird('POST', sms, several('+12025550142', '+12025550131'))).toMatchObject({ status: 422 });
    expect(await bird('POST', email, several('a@example.com', 'b@example.com'))).toMatchObject({
      status: 202,
      body: { receiver: { contacts: [{ type: 'to' }, { type: 'cc' }] } },
    });
    expect(
      await bird('POST', `/channels/${fixtureIds.birdInactiveChannelId}/messages`, text('+12025550142')),
    ).toMatchObject({ status: 409 });
  });

  it('ends badly for those whom nothing reaches', async () => {
    await using running = await started();
    const { sandbox, bird, fixtureIds } = running;
    const ends = {
      delivered: 'delivery_failed',
      sent: 'sending_failed',
      taken: 'rejected',
      tried: 'skipped',
    } as const;
    for (const [key, status] of Object.entries(ends)) {
      const value = fixtureIds.never[key as keyof typeof ends];
      const path = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
      const { body } = await bird('POST', path, text(value));
      for (let step = 0; step < 3; step++) await sandbox.step();
      const answer = await bird('GET', `${path}/${body.id}`);
      expect(answer.body).toMatchObject({ status, reason: expect.stringContaining('reason:') });
      expect(answer.body.failure !== undefined).toBe(status !== 'skipped');
    }
  });

  it('waits for its time when it has one', async () => {
    await using running = await started();
    const { sandbox, bird, fixtureIds } = running;
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const path = `/channels/${fixtureIds.birdSmsChannelId}/messages`;
    const { body } = await bird('POST', path, { ...text(fixtureIds.phone), scheduledFor });
    await sandbox.step();
    expect(await bird('GET', `${path}/${body.id}`)).toMatchObject({
      body: { status: 'scheduled', scheduledFor },
    });
  });
});

describe('courier', () => {
  it('lets others read what is posted, and counts what is new for each', async () => {
    await using running = await started();
    const { sandbox, courier, fixtureIds } = running;
    const attributes = {
      'channel-id': fixtureIds.courierChannelId,
      message: 'See you soon',
      'individual-id': fixtureIds.courierProviderId,
    };
    const posted = await courier('POST', '/messaging-messages/', {
      data: { type: 'messaging-messages', attributes },
    });
    expect(posted).toMatchObject({
      status: 201,
      body: { data: { attributes: { 'first-name': 'Farah', 'read-receipts': [] } } },
    });
    const { id } = posted.body.data;
    const channel = async () =>
      (
        await courier(
          'GET',
          `/messaging-channels/${fixtureIds.courierChannelId}/?individual-id=${fixtureIds.courierIndividualId}`,
        )
      ).body.data.attributes;
    expect(await channel()).toMatchObject({
      'last-message': { id, message: 'See you soon' },
      'caller-has-new-message': true,
    });
    await courier('POST', `/messaging-messages/${id}/ack/`, {
      'individual-id': fixtureIds.courierIndividualId,
    });
    expect(await channel()).toMatchObject({
      'caller-has-new-message': false,
      'caller-new-message-count': 0,
    });
    await sandbox.step();
    await sandbox.step();
    const receipts = await courier('GET', `/messaging-messages/${id}/get-receipts/`);
    expect(receipts.body.read.length).toBeGreaterThan(1);
  });

  it('changes a channel by JSON Patch, or not at all', async () => {
    await using running = await started();
    const { courier, fixtureIds } = running;
    const path = `/messaging-channels/${fixtureIds.courierChannelId}/`;
    const patch = (attributes: object[]) =>
      courier('PATCH', path, {
        data: { type: 'messaging-channels', id: fixtureIds.courierChannelId, attributes },
      });
    const rename = { op: 'replace', path: '/name', value: 'Amina' };
    expect(await patch([rename, { op: 'replace', path: '/owner-id', value: 'x' }])).toMatchObject({
      status: 400,
      body: { errors: [{ source: { pointer: '/data/attributes/1/path' } }] },
    });
    expect((await courier('GET', path)).body.data.attributes.name).toBe('Amina Diallo');
    expect(await patch([rename, { op: 'add', path: '/label', value: 'vip' }])).toMatchObject({
      status: 200,
      body: { data: { attributes: { name: 'Amina', label: 'vip' } } },
    });
  });

  it('keeps an archived channel closed until it is opened again', async () => {
    await using running = await started();
    const { courier, fixtureIds } = running;
    const path = `/messaging-channels/${fixtureIds.courierChannelId}`;
    const post = {
      data: {
        type: 'messaging-messages',
        attributes: { 'channel-id': fixtureIds.courierChannelId, message: 'Hi' },
      },
    };
    expect(await courier('POST', `${path}/archive/`, {})).toMatchObject({
      status: 201,
      body: { data: { attributes: { archived: true } } },
    });
    expect(await courier('POST', '/messaging-messages/', post)).toMatchObject({ status: 409 });
    await courier('POST', `${path}/unarchive/`, {});
    expect(await courier('POST', '/messaging-messages/', post)).toMatchObject({ status: 201 });
  });

  it('tells the address a text names of each of its states, as a form', async () => {
    await using hook = await receiver();
    await using running = await started();
    const { sandbox, courier, fixtureIds } = running;
    const attributes = {
      'account-id': fixtureIds.courierTextAccountId,
      message: 'Hello',
      'callback-status-url': hook.url,
    };
    const states = async (target: string) => {
      hook.got.length = 0;
      const { body } = await courier('POST', '/texts/', {
        data: { type: 'texts', attributes: { ...attributes, target } },
      });
      expect(body.data.attributes.status).toBe('accepted');
      for (let step = 0; step < 5; step++) await sandbox.step();
      expect(
        hook.got.every(({ headers }) => headers['content-type'] === 'application/x-www-form-urlencoded'),
      ).toBe(true);
      return hook.got.map(({ text: form }) => new URLSearchParams(form).get('MessageStatus'));
    };
    expect(await states('+12025550142')).toEqual(['queued', 'sending', 'sent', 'delivered']);
    expect(await states(fixtureIds.never.delivered)).toEqual(['queued', 'sending', 'sent', 'undelivered']);
    expect(await states(fixtureIds.never.sent)).toEqual(['queued', 'failed']);
  });

  it('sends a draft email when told to', async () => {
    await using running = await started();
    const { sandbox, courier, fixtureIds } = running;
    const attributes = {
      'individual-id': fixtureIds.courierIndividualId,
      subject: 'Hello',
      message: 'Hello',
    };
    const { body } = await courier('POST', '/user-emails/', { data: { type: 'user-emails', attributes } });
    expect(body.data.attributes).toMatchObject({ status: 'draft', to: ['Amina.Diallo@Example.com'] });
    expect(await courier('POST', `/user-emails/${body.data.id}/send/`, {})).toMatchObject({ status: 201 });
    await sandbox.step();
    expect((await courier('GET', `/user-emails/${body.data.id}/`)).body.data.attributes.status).toBe('sent');
  });
});
