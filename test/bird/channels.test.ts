import { describe, expect, test } from 'vitest';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { channelRow, filtered, gid, messageRow, moment, page, startBird } from './bird.ts';

describe('a channel', () => {
  test.each(['its native id', 'its global id'])('is read by %s with one call', async (by) => {
    await using pigeon = await startBird({
      'GET /channels/*': { body: channelRow('sms', { status: 'setting-up', useCaseType: 'transactional' }) },
    });
    const id = by === 'its native id' ? idOf('sms') : gid('BirdChannel', 'sms');
    const { bird } = await pigeon.query(
      `{ bird { channel(id: "${id}") { id nativeId source name platformId identifier status nativeStatus useCaseType createdAt } } }`,
    );
    expect(bird.channel).toEqual({
      id: gid('BirdChannel', 'sms'),
      nativeId: idOf('sms'),
      source: 'BIRD',
      name: 'channel sms',
      platformId: 'sms',
      identifier: '+3197000',
      status: 'SETTING_UP',
      nativeStatus: 'setting-up',
      useCaseType: 'TRANSACTIONAL',
      createdAt: moment(0),
    });
    expect(pigeon.calls()).toEqual([`GET /channels/${idOf('sms')}`]);
  });

  test('is null where Bird does not know it', async () => {
    await using pigeon = await startBird({ 'GET /channels/*': { status: 404 } });
    expect(
      await pigeon.query(
        `{ bird { channel(id: "${idOf('sms')}") { name } } node(id: "${gid('BirdChannel', 'sms')}") { id } }`,
      ),
    ).toEqual({ bird: { channel: null }, node: null });
    // Named twice, asked for once.
    expect(pigeon.calls()).toEqual([`GET /channels/${idOf('sms')}`]);
  });

  test('with a status of tomorrow keeps its word', async () => {
    await using pigeon = await startBird({
      'GET /channels': page([channelRow('sms', { status: 'dreaming' })]),
    });
    const { bird } = await pigeon.query('{ bird { channels { nodes { status nativeStatus } } } }');
    expect(bird.channels.nodes).toEqual([{ status: 'UNKNOWN', nativeStatus: 'dreaming' }]);
  });

  test('shows only the settings that Bird calls public', async () => {
    const settings = [
      { key: 'a', value: 'open', visibility: 'public' },
      { key: 'b', value: 'secret', visibility: 'private' },
      { key: 'c', value: 'secret' },
    ];
    await using pigeon = await startBird({
      'GET /channels': page([
        channelRow('sms', { settings, connectionParams: settings }),
        channelRow('mail'),
      ]),
    });
    const { bird } = await pigeon.query(
      '{ bird { channels { nodes { settings { key value visibility } connectionParams { key value visibility } } } } }',
    );
    expect(bird.channels.nodes).toEqual([
      { settings: settings.slice(0, 1), connectionParams: settings.slice(0, 1) },
      { settings: null, connectionParams: null },
    ]);
  });
});

describe('the list of channels', () => {
  test('is asked with its filters', async () => {
    await using pigeon = await startBird({ 'GET /channels': page([]) });
    await pigeon.query(
      `{ bird { channels(
        first: 5, platform: ["sms", "email"], status: [ACTIVE, SETTING_UP], reverse: true, useCaseType: MARKETING,
        ids: ["${gid('BirdChannel', 'sms')}", "${idOf('mail')}"], conferencial: false, onlyMyChannels: true
      ) { nodes { id } } } }`,
    );
    expect(pigeon.calls()).toEqual([
      `GET /channels?reverse=true&platform=sms&platform=email&onlyMyChannels=true&status=active&status=setting-up&useCaseType=marketing&id=${idOf('sms')}&id=${idOf('mail')}&limit=5`,
    ]);
  });

  test('refuses to filter by UNKNOWN, which is no word of Bird’s', async () => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal('{ bird { channels(status: [UNKNOWN]) { nodes { id } } } }');
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', ['status']]);
    expect(pigeon.calls()).toEqual([]);
  });

  test('gives more rows than Bird’s page holds, and reads none of them again', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => channelRow(`c${index}`));
    await using pigeon = await startBird({
      'GET /channels': ({ params }) =>
        params.has('pageToken') ? page(rows.slice(100)) : page(rows.slice(0, 100), 'more'),
      'GET /channels/messages': page([messageRow('m', { channel: 'c120' })]),
    });
    const { bird, channels } = await pigeon.query(
      '{ bird { channels(first: 1000) { nodes { nativeId } pageInfo { hasNextPage } } } channels: bird { channels(first: 1) { nodes { name } } } }',
    );
    expect(bird.channels.nodes.map(({ nativeId }: { nativeId: string }) => nativeId)).toEqual(
      rows.map(({ id }) => id),
    );
    expect(bird.channels.pageInfo.hasNextPage).toBe(false);
    expect(channels.channels.nodes).toEqual([{ name: 'channel c0' }]);
    expect(pigeon.calls().toSorted()).toEqual([
      'GET /channels?limit=1',
      'GET /channels?limit=100',
      'GET /channels?limit=100&pageToken=more',
    ]);
  });
});

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on BirdChannel { name } } }';

describe('channels by their ids', () => {
  test('are read with one call, and by themselves where the list does not show them', async () => {
    await using pigeon = await startBird({
      'GET /channels': filtered([channelRow('mail'), channelRow('sms')]),
      'GET /channels/*': { status: 404 },
    });
    const ids = ['sms', 'gone', 'mail'].map((word) => gid('BirdChannel', word));
    const { nodes } = await pigeon.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on BirdChannel { name } } }',
      {
        ids,
      },
    );
    expect(nodes).toEqual([{ name: 'channel sms' }, null, { name: 'channel mail' }]);
    expect(pigeon.calls()).toEqual([
      `GET /channels?id=${idOf('sms')}&id=${idOf('gone')}&id=${idOf('mail')}&limit=3`,
      `GET /channels/${idOf('gone')}`,
    ]);
  });

  test.each([400, 422])('are read one by one where Bird refuses the filter with %i', async (status) => {
    await using pigeon = await startBird({
      'GET /channels': { status, body: { code: 'X', message: 'id is no parameter' } },
      [`GET /channels/${idOf('sms')}`]: { body: channelRow('sms') },
      [`GET /channels/${idOf('mail')}`]: { body: channelRow('mail') },
    });
    const ids = ['sms', 'mail'].map((word) => gid('BirdChannel', word));
    const { nodes } = await pigeon.query(NODES, { ids });
    expect(nodes).toEqual([{ name: 'channel sms' }, { name: 'channel mail' }]);
    expect(pigeon.calls()).toHaveLength(3);
  });

  test('are read one by one where Bird takes no notice of the filter', async () => {
    await using pigeon = await startBird({
      'GET /channels': page([channelRow('other'), channelRow('mail')], 'more'),
      [`GET /channels/${idOf('sms')}`]: { body: channelRow('sms') },
    });
    const ids = ['sms', 'mail'].map((word) => gid('BirdChannel', word));
    const { nodes } = await pigeon.query(NODES, { ids });
    expect(nodes).toEqual([{ name: 'channel sms' }, { name: 'channel mail' }]);
    expect(pigeon.calls()).toEqual([
      `GET /channels?id=${idOf('sms')}&id=${idOf('mail')}&limit=2`,
      `GET /channels/${idOf('sms')}`,
    ]);
  });

  test('fail with the list that fails', async () => {
    await using pigeon = await startBird({ 'GET /channels': { status: 403 } });
    const ids = ['sms', 'mail'].map((word) => gid('BirdChannel', word));
    const { body } = await pigeon.gateway.ask(NODES, { ids });
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual([
      'UPSTREAM_REFUSED',
      'UPSTREAM_REFUSED',
    ]);
    expect(pigeon.calls()).toHaveLength(1);
  });

  test('are asked for a hundred at a time', async () => {
    const rows = Array.from({ length: 130 }, (_, index) => channelRow(`c${index}`));
    await using pigeon = await startBird({ 'GET /channels': filtered(rows) });
    const ids = rows.map(({ id }) => Buffer.from(`BirdChannel:${WORKSPACE_ID}/${id}`).toString('base64'));
    const { nodes } = await pigeon.query(NODES, { ids });
    expect(nodes).toHaveLength(130);
    expect(pigeon.bird.asked.map(({ params }) => params.get('limit'))).toEqual(['100', '30']);
  });

  test('are read workspace by workspace', async () => {
    const other = Buffer.from(`BirdChannel:${idOf('elsewhere')}/${idOf('sms')}`).toString('base64');
    await using pigeon = await startBird({ 'GET /channels/*': { body: channelRow('sms') } });
    pigeon.bird.answers({
      [`GET /workspaces/${idOf('elsewhere')}/channels/*`]: { body: channelRow('sms', { name: 'theirs' }) },
    });
    const { nodes } = await pigeon.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on BirdChannel { name } } }',
      {
        ids: [other, gid('BirdChannel', 'sms')],
      },
    );
    expect(nodes).toEqual([
      { id: other, name: 'theirs' },
      { id: gid('BirdChannel', 'sms'), name: 'channel sms' },
    ]);
  });
});

describe('channel groups', () => {
  const group = {
    id: idOf('group'),
    platformId: 'whatsapp',
    platformGroupId: 'w-1',
    platformGroupName: 'Clinic',
    channelIds: [idOf('wa1'), idOf('wa2')],
    createdAt: moment(0),
    updatedAt: moment(0),
  };

  test('of all channels of a list cost one call', async () => {
    await using pigeon = await startBird({
      'GET /channels': page(['wa1', 'sms', 'wa2'].map((word) => channelRow(word))),
      'GET /channel-groups': page([group]),
    });
    const { bird } = await pigeon.query(
      '{ bird { channels { nodes { group { id platformGroupName } } } channelGroups { nativeId } } }',
    );
    const shown = { id: gid('BirdChannelGroup', 'group'), platformGroupName: 'Clinic' };
    expect(bird.channels.nodes.map((node: { group: unknown }) => node.group)).toEqual([shown, null, shown]);
    expect(bird.channelGroups).toEqual([{ nativeId: idOf('group') }]);
    expect(pigeon.calls().toSorted()).toEqual(['GET /channel-groups', 'GET /channels?limit=20']);
  });

  test('lead to their channels, which one call reads', async () => {
    await using pigeon = await startBird({
      'GET /channel-groups': page([group, { ...group, id: idOf('other'), channelIds: [idOf('wa2')] }]),
      'GET /channels': filtered([channelRow('wa1'), channelRow('wa2')]),
    });
    const { bird } = await pigeon.query('{ bird { channelGroups { channels { nativeId name } } } }');
    const shown = (word: string) => ({ nativeId: idOf(word), name: `channel ${word}` });
    expect(bird.channelGroups).toEqual([
      { channels: [shown('wa1'), shown('wa2')] },
      { channels: [shown('wa2')] },
    ]);
    expect(pigeon.calls()).toEqual([
      'GET /channel-groups',
      `GET /channels?id=${idOf('wa1')}&id=${idOf('wa2')}&limit=2`,
    ]);
  });

  test('are read by id, and are null where Bird does not know them', async () => {
    await using pigeon = await startBird({
      [`GET /channel-groups/${idOf('group')}`]: { body: group },
      [`GET /channel-groups/${idOf('none')}`]: { status: 404 },
    });
    const { bird } = await pigeon.query(`{ bird {
      channelGroup(id: "${gid('BirdChannelGroup', 'group')}") { nativeId platformId platformGroupId createdAt }
      none: channelGroup(id: "${idOf('none')}") { id }
    } }`);
    expect(bird).toEqual({
      channelGroup: {
        nativeId: idOf('group'),
        platformId: 'whatsapp',
        platformGroupId: 'w-1',
        createdAt: moment(0),
      },
      none: null,
    });
  });
});

describe('a contact’s service window', () => {
  const QUERY = (args: string) =>
    `{ bird { channel(id: "${idOf('wa')}") { contact(${args}) { serviceWindowExpireAt isPermanentSession metadata } } } }`;
  const window = `GET /channels/${idOf('wa')}/contacts/${idOf('ada')}`;

  test('is asked for the channel, and for one of the contact’s identifiers', async () => {
    await using pigeon = await startBird({
      'GET /channels/*': { body: channelRow('wa') },
      [window]: {
        body: { serviceWindowExpireAt: moment(60), isPermanentSession: false, metadata: { a: 'b' } },
      },
    });
    const { bird } = await pigeon.query(
      QUERY(`id: "${gid('BirdContact', 'ada')}", identifierValue: "+31612345678"`),
    );
    expect(bird.channel.contact).toEqual({
      serviceWindowExpireAt: moment(60),
      isPermanentSession: false,
      metadata: { a: 'b' },
    });
    expect(pigeon.calls()[1]).toBe(`${window}?contactIdentifierValue=+31612345678`);
  });

  test('needs no call for the channel of a message', async () => {
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m', { channel: 'wa' })]),
      [window]: { body: { serviceWindowExpireAt: null } },
    });
    const { bird } = await pigeon.query(
      `{ bird { messages { nodes { channel { contact(id: "${idOf('ada')}") { serviceWindowExpireAt } } } } } }`,
    );
    expect(bird.messages.nodes[0].channel.contact).toEqual({ serviceWindowExpireAt: null });
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20', window]);
  });

  test('is null where Bird does not know the contact', async () => {
    await using pigeon = await startBird({
      'GET /channels/*': { body: channelRow('wa') },
      [window]: { status: 404 },
    });
    expect((await pigeon.query(QUERY(`id: "${idOf('ada')}"`))).bird.channel).toEqual({ contact: null });
  });
});

describe('interactions', () => {
  const list = `GET /channels/${idOf('sms')}/messages/${idOf('m')}/interactions`;
  const row = (type: string, more: object = {}) => ({
    id: idOf(type),
    messageId: idOf('m'),
    channelId: idOf('sms'),
    type,
    createdAt: moment(5),
    ...more,
  });

  test('tell what people did with a message', async () => {
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m')]),
      [list]: page([
        row('reaction', { metadata: { reaction: { emoji: '👍', action: 'react' } } }),
        row('clicked', { details: 'item_1_clicked', metadata: { link: { url: 'https://example.com' } } }),
        row('opened-by-a-cat', {
          context: { id: 'c', type: 'campaign', tags: ['a'] },
          receiver: { contacts: [{ id: idOf('ada'), identifierValue: '+31612345678' }] },
          messageReference: 'r-1',
          platformReferenceId: 'wamid',
        }),
      ]),
    });
    const { bird } = await pigeon.query(
      `{ bird { messages { nodes { interactions {
        nativeId type nativeType details emoji url context { nativeId type tags } createdAt messageReference
        platformReferenceId recipients { identifierValue contact { nativeId } } message { nativeId } channel { nativeId }
      } } } } }`,
    );
    const nothing = {
      details: null,
      emoji: null,
      url: null,
      context: null,
      messageReference: null,
      platformReferenceId: null,
      recipients: [],
      message: { nativeId: idOf('m') },
      channel: { nativeId: idOf('sms') },
      createdAt: moment(5),
    };
    expect(bird.messages.nodes[0].interactions).toEqual([
      { ...nothing, nativeId: idOf('reaction'), type: 'REACTION', nativeType: 'reaction', emoji: '👍' },
      {
        ...nothing,
        nativeId: idOf('clicked'),
        type: 'CLICKED',
        nativeType: 'clicked',
        details: 'item_1_clicked',
        url: 'https://example.com',
      },
      {
        ...nothing,
        nativeId: idOf('opened-by-a-cat'),
        type: 'UNKNOWN',
        nativeType: 'opened-by-a-cat',
        context: { nativeId: 'c', type: 'campaign', tags: ['a'] },
        messageReference: 'r-1',
        platformReferenceId: 'wamid',
        recipients: [{ identifierValue: '+31612345678', contact: { nativeId: idOf('ada') } }],
      },
    ]);
    expect(pigeon.calls()).toEqual(['GET /channels/messages?limit=20', list]);
  });

  test('that cannot be read cost only themselves', async () => {
    await using pigeon = await startBird({
      'GET /channels/messages': page([messageRow('m')]),
      [list]: { status: 500 },
    });
    const { body } = await pigeon.gateway.ask(
      '{ bird { messages { nodes { text interactions { type } } } } }',
    );
    expect(body.data.bird.messages.nodes).toEqual([{ text: 'm', interactions: null }]);
    expect(body.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });
});
