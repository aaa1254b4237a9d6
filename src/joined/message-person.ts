import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { CourierMessage } from '../courier/resources/message.ts';
import { rest } from '../graph/ledger.ts';
import { Message, viewOf } from '../graph/message.ts';
import { weighs } from '../graph/weight.ts';
import { fullName } from './author-names.ts';
import { aroundContactKey, aroundIndividual, type PersonRow } from './find-person.ts';
import { identityReads } from './identity.ts';
import { Person } from './person.ts';

/** Whom messages are exchanged with, where the place in which they stand tells it. */
const told = new WeakMap<object, () => PersonRow | undefined>();

/** Says whom a message is exchanged with, for one that does not tell it itself. */
export const tellPerson = (row: object, person: () => PersonRow | undefined): void => {
  told.set(row, person);
};

/** The name of who wrote a message of courier, which is the individual's. */
const authorOf = (row: object): string | undefined => {
  const { 'first-name': first, 'last-name': last } = row as Record<string, unknown>;
  return fullName(first, last);
};

/** Whom a message is exchanged with, as far as that is known without a call. */
export const personOfMessage = (context: Context, row: object): PersonRow | undefined => {
  const known = told.get(row)?.();
  const view = viewOf(row);
  const [key] = known ? [] : (view?.people(row) ?? []);
  if (key === undefined) return known;
  if (view?.api === 'bird') return aroundContactKey(context, key);
  return aroundIndividual(context, key, view?.typename === CourierMessage.name ? authorOf(row) : undefined);
};

builder.interfaceField(Message, 'person', (t) =>
  t.field({
    type: Person,
    description:
      'The person it is exchanged with; of a message to several the first. Null where neither the message nor the conversation or timeline it stands in tells it: a text tells a number alone, and a message of the organization’s in a channel of courier does not tell who else is there.',
    directives: rest(...identityReads),
    extensions: weighs(() => ({ estimated: { bird: 10, courier: 10 } })),
    resolve: (row, _args, context) => personOfMessage(context, row) ?? null,
  }),
);
