import { builder } from '../builder.ts';
import { MessageRecipient } from '../graph/message-parts.ts';
import { relation } from '../graph/node.ts';
import { CourierIndividual } from './resources/individual.ts';

/** Whom a text or an email is for. */
export interface RecipientRow {
  readonly address?: string | undefined;
  readonly individualId?: string | undefined;
}

export const CourierRecipient = builder.objectRef<RecipientRow>('CourierRecipient').implement({
  description: 'Whom a text or an email of courier is for.',
  interfaces: [MessageRecipient],
  fields: (t) => ({
    name: t.string({ description: 'Always null: neither tells a name.', resolve: () => null }),
    address: t.exposeString('address', { description: 'The number or address that it goes to.' }),
    individual: t.field(
      relation(CourierIndividual, 'The individual whom an email is for.', ({ individualId }: RecipientRow) =>
        individualId ? { id: individualId } : undefined,
      ),
    ),
  }),
});
