import { audienceOf, type Context } from '../../context.ts';
import { recordOwn } from '../../graph/change.ts';
import { Channel } from '../../graph/channel.ts';
import { Message, type MessageView, messageFields } from '../../graph/message.ts';
import type { TextCallback } from '../../ports.ts';
import { OutcomeUnknownError } from '../../upstream/errors.ts';
import { moment } from '../moment.ts';
import { resource } from '../resource.ts';
import { wordStatus } from '../status.ts';
import { readTime } from '../times.ts';
import type { Flat } from '../types.ts';
import { action } from '../verbs/action.ts';
import { create } from '../verbs/create.ts';
import { list } from '../verbs/list.ts';
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
};

export const CourierText = resource('CourierText', '/v1/texts/{id}/', {
  description: 'An SMS that courier sent for an organization.',
  interfaces: [Message],
  fields: (t) => ({
    ...messageFields(t, courierTextView),
    channel: t.field({
      type: Channel,
      description: 'Always null: a text has no channel.',
      resolve: () => null,
    }),
    from: t.exposeString('from', { description: 'The number it was sent from.' }),
    target: t.exposeString('target', { description: 'The number it was sent to.' }),
    error: t.exposeString('error', { description: 'Why it failed.' }),
    createdBy: t.exposeID('created-by', { description: 'Native id of who sent it.' }),
    callbackUrl: t.exposeString('callback-url', { description: 'Where answers to it are posted.' }),
    callbackStatusUrl: t.string({
      description: 'Where its status is posted; null where that is Pigeon itself.',
      resolve: (row, _args, { services }) => {
        const url = row['callback-status-url'];
        return url && services.callbacks?.isOwn(url) ? null : url;
      },
    }),
    twilioSid: t.exposeString('twilio-sid', { description: 'Its id at the carrier’s platform.' }),
    lastModifiedAt: t.field(moment('When it was last changed.', (row) => row['last-modified-at'])),
  }),
});

/** The list of an account's texts. */
export const texts = list(CourierText, { messages: true, newestBy: 'created-at' });

texts.on(
  CourierTextAccount,
  'texts',
  { 'account-id': (account) => account.id },
  'The texts that were sent from this account.',
);

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
    if (!callback) return send(attributes);
    try {
      const row = await send({ ...attributes, 'callback-status-url': callback.url });
      await unlessFails(context, callback.bind(row.id));
      return row;
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) await unlessFails(context, callback.drop());
      throw error;
    }
  },
  after: (row, context) => recordOwn(context, courierTextView, row, { added: true }),
});

action(CourierText, 'callback', {
  name: 'callBackCourierText',
  description: 'Hands courier what a carrier’s platform reports about a text. courier documents no answer.',
  anyBody: 'What the platform reports, as it reports it.',
  payload: (t) => ({
    answer: t.field({
      type: 'JSON',
      description: 'courier’s answer, where it gives one.',
      resolve: (row) => row,
    }),
  }),
});
