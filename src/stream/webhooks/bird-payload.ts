import * as z from 'zod';
import { birdStatus, birdWord } from '../../bird/status.ts';
import { readTime } from '../../bird/times.ts';
import { globalId, joinKey } from '../../graph/ids.ts';
import type { MessageChange } from '../../ports.ts';
import { SERVICE } from '../log/log.ts';

/** The body is signed and still not what Bird documents. */
export class MalformedPayloadError extends Error {
  override readonly name = 'MalformedNoticeError';
}

const Webhook = z.object({
  service: z.string(),
  event: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

/** What a message and an interaction tell alike. Its workspace is told only by some. */
const Located = { workspaceId: z.guid().nullish(), channelId: z.guid(), createdAt: z.unknown().optional() };

/** Who is at the other end; whatever else stands there does not spoil the rest. */
const Contact = z.object({ id: z.guid() });
const Ends = {
  sender: z
    .object({ contact: Contact.optional().catch(undefined) })
    .nullish()
    .catch(undefined),
  receiver: z
    .object({ contacts: z.array(Contact.nullable().catch(null)).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
};

const Message = z.object({
  ...Located,
  ...Ends,
  id: z.guid(),
  status: z.string(),
  direction: z.enum(['incoming', 'outgoing']).optional().catch(undefined),
  lastStatusAt: z.unknown().optional(),
});

/** Where a message is, and with whom. */
type Place = Pick<z.infer<typeof Message>, 'workspaceId' | 'channelId' | 'sender' | 'receiver'>;

const Interaction = z.object({ ...Located, ...Ends, messageId: z.guid(), type: z.string() });

/** `sms.outbound`: a platform and what happened. */
const EVENT = /^[\w-]+\.(inbound|outbound|interaction)$/;

/** The statuses in which Bird makes an outgoing message: with these it was not there before. */
const NEWBORN: ReadonlySet<string> = new Set(['accepted', 'scheduled']);

/**
 * What a webhook of Bird says about a message.
 *
 * @param workspaceId the workspace of what does not name one
 * @returns undefined for what is not about a message's status
 * @throws {MalformedPayloadError}
 */
export const readBirdWebhook = (
  body: Uint8Array,
  workspaceId: string,
  now: () => number,
): MessageChange | undefined => {
  const { service, event, payload } = parse(Webhook, readJson(body));
  const [, kind] = EVENT.exec(event) ?? [];
  if (service !== 'channels' || kind === undefined) return undefined;
  if (kind === 'interaction') {
    const { type, messageId, createdAt, ...located } = parse(Interaction, payload);
    if (type !== 'read') return undefined;
    return change(located, messageId, {
      added: false,
      status: 'READ',
      nativeStatus: type,
      occurredAt: timeOf(createdAt) ?? now(),
    });
  }
  const { id, status, direction, lastStatusAt, createdAt, ...located } = parse(Message, payload);
  const incoming = kind === 'inbound';
  return change(located, id, {
    added: incoming || NEWBORN.has(status),
    status: birdStatus(status, direction ?? (incoming ? 'incoming' : 'outgoing')),
    nativeStatus: birdWord(status),
    occurredAt: timeOf(lastStatusAt) ?? timeOf(createdAt) ?? now(),
    createdAt: timeOf(createdAt) ?? null,
  });

  function change(
    at: Place,
    messageId: string,
    what: Pick<MessageChange, 'added' | 'status' | 'nativeStatus' | 'occurredAt' | 'createdAt'>,
  ): MessageChange {
    const workspace = at.workspaceId ?? workspaceId;
    const channel = [workspace, at.channelId];
    const contacts = at.sender?.contact ? [at.sender.contact] : (at.receiver?.contacts ?? []);
    return {
      ...what,
      messageId: globalId('BirdMessage', joinKey(...channel, messageId)),
      channelId: globalId('BirdChannel', joinKey(...channel)),
      people: contacts.flatMap((one) => (one ? [globalId('BirdContact', joinKey(workspace, one.id))] : [])),
      via: 'WEBHOOK',
      audience: SERVICE,
    };
  }
};

const timeOf = (value: unknown): number | undefined => readTime(value)?.getTime();

const readJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new MalformedPayloadError('the body is not JSON');
  }
};

const parse = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') || 'the body';
  throw new MalformedPayloadError(`${path} is not as Bird documents it`);
};
