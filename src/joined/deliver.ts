import { writeTemplate } from '../bird/message-input.ts';
import { send } from '../bird/send.ts';
import type { Context } from '../context.ts';
import { post } from '../courier/resources/message.ts';
import { InputError, NotKeptError, NotReachableError } from '../graph/errors.ts';
import { StoreError } from '../store/store-error.ts';
import { OutcomeUnknownError } from '../upstream/errors.ts';
import { type BirdChannelRow, platformOf } from './reach.ts';
import { countSend, type Early } from './send-limits.ts';
import { readerOf, type SendInput, type Target, targetOf } from './send-target.ts';
import { birdBodyOf, postUploads } from './uploads.ts';

/** What becomes of a message that comes too early. */
type WhenEarly = (early: Early, target: Target) => Promise<object>;

const birdBlame = (field: string): string | undefined => {
  if (field.includes('receiver')) return 'input.to';
  if (field.includes('reference')) return 'input.reference';
  if (field.includes('template')) return 'input.template';
  if (/body\.(?:image|file)|attachments/.test(field)) return 'input.attachments';
  return field.includes('body') ? 'input.text' : undefined;
};

const courierBlame = (field: string): string | undefined => {
  if (field.includes('individual-id')) return 'input.individualId';
  if (field.includes('channel-id')) return 'input.channelId';
  return field.includes('message') ? 'input.text' : undefined;
};

/** Refuses a message that says nothing, before any call. */
export const refuseEmptyMessage = ({ text, attachments, template }: SendInput): void => {
  if (template != null) {
    for (const [field, value] of Object.entries({ text, attachments }))
      if (value != null) throw new InputError(`input.${field}`, 'cannot stand beside template');
    return;
  }
  const isWordless = text == null || text.trim() === '';
  if (attachments != null && attachments.length === 0)
    throw new InputError('input.attachments', 'lists nothing; leave it out for none');
  if (isWordless && (text != null || attachments == null))
    throw new InputError('input.text', 'must not be empty, or attachments are needed');
};

const sendOverBird = (
  context: Context,
  { reach, receiver }: Target,
  input: SendInput,
  scheduledFor: Date | undefined,
): Promise<object> => {
  const { text, attachments, template, reference } = input;
  const platform = platformOf(reach.channel as BirdChannelRow);
  const said = { text: text ?? undefined, attachments: attachments ?? [] };
  const draft = {
    receiver,
    ...(template == null
      ? { body: birdBodyOf(said, reach.key, platform) }
      : { template: writeTemplate(template, 'input.template') }),
    ...(reference && { reference }),
    ...(scheduledFor && { scheduledFor: scheduledFor.toISOString() }),
  };
  return send(context, reach.key, draft as Parameters<typeof send>[2], birdBlame);
};

const sendOverCourier = (
  context: Context,
  reader: Context,
  { reach, authorId }: Target,
  { text, attachments }: SendInput,
): Promise<object> => {
  if (attachments != null) {
    const message = { text: text ?? undefined, individualId: authorId, attachments };
    return postUploads(context, reader, reach.key, message, courierBlame);
  }
  const values = {
    'channel-id': reach.key,
    message: text,
    ...(authorId !== undefined && { 'individual-id': authorId }),
  };
  return post.run(context, values, courierBlame);
};

/** A store that cannot be asked lets nothing through. */
const known = async <T>(asked: Promise<T>): Promise<T> => {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new NotKeptError(error, 'whether the person may be written to is not known, so nothing was sent');
  }
};

/**
 * Sends a message where it belongs, unless whoever would get it cannot be written to there. A wish to get no more that
 * reached Pigeon before the first byte of the send leaves ends it.
 *
 * @param whenEarly what is done with a message in quiet hours or beyond the cap, where Bird is not to schedule it
 * @throws {NotReachableError} and nothing was sent
 * @throws {NotKeptError} what people want is not known, and nothing was sent
 */
export const deliver = async (context: Context, input: SendInput, whenEarly: WhenEarly): Promise<object> => {
  const { optOuts, sendRules } = context.services;
  const reader = readerOf(context);
  const target = await known(targetOf(reader, context, input));
  const { api, reasons, marks, timeZones } = target.reach;
  if (reasons.length > 0) throw new NotReachableError(reasons);
  const { early, undo } = await known(countSend(context, api, target.people, timeZones));
  const isBirds = early && api === 'bird' && sendRules.otherwise === 'schedule';
  if (early && !isBirds) {
    await undo();
    return whenEarly(early, target);
  }
  const gated: Context = {
    ...context,
    clientId: input.clientId ?? undefined,
    gate: async () => {
      const lastWord = await known(optOuts.open(marks));
      if (!lastWord) throw new NotReachableError(['OPTED_OUT']);
      return () => {
        if (!lastWord()) throw new NotReachableError(['OPTED_OUT']);
      };
    },
  };
  try {
    return api === 'bird'
      ? await sendOverBird(gated, target, input, early && new Date(early.at))
      : await sendOverCourier(gated, reader, target, input);
  } catch (error) {
    // What may have been sent counts.
    if (!(error instanceof OutcomeUnknownError)) await undo();
    throw error;
  }
};
