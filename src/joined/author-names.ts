import type { ContactRow } from '../bird/resources/contact.ts';
import type { Context } from '../context.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { nameAuthor, viewOf } from '../graph/message.ts';
import type { PersonRow } from './find-person.ts';

/** First and last name as one; undefined where there is neither. */
export const fullName = (...names: readonly unknown[]): string | undefined =>
  names.filter((name) => typeof name === 'string' && name !== '').join(' ') || undefined;

/** A contact's full name where its attributes have it; the name that Bird shows may be the first name alone. */
export const contactName = ({ attributes, computedDisplayName }: ContactRow): string | undefined =>
  fullName(attributes?.firstName, attributes?.lastName) ?? computedDisplayName;

export const nameOfIndividual = async (
  context: Context,
  individualId: string,
): Promise<string | undefined> => {
  const row = await CourierIndividual.load(context, individualId);
  return fullName(row?.['first-name'], row?.['last-name']) ?? row?.['preferred-name'];
};

/**
 * Gives the messages that a person wrote the person's name where they do not tell it themselves: by the contact for
 * Bird's, by the individual for courier's.
 */
export const nameAuthors = async (
  context: Context,
  person: PersonRow,
  rows: readonly object[],
): Promise<void> => {
  const nameless = rows.flatMap((row) => {
    const view = viewOf(row);
    const author = view?.author(row);
    return view && author && !author.self && author.name === null ? [{ row, api: view.api, author }] : [];
  });
  const inBird = nameless.filter(({ api }) => api === 'bird');
  const inCourier = nameless.filter(({ api }) => api === 'courier');
  if (inBird.length > 0) {
    const contacts = (await person.contacts()).flatMap(({ contact }) => contact ?? []);
    const names = new Map(contacts.map((contact) => [contact.id, contactName(contact)]));
    for (const { row, author } of inBird) {
      const name = names.get((author.who as { readonly id: string } | undefined)?.id ?? '');
      if (name) nameAuthor(row, name);
    }
  }
  if (inCourier.length > 0) {
    const [individualId] = (await person.individuals()).flatMap((match) =>
      match.confidence === 'VERIFIED' ? (match.individualId ?? []) : [],
    );
    const name = individualId && (await nameOfIndividual(context, individualId));
    if (name) for (const { row } of inCourier) nameAuthor(row, name);
  }
};
