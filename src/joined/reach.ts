import { BirdChannel, listChannels } from '../bird/channel.ts';
import { BirdContact, type ContactRow } from '../bird/resources/contact.ts';
import { getChannelContact, readServiceWindow } from '../bird/service-window.ts';
import { readTime } from '../bird/times.ts';
import type { Api, Context } from '../context.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { userConsents } from '../courier/resources/user-consent.ts';
import type { Unreachable } from '../graph/errors.ts';
import { globalId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import type { Somebody } from '../sending/opt-outs.ts';
import { comparable, contactsBy, evidenceReads } from './evidence.ts';
import type { Identifier } from './identifier.ts';
import { isOutAtBird } from './opted-out.ts';
import { identifierIn, whoIsMeant } from './somebody.ts';

export type BirdChannelRow = NonNullable<Awaited<ReturnType<typeof BirdChannel.load>>>;

/** What is read to find out whether somebody can be written to over a channel. */
export const reachReads = operationsOf(
  { operations: evidenceReads },
  BirdChannel,
  listChannels,
  BirdContact,
  getChannelContact,
  CourierChannel,
  userConsents,
);

/** Whether somebody can be written to over a channel now. */
export interface Reach {
  readonly api: Api;
  /** The channel’s key within its type. */
  readonly key: string;
  readonly channel: object;
  /** Who would get it, as Bird knows them. */
  readonly contact: ContactRow | null;
  /** Who would get it, as courier knows them, where that is one. */
  readonly individualId: string | null;
  /** Why not; none where they can. */
  readonly reasons: readonly Unreachable[];
  /** Until when the channel can be written to freely; null where there is no end or it is not known. */
  readonly openUntil: Date | null;
  /** All who would get it, as wishes are kept. */
  readonly marks: readonly string[];
  /** The keys of the contacts or individuals who would get it. */
  readonly people: readonly string[];
  /** The time zones that the upstreams tell of those who would get it. */
  readonly timeZones: readonly string[];
}

/** The channel’s global id. */
export const channelIdOf = ({ api, key }: Pick<Reach, 'api' | 'key'>): string =>
  globalId(api === 'bird' ? 'BirdChannel' : 'CourierChannel', key);

/** What is known of somebody beside the channel. */
export interface Beside {
  /** False where it is not sure that they are the person who is meant. */
  readonly sure?: boolean;
  /** Their numbers that courier says want no texts. */
  readonly silenced?: ReadonlySet<string>;
  /** True for a template, which opens a service window by itself. */
  readonly template?: boolean;
}

/** Platforms that reach a number, and those on which a business may write freely only for a while after a message came in. */
const BY_NUMBER = new Set(['sms', 'whatsapp', 'rcs', 'viber', 'voice']);
const WITH_WINDOW = new Set(['whatsapp', 'facebook', 'instagram']);

/** The statuses of a channel over which nothing can be sent. */
const UNUSABLE = new Set(['pending', 'setting-up', 'failed', 'inactive', 'deleted']);

/** `sms` of `sms-messagebird`. */
export const platformOf = ({ platformId }: BirdChannelRow): string =>
  (platformId ?? '').replace(/-.*$/, '').toLowerCase();

const kindOf = (platform: string): 'email' | 'phone' | undefined =>
  platform === 'email' ? 'email' : BY_NUMBER.has(platform) ? 'phone' : undefined;

const isKind = (identifier: Identifier, kind: 'email' | 'phone' | undefined): boolean =>
  kind === undefined || (identifier.kind === 'email') === (kind === 'email');

const zoneOf = ({ attributes }: ContactRow): string[] =>
  typeof attributes?.timezone === 'string' ? [attributes.timezone] : [];

/** Whether a contact’s service window is open, where the platform has one. */
const windowOf = async (context: Context, channel: BirdChannelRow, contactId: string) => {
  const window = await readServiceWindow(context, channel, contactId);
  const until = readTime(window?.serviceWindowExpireAt) ?? null;
  const isOpen = window?.isPermanentSession === true || (until !== null && until.getTime() > Date.now());
  return { isOpen, until };
};

/**
 * Whether a contact, or whoever has an identifier, can be written to over a channel of Bird.
 *
 * @param who the contact; in its place a number or an address
 */
export const reachAtBird = async (
  context: Context,
  channel: BirdChannelRow,
  who: { readonly contact: ContactRow } | { readonly to: string },
  { sure = true, silenced = new Set(), template = false }: Beside = {},
): Promise<Reach> => {
  const { optOuts, sendRules, defaultRegion } = context.services;
  const key = `${channel.workspaceId}/${channel.id}`;
  const platform = platformOf(channel);
  const kind = kindOf(platform);
  const reasons = new Set<Unreachable>();
  if (UNUSABLE.has(channel.status ?? '')) reasons.add('CHANNEL_INACTIVE');
  if (!sure) reasons.add('UNVERIFIED');

  const named = 'to' in who ? identifierIn(who.to, defaultRegion) : undefined;
  const contacts =
    'contact' in who
      ? [who.contact]
      : named
        ? await contactsBy(context, named.kind === 'email' ? 'email' : 'phone', [named.value, who.to.trim()])
        : [];
  const identifiers = [
    ...(named ? [named] : []),
    ...('contact' in who ? (await comparable(context, who.contact)).filter((one) => isKind(one, kind)) : []),
  ];
  // On platforms that reach no number, whom Bird knows there is Bird’s to say.
  if (identifiers.length === 0 && kind !== undefined && 'contact' in who) reasons.add('NO_IDENTIFIER');
  const somebody: Somebody[] = [
    ...identifiers.flatMap(whoIsMeant),
    ...contacts.map((one) => ({ kind: 'contact' as const, value: BirdContact.key(one), channel: key })),
  ];
  const marks = optOuts.marks(somebody);
  const isOut =
    contacts.some((one) => isOutAtBird(one, platform, sendRules.optOutLists)) ||
    (platform === 'sms' && identifiers.some(({ value }) => silenced.has(value))) ||
    (await optOuts.isStopped(marks));
  if (isOut) reasons.add('OPTED_OUT');
  const [contact = null] = contacts;
  let openUntil: Date | null = null;
  if (WITH_WINDOW.has(platform) && !template && reasons.size === 0 && contact) {
    const { isOpen, until } = await windowOf(context, channel, contact.id);
    openUntil = until;
    if (!isOpen) reasons.add('SERVICE_WINDOW_CLOSED');
  }
  return {
    api: 'bird',
    key,
    channel,
    contact,
    individualId: null,
    reasons: [...reasons],
    openUntil,
    marks,
    people: contacts.map((one) => BirdContact.key(one)),
    timeZones: contacts.flatMap(zoneOf),
  };
};
