import { audienceOf, type Context } from '../../context.ts';
import { recordOwn } from '../../graph/change.ts';
import { Channel } from '../../graph/channel.ts';
import { Message, type MessageView, messageFields } from '../../graph/message.ts';
import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import type { TextCallback } from '../../ports.ts';
import { OutcomeUnknownError } from '../../upstream/errors.ts';
import { resource } from '../courier.ts';
import { CourierRecipient } from '../recipient.ts';
import { wordStatus } from '../status.ts';
import { readTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { CourierTextAccount } from './text-account.ts';

type Row = Flat<'/v1/texts/{id}/'>;

/** A text is the organization's unless its status says that it came in. */
const isOwn = (row: Row): boolean => !['receiving', 'received'].includes(row.status?.toLowerCase() ?? '');

/** How a text tells what every message tells. */
const courierTextView: MessageView<Row> = {
  typename: 'CourierText',
  api: 'courier',
  key: (row) => row.id,
  nativeId: (row) => row.id,
  channelId: () => null,
  direction: (row) => (isOwn(row) ? 'OUTGOING' : 'INCOMING'),
  text: (row) => row.message,
  status: (row) => wordStatus(row.status),
  nativeStatus: (row) => row.status,
  statusAt: (row) => readTime(row['last-modified-at']),
  createdAt: (row) => readTime(row['created-at']),
  author: (row) => ({ name: null, self: isOwn(row) }),
  // A text tells a number alone.
  people: () => [],
};

export const CourierText = resource('CourierText', '/v1/texts/{id}/', {
  description: 'An SMS that courier sent for an organization.',
  interfaces: [Message],
  hide: ['message'],
  fields: (t) => ({
    ...messageFields(t, courierTextView),
    channel: t.field({
      type: Channel,
      description: 'Always null: a text has no channel.',
      resolve: () => null,
    }),
    recipients: t.field({
      type: [CourierRecipient],
      description: 'The number that it goes to.',
      resolve: ({ target }) => (target ? [{ address: target }] : []),
    }),
    callbackStatusUrl: t.string({
      description: 'Where its status is posted; null where that is Pigeon itself.',
      resolve: (row, _args, { services }) => {
        const url = row['callback-status-url'];
        return url && services.callbacks?.isOwn(url) ? null : url;
      },
    }),
  }),
});

/** The list of an account's texts. */
export const texts = list(CourierText, { messages: true, newestBy: 'created-at' }).under(CourierTextAccount, {
  description: 'The texts that were sent from this account.',
});

/** An address of Pigeon's own for the statuses of a text; it is sent without one where there can be none. */
const openCallback = async (context: Context): Promise<TextCallback | undefined> => {
  try {
    return await context.services.callbacks?.open(audienceOf(context, 'courier'));
  } catch (error) {
    context.services.warn('a text is sent without a callback', { error: String(error) });
    return undefined;
  }
};

/** What the text was sent with is done, whether or not the address can be written down. */
const unlessFails = async (context: Context, written: Promise<void>): Promise<void> => {
  try {
    await written;
  } catch (error) {
    context.services.warn('a callback could not be recorded', { error: String(error) });
  }
};

create(CourierText, {
  name: 'sendCourierText',
  description:
    'Sends an SMS. Its status comes to Pigeon, and from there to who subscribes, unless `callbackStatusUrl` names another place.',
  around: async (attributes, context, send) => {
    const callback = attributes['callback-status-url'] ? undefined : await openCallback(context);
    const record = (row: Row) => recordOwn(context, courierTextView, row, { added: true });
    if (!callback) {
      const row = await send(attributes);
      await record(row);
      return row;
    }
    try {
      const row = await send({ ...attributes, 'callback-status-url': callback.url });
      // That it was sent is told before what became of it, which may have been posted already.
      await record(row);
      await unlessFails(context, callback.bind(row.id));
      return row;
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) await unlessFails(context, callback.drop());
      throw error;
    }
  },
});

action(CourierText, 'callback', {
  name: 'callBackCourierText',
  description: 'Hands courier what a carrier’s platform reports about a text. courier documents no answer.',
});
