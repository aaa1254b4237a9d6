import { builder } from '../builder.ts';
import { Courier } from '../courier/dialect.ts';
import type { Directory } from '../ports.ts';

type Summary = NonNullable<ReturnType<Directory['summary']>>;

const CourierDirectory = builder.objectRef<Summary>('CourierDirectory').implement({
  description:
    'What Pigeon knows of who has which email address and phone number, from courier’s whole list of users. Identifiers are kept as keyed hashes alone.',
  fields: (t) => ({
    sweptAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When the list was last read whole: what came later is not in it.',
      resolve: ({ sweptAt }) => sweptAt,
    }),
    users: t.exposeInt('users', { nullable: false, description: 'How many users it read.' }),
    identifiers: t.exposeInt('identifiers', {
      nullable: false,
      description: 'How many identifiers it keeps.',
    }),
  }),
});

builder.objectField(Courier, 'directory', (t) =>
  t.field({
    type: CourierDirectory,
    description: 'The directory that matches of persons rest on; null until it has been read once.',
    resolve: (_courier, _args, { services }) => services.directory?.summary() ?? null,
  }),
);
