import { readKey } from '../bird/load.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import type { Context } from '../context.ts';
import { readRows } from '../courier/read-rows.ts';
import { channels } from '../courier/resources/channel.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { InputError, NotFoundError } from '../graph/errors.ts';
import { decodeId, globalId, readId, readNativeId } from '../graph/ids.ts';
import { operationsOf } from '../graph/ledger.ts';
import { ownDirectory } from './evidence.ts';
import { byKey, personReads, verified } from './find-person.ts';
import { findChannel } from './lookup.ts';

/** People and conversations whose messages are followed, as arguments name them. */
export interface NamedPeople {
  readonly persons?: readonly string[] | null | undefined;
  readonly contacts?: readonly string[] | null | undefined;
  readonly individuals?: readonly string[] | null | undefined;
  readonly conversations?: readonly string[] | null | undefined;
}

/** What is followed for them. */
export interface Followed {
  /** Global ids of contacts, individuals and conversations: a message that tells one of them is followed. */
  readonly people: ReadonlySet<string>;
  /** Global ids of channels of which everything is followed. */
  readonly channels: ReadonlySet<string>;
  /** Global ids of channels that are looked at because of them, and of which not everything is followed. */
  readonly watched: ReadonlySet<string>;
}

/** What is read to find out what to follow. */
export const followReads = operationsOf({ operations: personReads }, channels);

/**
 * The id of the person behind what a message tells of its other end, as far as that is known without reading: the
 * individual that a contact was found to be before, or else the contact.
 */
export const personIdOf = (context: Context, [first]: readonly string[]): string | null => {
  const read = decodeId(first ?? '');
  if (!read) return null;
  const linked = read.typename === 'BirdContact' ? (ownDirectory(context)?.linkedTo(read.key) ?? []) : [];
  const [only, ...others] = linked;
  return globalId('Person', only !== undefined && others.length === 0 ? only : read.key);
};

/** The most channels in which one individual may take part to be followed. */
const MAX_CHANNELS = 100;

/** What to follow of an individual: what they write wherever it is, and everything in the channels they take part in. */
const individual = async (context: Context, id: string, field: string): Promise<Followed> => {
  const { rows, whole } = await readRows(context, channels, { 'participant-id': id }, MAX_CHANNELS);
  if (!whole) throw new InputError(field, `names one who takes part in more than ${MAX_CHANNELS} channels`);
  return {
    people: new Set([globalId('CourierIndividual', id)]),
    channels: new Set(rows.map((row) => globalId('CourierChannel', row.id))),
    watched: new Set(),
  };
};

const contact = (key: string): Followed => ({
  people: new Set([globalId('BirdContact', key)]),
  channels: new Set(),
  watched: new Set(),
});

const unknown = (field: string, id: string) => new NotFoundError(field, `${id} is not known`);

const followContact = async (context: Context, id: string): Promise<Followed[]> => {
  const key = readKey(id, 'contacts', 'BirdContact', context.services.bird?.workspaceId ?? '');
  if (!(await BirdContact.load(context, key))) throw unknown('contacts', id);
  return [contact(key)];
};

const followIndividual = async (context: Context, id: string): Promise<Followed[]> => {
  const key = readNativeId(id, 'individuals', 'CourierIndividual');
  if (!(await CourierIndividual.load(context, key))) throw unknown('individuals', id);
  return [await individual(context, key, 'individuals')];
};

const followPerson = async (context: Context, id: string): Promise<Followed[]> => {
  const read = readId(id, 'persons', 'Person', 'BirdContact', 'CourierIndividual');
  if (typeof read === 'string') throw new InputError('persons', 'must be global ids');
  const person = await byKey(context, read.key);
  if (!person) throw unknown('persons', id);
  const { bird, courier } = context.services;
  // Each side is asked for as far as there is one; one that fails is an error, because its messages would be missing.
  const contacts = bird && context.caller.may('bird', 'read') ? await person.contacts() : [];
  const individuals = courier && context.caller.may('courier', 'read') ? await person.individuals() : [];
  return [
    ...verified(contacts).flatMap((match) => (match.contact ? contact(BirdContact.key(match.contact)) : [])),
    ...(await Promise.all(
      verified(individuals).flatMap(({ individualId }) =>
        individualId ? individual(context, individualId, 'persons') : [],
      ),
    )),
  ];
};

const followConversation = async (context: Context, id: string): Promise<Followed[]> => {
  const read = decodeId(id);
  if (read?.typename !== 'Conversation') throw new InputError('conversations', 'is no id of a conversation');
  const [workspaceId, channelId] = read.key.split('/');
  const channel =
    channelId === undefined
      ? globalId('CourierChannel', read.key)
      : globalId('BirdChannel', `${workspaceId}/${channelId}`);
  if (!(await findChannel(context, channel, 'conversations'))) throw unknown('conversations', id);
  return channelId === undefined
    ? [{ people: new Set(), channels: new Set([channel]), watched: new Set() }]
    : [{ people: new Set([id]), channels: new Set(), watched: new Set([channel]) }];
};

/**
 * Finds out what is to be followed for people and conversations, each of which is read by the caller's own rights.
 *
 * @throws {InputError} something is no such id
 * @throws {NotFoundError} nobody knows it
 */
export const followPeople = async (context: Context, named: NamedPeople): Promise<Followed> => {
  const found = await Promise.all([
    ...(named.persons ?? []).map((id) => followPerson(context, id)),
    ...(named.contacts ?? []).map((id) => followContact(context, id)),
    ...(named.individuals ?? []).map((id) => followIndividual(context, id)),
    ...(named.conversations ?? []).map((id) => followConversation(context, id)),
  ]);
  const all = (of: keyof Followed) => new Set(found.flat().flatMap((one) => [...one[of]]));
  return { people: all('people'), channels: all('channels'), watched: all('watched') };
};
