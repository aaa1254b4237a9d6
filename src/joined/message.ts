import { BirdMessage } from '../bird/message.ts';
import { builder } from '../builder.ts';
import { CourierEmail } from '../courier/resources/email.ts';
import { CourierMessage } from '../courier/resources/message.ts';
import { CourierText } from '../courier/resources/text.ts';
import { rest } from '../graph/ledger.ts';
import { Message } from '../graph/message.ts';
import { loadingsOf } from '../graph/node.ts';
import { weighs } from '../graph/weight.ts';
import { findMessage } from './lookup.ts';

const operations = [BirdMessage, CourierMessage, CourierText, CourierEmail].flatMap((ref) => ref.operations);

builder.queryField('message', (t) =>
  t.field({
    type: Message,
    description:
      'One message of either upstream by its id. A native id is looked up everywhere at once; null when nobody knows it.',
    directives: rest(...operations),
    extensions: weighs((asked) => {
      const loads = loadingsOf(asked.arg('id'));
      return loads.length > 0 ? { loads } : { calls: { bird: 1, courier: 3 } };
    }),
    args: {
      id: t.arg.id({ required: true, description: 'The global id of a message, or its upstream’s own.' }),
    },
    resolve: async (_root, { id }, context) => (await findMessage(context, id, 'id'))?.row ?? null,
  }),
);
