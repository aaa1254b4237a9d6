import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import { cast } from '../people/cast.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { type Row, rowOf } from '../row.ts';

/** The id of a list that the contract has as an example. */
export function listId(id: IdOf, index: number): string {
  return id('bird-list', index);
}

/** The contacts of the workspace: everybody whom Bird knows, oldest first. The cast came last, so lists begin with it. */
export function contactsAtStart(people: readonly Person[], id: IdOf, clock: Clock, random: Random): Row[] {
  const known = people.filter((person) => person.bird);
  const contacts = known.map((person, index): Row => {
    const { bird = {} } = person;
    // before the first message; nobody shares a moment, so that lists have one order
    const createdAt = clock.ago((450 + index * 3) * 1440 + index);
    const identifiers = [
      ...(bird.phones ?? []).map((value) => ({ key: 'phonenumber', value, createdAt })),
      ...(bird.emails ?? []).map((value) => ({ key: 'emailaddress', value, createdAt })),
      ...(bird.telegram ? [{ key: 'telegramid', value: bird.telegram, createdAt }] : []),
      ...(bird.line ? [{ key: 'lineid', value: bird.line, createdAt }] : []),
    ];
    const anonymous = random.happens(0.06) && !cast.includes(person);
    return rowOf('Contact', id('bird-contact', person.key), {
      ...(anonymous ? {} : { name: bird.name ?? `${person.first} ${person.last}` }),
      attributes: {
        ...(anonymous ? {} : { firstName: person.first, lastName: person.last }),
        preferredLanguage: person.locale.slice(0, 2),
        timezone: person.timezone,
        newsletter: random.happens(0.6),
        visits: random.whole(0, 24),
        interests: random.shuffle(['running', 'nutrition', 'sleep', 'eyewear']).slice(0, random.whole(0, 3)),
      },
      identifiers,
      listIds: random.happens(0.4) ? [listId(id, index % 2)] : [],
      accountIds: [],
      isAnonymous: anonymous,
      createdAt,
      updatedAt: clock.ago((index + 1) * 60 + index),
    });
  });
  return contacts.reverse();
}
