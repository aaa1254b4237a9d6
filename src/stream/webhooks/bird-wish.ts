import { textOf } from '../../bird/body.ts';
import { CLIENT_ID } from '../../bird/send.ts';
import { readTime } from '../../bird/times.ts';
import { globalId, joinKey } from '../../graph/ids.ts';
import { type Heard, type Hearing, whoAtBird } from '../../joined/wishes.ts';
import type { Wish } from '../../ports.ts';
import { wishIn } from '../../sending/stop-words.ts';

type Payload = Readonly<Record<string, unknown>>;

/** What people did with a message that says whether they want more of them. */
const INTERACTIONS: Readonly<Record<string, Wish['wish']>> = {
  'unsubscribe-request': 'stop',
  'reported-as-spam': 'stop',
  'delete-request': 'stop',
  'subscribe-request': 'resume',
  'subscribe-consent': 'resume',
};

const isRecord = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The contacts at one end of a message. */
const contactsAt = (end: unknown): Payload[] => {
  if (!isRecord(end)) return [];
  const all = Array.isArray(end.contacts) ? end.contacts : [end.contact];
  return all.filter(isRecord);
};

/** What a webhook says beside a message's status. */
export interface Beside {
  /** What somebody wishes. */
  readonly heard: Heard | undefined;
  /** What the client calls a message that was sent. */
  readonly label: { readonly messageId: string; readonly clientId: string } | undefined;
}

const NOTHING: Beside = { heard: undefined, label: undefined };

/** Words without which a webhook has nothing to say here: most have none of them, and are not read a second time. */
const WORDS = ['.inbound"', '.interaction"', CLIENT_ID];

/**
 * Reads what a webhook of Bird, whose signature is good, says of what people want and of what clients call messages.
 * It throws nothing: what cannot be read says nothing.
 */
export const readBeside = (
  body: Uint8Array,
  workspace: string,
  { defaultRegion }: Pick<Hearing, 'defaultRegion'>,
  now: () => number,
): Beside => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (!WORDS.some((word) => bytes.includes(word))) return NOTHING;
  let webhook: unknown;
  try {
    webhook = JSON.parse(bytes.toString('utf8'));
  } catch {
    return NOTHING;
  }
  if (!isRecord(webhook) || webhook.service !== 'channels' || !isRecord(webhook.payload)) return NOTHING;
  const { payload } = webhook;
  const event = text(webhook.event) ?? '';
  const workspaceId = text(payload.workspaceId) ?? workspace;
  const channelId = text(payload.channelId) ?? '';
  const heard = (wish: Wish['wish'] | undefined, contacts: readonly Payload[]): Beside => {
    const somebody = contacts.flatMap((one) => whoAtBird(one, workspaceId, channelId, defaultRegion));
    if (!wish || somebody.length === 0) return NOTHING;
    const at = readTime(payload.createdAt)?.getTime() ?? now();
    return { ...NOTHING, heard: { somebody, wish: { wish, at } } };
  };
  if (event.endsWith('.inbound'))
    return heard(wishIn(textOf(payload.body as Parameters<typeof textOf>[0])), contactsAt(payload.sender));
  if (event.endsWith('.interaction'))
    return heard(INTERACTIONS[text(payload.type) ?? ''], contactsAt(payload.receiver));
  const meta = isRecord(payload.meta) ? payload.meta.extraInformation : undefined;
  const clientId = isRecord(meta) ? text(meta[CLIENT_ID]) : undefined;
  const id = text(payload.id);
  if (clientId === undefined || clientId.length > 255 || id === undefined) return NOTHING;
  const messageId = globalId('BirdMessage', joinKey(workspaceId, channelId, id));
  return { ...NOTHING, label: { messageId, clientId } };
};

/** Heeds what a webhook says beside a message's status: at once, and safely written when it resolves. */
export const heedBeside = async (
  { heard, label }: Beside,
  { optOuts, sendStore }: Hearing,
): Promise<void> => {
  if (heard) await optOuts.hear(heard.somebody, heard.wish);
  if (label) await sendStore.label(label.messageId, label.clientId);
};
