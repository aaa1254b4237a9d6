import { BirdChannel } from '../bird/channel.ts';
import { readOwnId } from '../bird/load.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import { type Context, requireRight } from '../context.ts';
import { CourierChannel } from '../courier/resources/channel.ts';
import { InputError, NotFoundError } from '../graph/errors.ts';
import { readId, readNativeId } from '../graph/ids.ts';
import { aroundContact, byKey, type PersonRow } from './find-person.ts';
import { type ChannelAddress, locateChannel } from './lookup.ts';
import { reachPerson } from './person-reach.ts';
import { type Reach, reachAtBird } from './reach.ts';
import { reachAtCourier } from './reach-at-courier.ts';
import type { Attachment } from './uploads.ts';

/** What `sendMessage` is asked for. */
export interface SendInput {
  readonly channelId?: string | number | null | undefined;
  readonly personId?: string | number | null | undefined;
  readonly to?: string | null | undefined;
  readonly contactId?: string | number | null | undefined;
  readonly individualId?: string | number | null | undefined;
  readonly text?: string | null | undefined;
  readonly attachments?: readonly Attachment[] | null | undefined;
  readonly template?: object | null | undefined;
  readonly reference?: string | null | undefined;
  readonly clientId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Where a message goes and to whom. */
export interface Target {
  readonly reach: Reach;
  /** Bird’s receiver; undefined for channels of courier. */
  readonly receiver: object | undefined;
  /** courier: the native id of the individual who writes. */
  readonly authorId: string | undefined;
  /** The keys under which sends to those who get it are counted. */
  readonly people: readonly string[];
}

/**
 * The operation with the right to read what a send must know: whoever may send may not always read, and is told of it
 * only whether somebody can be written to.
 */
export const readerOf = (context: Context): Context => {
  const { caller } = context;
  return {
    ...context,
    caller: { ...caller, may: (api, right) => right === 'read' || caller.may(api, right) },
  };
};

const authorOf = ({ individualId }: SendInput): string | undefined =>
  individualId == null
    ? undefined
    : readNativeId(String(individualId), 'input.individualId', 'CourierIndividual');

const refuseForBird = ({ individualId }: SendInput): void => {
  if (individualId != null) throw new InputError('input.individualId', 'is for channels of courier');
};

const refuseForCourier = (input: SendInput): void => {
  for (const field of ['to', 'contactId', 'reference', 'template'] as const)
    if (input[field] != null) throw new InputError(`input.${field}`, 'is for channels of Bird');
};

/** Those who get a message of Bird, as their sends are counted: a contact counts as the person who it surely is. */
const countedAs = async (context: Context, reach: Reach): Promise<readonly string[]> => {
  if (!context.services.sendRules.cap) return reach.people;
  return reach.contact ? [await aroundContact(context, reach.contact).key()] : reach.marks.slice(0, 1);
};

const overBird = async (context: Context, { key }: ChannelAddress, input: SendInput): Promise<Target> => {
  refuseForBird(input);
  const { to, contactId, template } = input;
  if (!to === !contactId) throw new InputError('input.to', 'or contactId is needed, and not both');
  const [workspaceId = ''] = key.split('/');
  const own = contactId ? readOwnId(String(contactId), 'input.contactId', 'BirdContact', workspaceId) : '';
  const [channel, contact] = await Promise.all([
    BirdChannel.load(context, key),
    own ? BirdContact.load(context, `${workspaceId}/${own}`) : null,
  ]);
  if (!channel) throw new NotFoundError('input.channelId', 'is not known to Bird');
  if (own && !contact) throw new NotFoundError('input.contactId', 'is not known to Bird');
  const who = contact ? { contact } : { to: to ?? '' };
  const reach = await reachAtBird(context, channel, who, { template: template != null });
  return {
    reach,
    receiver: { contacts: [contact ? { id: contact.id } : { identifierValue: to }] },
    authorId: undefined,
    people: await countedAs(context, reach),
  };
};

const overCourier = async (context: Context, { key }: ChannelAddress, input: SendInput): Promise<Target> => {
  refuseForCourier(input);
  const authorId = authorOf(input);
  const channel = await CourierChannel.load(context, key);
  if (!channel) throw new NotFoundError('input.channelId', 'is not known to courier');
  const reach = await reachAtCourier(context, channel, { authorId });
  return { reach, receiver: undefined, authorId, people: reach.people };
};

const personOf = async (context: Context, id: string): Promise<PersonRow> => {
  const decoded = readId(id, 'input.personId', 'Person', 'BirdContact', 'CourierIndividual');
  if (typeof decoded === 'string') throw new InputError('input.personId', 'must be a global id');
  const person = await byKey(context, decoded.key);
  if (!person) throw new NotFoundError('input.personId', 'is known to neither upstream');
  return person;
};

const toPerson = async (context: Context, personId: string, input: SendInput): Promise<Target> => {
  for (const field of ['to', 'contactId'] as const)
    if (input[field] != null) throw new InputError(`input.${field}`, 'cannot stand beside personId');
  const person = await personOf(context, personId);
  const channelId = input.channelId == null ? undefined : String(input.channelId);
  const reach = await reachPerson(context, person, channelId, input.template != null);
  if (reach.api === 'bird') refuseForBird(input);
  else refuseForCourier(input);
  return {
    reach,
    receiver: reach.contact ? { contacts: [{ id: reach.contact.id }] } : undefined,
    authorId: authorOf(input),
    people: context.services.sendRules.cap ? [await person.key()] : [],
  };
};

/**
 * Finds out where a message goes, and reads whether those who would get it can be written to there.
 *
 * @param context one that may read: see `readerOf`
 * @param caller who asks, whose right to write is needed there
 */
export const targetOf = async (context: Context, caller: Context, input: SendInput): Promise<Target> => {
  if (input.personId != null) {
    const target = await toPerson(context, String(input.personId), input);
    requireRight(caller, target.reach.api, 'write');
    return target;
  }
  if (input.channelId == null) throw new InputError('input.channelId', 'or personId is needed');
  const address = await locateChannel(context, String(input.channelId), 'input.channelId');
  if (!address) throw new NotFoundError('input.channelId', 'is known to neither upstream');
  requireRight(caller, address.api, 'write');
  return address.api === 'bird' ? overBird(context, address, input) : overCourier(context, address, input);
};
