import { builder } from '../builder.ts';
import type { connect } from '../graph/connection.ts';
import { Source } from '../graph/source.ts';
import type { PersonRow } from './find-person.ts';
import { Person } from './person.ts';
import { type Report, SourceReport } from './source-report.ts';

/** What was looked through in one upstream. */
export interface Searched {
  readonly source: 'bird' | 'courier';
  readonly looked: number;
  readonly whole: boolean;
}

type People = ReturnType<typeof connect<PersonRow>> & {
  readonly sources: readonly Report[];
  readonly searched: readonly Searched[];
};

const PeopleSearched = builder.objectRef<Searched>('PeopleSearched').implement({
  description: 'What a search for people looked through in one upstream.',
  fields: (t) => ({
    source: t.expose('source', { type: Source, nullable: false, description: 'The upstream.' }),
    looked: t.exposeInt('looked', {
      nullable: false,
      description: 'How many of Bird’s contacts or of courier’s users were compared.',
    }),
    whole: t.exposeBoolean('whole', {
      nullable: false,
      description:
        'True when these are all. Where they are not, who is not among them is found only by a whole email address or number.',
    }),
  }),
});

export const PersonConnection = builder.connectionObject(
  {
    type: Person,
    name: 'PersonConnection',
    description: 'People who were searched for, by name.',
    fields: (t) => ({
      searched: t.field({
        type: [PeopleSearched],
        nullable: false,
        description: 'What was looked through.',
        resolve: (connection) => (connection as object as People).searched,
      }),
      sources: t.field({
        type: [SourceReport],
        nullable: false,
        description: 'What became of asking each upstream.',
        resolve: (connection) => (connection as object as People).sources,
      }),
    }),
  },
  { name: 'PersonEdge', description: 'A person who was searched for.' },
);
