import { BirdChannel, readChannels } from '../bird/channel.ts';
import { contactsOf, type MessageRow } from '../bird/message.ts';
import type { ContactRow } from '../bird/resources/contact.ts';
import type { Api, Context } from '../context.ts';
import { readRows } from '../courier/read-rows.ts';
import { CourierChannel, channels as courierChannels } from '../courier/resources/channel.ts';
import { NotFoundError, NotReachableError } from '../graph/errors.ts';
import { decodeId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { merge } from '../graph/merge.ts';
import { viewOf } from '../graph/message.ts';
import { wishIn } from '../sending/stop-words.ts';
import { identifierOf, usersOf } from './evidence.ts';
import { type PersonRow, personReads } from './find-person.ts';
import type { Match } from './identity.ts';
import { type ChannelAddress, locateChannel } from './lookup.ts';
import { birdSources, courierSources, messageReads } from './message-sources.ts';
import { type BirdChannelRow, type Reach, reachAtBird, reachReads } from './reach.ts';
import { reachAtCourier } from './reach-at-courier.ts';

/** What is read to find out over which channels a person can be written to. */
export const personReachReads = operationsOf(
  { operations: personReads },
  { operations: messageReads },
  { operations: reachReads },
  courierChannels,
);

/** The most channels of Bird and of one individual that are looked at. */
const MOST_CHANNELS = 200;

/** How many of a person’s newest messages are looked through for the conversation that went on last. */
const NEWEST = 20;

const isSure = ({ confidence }: Match): boolean => confidence === 'VERIFIED';

/** The numbers of the individuals that a person surely is which want no texts, by courier. */
const silencedOf = async (context: Context, individuals: readonly Match[]): Promise<Set<string>> => {
  const ids = individuals.filter(isSure).flatMap(({ individualId }) => individualId ?? []);
  const users = (await Promise.all(ids.map((id) => usersOf(context, id)))).flat();
  return new Set(
    users
      .filter((user) => user['phone-unsubscribed'] === true)
      .flatMap((user) => identifierOf(context, user, 'phone')?.value ?? []),
  );
};

/** The individuals of a person; none where courier is not configured. */
const individualsOf = async ({ services }: Context, person: PersonRow): Promise<readonly Match[]> =>
  services.courier ? person.individuals() : [];

const overBird = async (context: Context, person: PersonRow): Promise<Reach[]> => {
  const workspaceId = context.services.bird?.workspaceId ?? '';
  const [contacts, { edges }, silenced] = await Promise.all([
    person.contacts(),
    readChannels(context, workspaceId, { first: MOST_CHANNELS }),
    individualsOf(context, person).then((matches) => silencedOf(context, matches)),
  ]);
  const channels = edges.map(({ node }) => node).filter(({ status }) => status !== 'deleted');
  const pairs = channels.flatMap((channel) =>
    contacts.flatMap((match) =>
      match.contact ? [{ channel, contact: match.contact, sure: isSure(match) }] : [],
    ),
  );
  return Promise.all(
    pairs.map(({ channel, contact, sure }) => reachAtBird(context, channel, { contact }, { sure, silenced })),
  );
};

const overCourier = async (context: Context, person: PersonRow): Promise<Reach[]> => {
  const found = await Promise.all(
    (await person.individuals()).map(async (match): Promise<Reach[]> => {
      const { individualId } = match;
      if (!individualId) return [];
      const values = { 'participant-id': individualId };
      const { rows } = await readRows(context, courierChannels, values, MOST_CHANNELS);
      return Promise.all(
        rows.map((channel) => reachAtCourier(context, channel, { individualId }, { sure: isSure(match) })),
      );
    }),
  );
  return found.flat();
};

/** Whether and why not a person can be written to over each channel of an upstream. */
export const reachOf = (context: Context, person: PersonRow, api: Api): Promise<Reach[]> =>
  api === 'bird' ? overBird(context, person) : overCourier(context, person);

/** The message with which a person’s conversations went on last, newest first. */
const newestOf = async (context: Context, person: PersonRow): Promise<readonly object[]> => {
  const { bird, courier } = context.services;
  const [ofBird, ofCourier] = await Promise.all([
    bird
      ? person.contacts().then((matches) =>
          birdSources(
            context,
            matches.filter(isSure).flatMap(({ contact }) => contact ?? []),
            {},
          ),
        )
      : [],
    courier
      ? person.individuals().then(async (matches) => {
          const ids = matches.filter(isSure).flatMap(({ individualId }) => individualId ?? []);
          return (await Promise.all(ids.map((id) => courierSources(context, id, {})))).flat();
        })
      : [],
  ]);
  // Where one cannot be asked nobody knows which conversation went on last.
  const merged = await merge([...ofBird, ...ofCourier], undefined, NEWEST, (_source, error) => {
    throw error;
  });
  return merged.map(({ row }) => row);
};

/** Over a channel of Bird, the contact of the person who is there; the one that a message is with, where one is given. */
const throughBird = async (
  context: Context,
  person: PersonRow,
  channel: BirdChannelRow,
  template: boolean,
  message?: MessageRow,
): Promise<Reach> => {
  const [contacts, silenced] = await Promise.all([
    person.contacts(),
    individualsOf(context, person).then((matches) => silencedOf(context, matches)),
  ]);
  const ids = new Set(message && contactsOf(message).flatMap(({ id }) => id ?? []));
  const all = contacts.flatMap((match): { contact: ContactRow; sure: boolean }[] =>
    match.contact && (ids.size === 0 || ids.has(match.contact.id))
      ? [{ contact: match.contact, sure: isSure(match) }]
      : [],
  );
  const reaches = await Promise.all(
    all.map(({ contact, sure }) => reachAtBird(context, channel, { contact }, { sure, silenced, template })),
  );
  // Who wants nothing at one of several numbers wants nothing.
  const out = reaches.find(({ reasons }) => reasons.includes('OPTED_OUT'));
  const reach = out ?? reaches.find(({ reasons }) => reasons.length === 0) ?? reaches[0];
  if (!reach) throw new NotReachableError(['NO_IDENTIFIER']);
  return { ...reach, marks: [...new Set(reaches.flatMap(({ marks }) => marks))] };
};

const through = async (
  context: Context,
  person: PersonRow,
  { api, key }: ChannelAddress,
  template: boolean,
  message?: object,
): Promise<Reach | undefined> => {
  if (api === 'bird') {
    const channel = await BirdChannel.load(context, key);
    return channel
      ? throughBird(context, person, channel, template, message as MessageRow | undefined)
      : undefined;
  }
  const channel = await CourierChannel.load(context, key);
  if (!channel) return undefined;
  const matches = await person.individuals();
  const isIn = ({ individualId }: Match) =>
    channel.subscribers?.some(({ id }) => id === individualId) ?? false;
  const match = matches.find((one) => isSure(one) && isIn(one)) ?? matches.find(isIn) ?? matches[0];
  if (!match?.individualId) throw new NotReachableError(['NO_IDENTIFIER']);
  return reachAtCourier(context, channel, { individualId: match.individualId }, { sure: isSure(match) });
};

/** True when the newest of the messages that came in over a channel and says anything of it asks for no more. */
const asksToStop = (messages: readonly object[], channelId: string): boolean => {
  for (const row of messages) {
    const view = viewOf(row);
    if (view?.direction(row) !== 'INCOMING' || view.channelId(row) !== channelId) continue;
    const wish = wishIn(view.text(row));
    if (wish) return wish === 'stop';
  }
  return false;
};

/**
 * Over which channel a person is written to: the one that is named, or else that of the conversation which went on
 * last. No other one is tried in its place.
 *
 * @throws {NotReachableError} there is no conversation, or the person is not on the channel
 * @throws {NotFoundError} the channel that is named is known to neither upstream
 */
export const reachPerson = async (
  context: Context,
  person: PersonRow,
  channelId: string | undefined,
  template: boolean,
): Promise<Reach> => {
  if (channelId !== undefined) {
    const address = await locateChannel(context, channelId, 'input.channelId');
    const reach = address && (await through(context, person, address, template));
    if (!reach) throw new NotFoundError('input.channelId', 'is known to neither upstream');
    return reach;
  }
  const messages = await newestOf(context, person);
  for (const message of messages) {
    const id = viewOf(message)?.channelId(message);
    const decoded = id ? decodeId(id) : undefined;
    if (!id || !decoded) continue;
    const api = decoded.typename === 'BirdChannel' ? 'bird' : 'courier';
    const reach = await through(context, person, { api, key: decoded.key }, template, message);
    if (!reach) continue;
    return asksToStop(messages, id) ? { ...reach, reasons: [...reach.reasons, 'OPTED_OUT'] } : reach;
  }
  throw new NotReachableError(['NO_CONVERSATION']);
};
