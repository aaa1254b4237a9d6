import type { Answer, Call, Handler } from '../call.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { actorOf, compared, invalid, many, one } from './answers.ts';
import { patched } from './patched.ts';
import { post } from './post.ts';
import type { Channel } from './rows.ts';
import { shownChannel } from './shown.ts';

interface Create {
  'event-settings'?: { enabled?: boolean };
  floating?: boolean;
  'individual-group-id'?: string;
  'individual-ids'?: string[];
  label?: string;
  name?: string;
  'organization-id': string;
  'subscription-type'?: string;
  'text-number-id'?: string;
}

/** The channel with the id in the path; a 404 when there is none. */
function channelOf(call: Call): Channel {
  const channel = call.world.courier.channels.get(call.at('id'));
  if (!channel) throw notFound('messaging channel');
  return channel;
}

function shown(
  call: Call,
  status: number,
  channel: Channel,
  actorId = call.world.courier.service.individualId,
): Answer {
  return one(
    status,
    shownChannel(call.world, channel, { actorId, groupName: call.flag('use-group-name') ?? true }),
  );
}

/** Notes that a channel changed, which brings it to the top of the list. */
function touched(call: Call, channel: Channel): Channel {
  channel.modifiedAt = call.world.clock.stamp();
  return channel;
}

function known(world: World, ids: string[], pointer: string): string[] {
  for (const [index, id] of ids.entries())
    if (!world.courier.individuals.get(id)) throw invalid('body', `${pointer}/${index}`, 'is no individual');
  return ids;
}

function subscribe(channel: Channel, ids: string[], admin = false): void {
  for (const individualId of ids)
    if (!channel.subscribers.some((one) => one.individualId === individualId))
      channel.subscribers.push({ individualId, admin, pinned: false, preferences: { notify: 'all' } });
}

/** The operations on messaging channels. */
export const channelHandlers: Record<string, Handler> = {
  // archived channels are listed only when they are asked for; without the filter they stay away
  'GET /v1/messaging-channels/': (call) => {
    const actor = actorOf(call.world, call.text('individual-id'), 'query', 'individual-id');
    const modified = compared(call, 'filter[cmp-last-modified-time]');
    const archived = call.flag('filter[archived]') ?? false;
    const floating = call.flag('filter[floating]');
    const group = call.text('filter[individual-group-id]');
    const organization = call.text('organization-id');
    const participant = call.text('participant-id');
    const wanted = call.world.courier.channels
      .all()
      .filter((channel) => {
        if (channel.archived !== archived) return false;
        if (floating !== undefined && channel.floating !== floating) return false;
        if (group && channel.groupId !== group) return false;
        if (organization && channel.organizationId !== organization) return false;
        if (participant && !channel.subscribers.some((one) => one.individualId === participant)) return false;
        return modified(channel.modifiedAt);
      })
      .sort((a, b) =>
        a.modifiedAt < b.modifiedAt ? 1 : a.modifiedAt > b.modifiedAt ? -1 : a.id < b.id ? -1 : 1,
      );
    const showing = { actorId: actor.id, groupName: call.flag('use-group-name') ?? true };
    return many(call, wanted, (channel) => shownChannel(call.world, channel, showing), 50);
  },

  'POST /v1/messaging-channels/': (call) => {
    const { world } = call;
    const { attributes } = call.body<{ data: { attributes: Create } }>().data;
    const groupId = attributes['individual-group-id'];
    const textNumberId = attributes['text-number-id'];
    const group = groupId === undefined ? undefined : world.courier.groups.get(groupId);
    if (!world.courier.organizations.get(attributes['organization-id']))
      throw invalid('body', '/data/attributes/organization-id', 'is no organization');
    if (groupId !== undefined && !group)
      throw invalid('body', '/data/attributes/individual-group-id', 'is no group');
    if (textNumberId !== undefined && !world.courier.numbers.has(textNumberId))
      throw invalid('body', '/data/attributes/text-number-id', 'is no number');
    const members = known(world, attributes['individual-ids'] ?? [], '/data/attributes/individual-ids');
    const { individualId, userId } = world.courier.service;
    const at = world.clock.stamp();
    const channel: Channel = {
      id: world.fresh('courier-channel'),
      name: attributes.name ?? group?.attributes.name ?? 'New channel',
      ...(attributes.label === undefined ? {} : { label: attributes.label }),
      organizationId: attributes['organization-id'],
      ...(group ? { groupId: group.id } : {}),
      ownerId: individualId,
      createdBy: userId,
      subscriptionType: attributes['subscription-type'] ?? 'none',
      archived: false,
      floating: attributes.floating ?? false,
      canEnableSms: true,
      withSms: textNumberId !== undefined,
      ...(textNumberId ? { textNumberId } : {}),
      eventsEnabled: attributes['event-settings']?.enabled ?? true,
      groupProviderAck: false,
      subscribers: [],
      createdAt: at,
      modifiedAt: at,
    };
    subscribe(channel, [individualId], true);
    subscribe(channel, [...members, ...(group?.attributes.individuals.map(({ id }) => id) ?? [])]);
    return shown(call, 201, world.courier.channels.add(channel));
  },

  'GET /v1/messaging-channels/{id}/': (call) => {
    const actor = actorOf(call.world, call.text('individual-id'), 'query', 'individual-id');
    return shown(call, 200, channelOf(call), actor.id);
  },

  'PATCH /v1/messaging-channels/{id}/': (call) => {
    const channel = channelOf(call);
    const { id, attributes } = call.body<{
      data: { id: string; attributes: Parameters<typeof patched>[1] };
    }>().data;
    if (id.toLowerCase() !== channel.id) throw invalid('body', '/data/id', 'must be the id in the path');
    Object.assign(channel, patched(channel, attributes));
    return shown(call, 200, touched(call, channel));
  },

  'POST /v1/messaging-channels/{id}/archive/': (call) => archive(call, true),

  'POST /v1/messaging-channels/{id}/unarchive/': (call) => archive(call, false),

  'GET /v1/messaging-channels/{id}/get-profile/': (call) => {
    const channel = channelOf(call);
    actorOf(call.world, call.text('individual-id'), 'query', 'individual-id');
    const id = call.text('profile-individual-id') ?? '';
    if (!channel.subscribers.some(({ individualId }) => individualId === id)) throw notFound('profile');
    const photo = `https://media.example.com/people/${id}.jpg`;
    return { status: 200, body: { data: { id, type: 'individual-profiles', attributes: { photo } } } };
  },

  'POST /v1/messaging-channels/{id}/preferences/': (call) => {
    const channel = channelOf(call);
    const body = call.body<{ 'individual-id'?: string; values: { name: string; value: string }[] }>();
    const actor = actorOf(call.world, body['individual-id'], 'body', '/individual-id');
    const subscriber = channel.subscribers.find(({ individualId }) => individualId === actor.id);
    if (!subscriber) throw invalid('body', '/individual-id', 'is not subscribed to the channel');
    for (const { name, value } of body.values) {
      if (name === 'pinned') subscriber.pinned = value === 'true';
      else subscriber.preferences[name] = value;
    }
    return shown(call, 201, touched(call, channel), actor.id);
  },

  'POST /v1/messaging-channels/{id}/sms/': (call) => {
    const channel = channelOf(call);
    const body = call.body<{
      active: boolean;
      'initial-message'?: string;
      'initial-message-js'?: { en_US?: string };
    }>();
    if (body.active && !channel.canEnableSms)
      throw new Refusal(409, 'SmsNotPossible', 'Nobody in this channel can be reached by SMS');
    channel.withSms = body.active;
    const [number] = call.world.courier.numbers.keys();
    if (body.active && !channel.textNumberId && number) channel.textNumberId = number;
    const text = body['initial-message'] ?? body['initial-message-js']?.en_US;
    if (body.active && text)
      post(call.world, { channel, authorId: call.world.courier.service.individualId, text });
    return shown(call, 201, touched(call, channel));
  },

  'POST /v1/messaging-channels/{id}/subscribe/': (call) => {
    const channel = channelOf(call);
    const ids = call.body<{ 'individual-ids'?: string[] }>()['individual-ids'];
    subscribe(
      channel,
      known(call.world, ids ?? [call.world.courier.service.individualId], '/individual-ids'),
    );
    return shown(call, 201, touched(call, channel));
  },

  'POST /v1/messaging-channels/{id}/unsubscribe/': (call) => {
    const channel = channelOf(call);
    const given = call.body<{ 'individual-ids'?: string[] }>()['individual-ids'];
    const ids = known(call.world, given ?? [call.world.courier.service.individualId], '/individual-ids');
    channel.subscribers = channel.subscribers.filter(({ individualId }) => !ids.includes(individualId));
    return shown(call, 201, touched(call, channel));
  },
};

function archive(call: Call, archived: boolean): Answer {
  const channel = channelOf(call);
  channel.archived = archived;
  return shown(call, 201, touched(call, channel));
}
