import type { Answer, Call, Handler } from '../call.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, compared, invalid, many, one, userOf } from './answers.ts';
import { post } from './post.ts';
import type { Individual, Message } from './rows.ts';
import { isNewTo, messagesIn, shownMessage, shownReceipt } from './shown.ts';

interface Create {
  'auto-ack'?: string;
  'channel-id': string;
  draft?: boolean;
  'include-destinations'?: string[];
  'individual-id'?: string;
  message: string;
}

interface Update {
  draft?: boolean;
  'individual-id'?: string;
  message?: string;
  removed?: boolean;
}

function messageOf(call: Call): Message {
  const message = call.world.courier.messages.get(call.at('id'));
  if (!message) throw notFound('messaging message');
  return message;
}

function shown(call: Call, status: number, message: Message, actor: Individual, receipts = true): Answer {
  const { id: actorId } = actor;
  const showing = {
    actorId,
    receipts,
    phrases: call.flag('include-phrases'),
    thumbnail: call.flag('thumbnail'),
  };
  return one(
    status,
    shownMessage(call.world, message, {
      ...showing,
      phrases: showing.phrases ?? false,
      thumbnail: showing.thumbnail ?? false,
    }),
  );
}

function inQuery(call: Call): Individual {
  return actorOf(call.world, call.text('individual-id'), 'query', 'individual-id');
}

function inBody(call: Call): Individual {
  return actorOf(
    call.world,
    call.body<{ 'individual-id'?: string }>()['individual-id'],
    'body',
    '/individual-id',
  );
}

/** Marks a message and all before it as read by an individual. */
function acknowledge(call: Call, message: Message, individualId: string): void {
  const at = call.world.clock.stamp();
  for (const earlier of messagesIn(call.world, message.channelId))
    if (earlier.postedAt <= message.postedAt && isNewTo(earlier, individualId))
      earlier.receipts.push({ individualId, at });
}

/** The operations on messaging messages. */
export const messageHandlers: Record<string, Handler> = {
  // newest first; somebody else's drafts are nobody's business but the service's
  'GET /v1/messaging-messages/': (call) => {
    const { world } = call;
    const actor = inQuery(call);
    const channelId = call.text('channel-id')?.toLowerCase() ?? '';
    if (!world.courier.channels.get(channelId)) throw notFound('messaging channel');
    const posted = compared(call, 'filter[cmp-posted-time]');
    const modified = compared(call, 'filter[cmp-last-modified-time]');
    const text = call.text('filter[text]')?.toLowerCase();
    const acknowledged = call.flag('acknowledged');
    const user = call.text('user-id');
    const wanted = messagesIn(world, channelId)
      .reverse()
      .filter((message) => {
        if (message.draft && call.text('individual-id') && message.authorId !== actor.id) return false;
        if (acknowledged !== undefined && isNewTo(message, actor.id) === acknowledged) return false;
        if (text && (message.removed || !message.text.toLowerCase().includes(text))) return false;
        if (user && userOf(world, message.authorId)?.id !== user) return false;
        return posted(message.postedAt) && modified(message.modifiedAt);
      });
    const showing = {
      actorId: actor.id,
      receipts: call.flag('include-read-receipts') ?? false,
      phrases: call.flag('include-phrases') ?? false,
      thumbnail: call.flag('thumbnail') ?? false,
    };
    return many(call, wanted, (message) => shownMessage(world, message, showing));
  },

  'POST /v1/messaging-messages/': (call) => {
    const { attributes } = call.body<{ data: { attributes: Create } }>().data;
    const at = '/data/attributes';
    const actor = actorOf(call.world, attributes['individual-id'], 'body', `${at}/individual-id`);
    const channel = call.world.courier.channels.get(attributes['channel-id']);
    if (!channel) throw invalid('body', `${at}/channel-id`, 'is no channel');
    if (channel.archived) throw new Refusal(409, 'ChannelArchived', 'The channel is archived');
    if (attributes.message.trim() === '') throw invalid('body', `${at}/message`, 'must not be empty');
    const provider = actor.attributes['account-type'] === 'provider';
    if (!provider && !channel.subscribers.some(({ individualId }) => individualId === actor.id))
      throw new Refusal(403, 'NotSubscribed', 'The individual is not subscribed to the channel');
    const message = post(call.world, {
      channel,
      authorId: actor.id,
      text: attributes.message,
      draft: attributes.draft ?? false,
      destinations: attributes['include-destinations'] ?? [],
    });
    if (attributes['auto-ack']) acknowledge(call, message, actor.id);
    // whoever reads it may answer
    message.answered = message.draft || !call.world.random.happens(0.5);
    return shown(call, 201, message, actor);
  },

  'GET /v1/messaging-messages/{id}/': (call) => shown(call, 200, messageOf(call), inQuery(call)),

  'PATCH /v1/messaging-messages/{id}/': (call) => {
    const message = messageOf(call);
    const { id, attributes } = call.body<{ data: { id: string; attributes: Update } }>().data;
    if (id.toLowerCase() !== message.id) throw invalid('body', '/data/id', 'must be the id in the path');
    const actor = actorOf(call.world, attributes['individual-id'], 'body', '/data/attributes/individual-id');
    if (actor.id !== message.authorId && actor.attributes['account-type'] !== 'provider')
      throw new Refusal(403, 'NotAuthor', 'Only its author may change a message');
    const at = call.world.clock.stamp();
    if (attributes.draft === true && !message.draft)
      throw new Refusal(409, 'AlreadyPosted', 'A posted message is no draft any more');
    if (attributes.draft === false && message.draft) Object.assign(message, { draft: false, postedAt: at });
    if (attributes.message !== undefined) message.text = attributes.message;
    if (attributes.removed !== undefined) message.removed = attributes.removed;
    message.modifiedAt = at;
    const channel = call.world.courier.channels.get(message.channelId);
    if (channel) channel.modifiedAt = at;
    return shown(call, 200, message, actor);
  },

  'POST /v1/messaging-messages/{id}/ack/': (call) => {
    const message = messageOf(call);
    const actor = inBody(call);
    acknowledge(call, message, actor.id);
    if (call.body<{ 'allow-past'?: boolean }>()['allow-past']) {
      for (const later of messagesIn(call.world, message.channelId))
        if (later.postedAt > message.postedAt)
          later.receipts = later.receipts.filter(({ individualId }) => individualId !== actor.id);
    }
    return shown(call, 201, message, actor);
  },

  'POST /v1/messaging-messages/{id}/add-reaction/': (call) => {
    const message = messageOf(call);
    const actor = inBody(call);
    const { 'reaction-type': type } = call.body<{ 'reaction-type': string }>();
    if (!message.reactions.some((one) => one.individualId === actor.id && one.type === type))
      message.reactions.push({ individualId: actor.id, type });
    message.modifiedAt = call.world.clock.stamp();
    return shown(call, 201, message, actor);
  },

  'POST /v1/messaging-messages/{id}/delete-reaction/': (call) => {
    const message = messageOf(call);
    const actor = inBody(call);
    const { 'reaction-type': type } = call.body<{ 'reaction-type': string }>();
    const at = message.reactions.findIndex((one) => one.individualId === actor.id && one.type === type);
    if (at < 0) throw notFound('reaction');
    message.reactions.splice(at, 1);
    message.modifiedAt = call.world.clock.stamp();
    return shown(call, 201, message, actor);
  },

  'GET /v1/messaging-messages/{id}/get-receipts/': (call) => {
    const { world } = call;
    inQuery(call);
    const message = messageOf(call);
    const subscribers = world.courier.channels.get(message.channelId)?.subscribers ?? [];
    const unread = subscribers.filter(({ individualId }) => isNewTo(message, individualId));
    return {
      status: 200,
      body: {
        read: message.receipts.map((receipt) => shownReceipt(world, receipt)),
        unread: unread.map(({ individualId }) => shownReceipt(world, { individualId })),
      },
    };
  },
};
