import { builder } from '../builder.ts';
import { connectionArgs } from './connection-type.ts';
import { Message, MessageConnection } from './message.ts';
import { Source } from './source.ts';

/** What every channel is to the joined graph. */
export const Channel = builder.interfaceRef<object>('Channel').implement({
  description: 'A channel of either upstream: the place where messages belong.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: 'Its id at the upstream.' }),
    source: t.field({ type: Source, nullable: false, description: 'The upstream it lives in.' }),
    name: t.string({ description: 'What people call it.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was made.' }),
    messages: t.field({
      type: MessageConnection,
      description: 'Its messages, newest first.',
      args: connectionArgs,
    }),
  }),
});

builder.interfaceField(Message, 'channel', (t) =>
  t.field({ type: Channel, description: 'The channel it belongs to; null where it has none.' }),
);
