import type { ObjectRef } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import { DEFAULT_FIRST } from './connection.ts';
import { MessageConnection, MessageEdge } from './message.ts';

/** The two arguments of every connection: pages only go forward. */
export const connectionArgs = builder.args((t) => ({
  first: t.int({
    defaultValue: DEFAULT_FIRST,
    description: 'How many rows: 0 to 1000. Pigeon reads as many upstream pages as that needs.',
  }),
  after: t.string({ description: 'A cursor of this list: the page begins right behind its row.' }),
}));

/** The connection type over a type's rows: `XConnection` with `XEdge`. */
export const connectionOf = <Row>(type: ObjectRef<BuilderTypes, Row>, name: string) =>
  builder.connectionObject(
    { type, name: `${name}Connection`, description: `A list of ${name} rows, page by page.` },
    { name: `${name}Edge`, description: `A ${name} in a list.` },
  );

/** The same over a kind of message, so that it fits where any messages are listed. */
export const messageConnectionOf = <Row extends object>(type: ObjectRef<BuilderTypes, Row>, name: string) =>
  builder.connectionObject(
    {
      type,
      name: `${name}Connection`,
      description: `A list of ${name} rows, page by page.`,
      interfaces: [MessageConnection],
    },
    { name: `${name}Edge`, description: `A ${name} in a list.`, interfaces: [MessageEdge] },
  );
