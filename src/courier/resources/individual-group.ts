import { builder } from '../../builder.ts';
import { moment } from '../moment.ts';
import { relation, resource } from '../resource.ts';
import { CourierIndividual } from './individual.ts';
import { CourierOrganization } from './organization.ts';

/** Somebody whom a group names by id alone. */
const Member = builder.objectRef<{ id?: string }>('CourierGroupMember').implement({
  description: 'Somebody in a group.',
  fields: (t) => ({
    individual: t.field(
      relation(CourierIndividual, 'The individual.', ({ id }: { id?: string }) => (id ? { id } : undefined)),
    ),
  }),
});

export const CourierIndividualGroup = resource('CourierIndividualGroup', '/v1/individual-groups/{id}/', {
  description: 'A group of individuals of an organization.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    individuals: t.field({
      type: [Member],
      description: 'Who is in it.',
      resolve: (row) => row.individuals,
    }),
    leaders: t.field({ type: [Member], description: 'Who leads it.', resolve: (row) => row.leaders }),
    organization: t.field(
      relation(CourierOrganization, 'The organization it belongs to.', (row) =>
        row['organization-id'] ? { id: row['organization-id'] } : undefined,
      ),
    ),
    parentId: t.exposeID('parent-id', { description: 'Native id of the group it is part of.' }),
    lastSyncTime: t.field(moment('When it was last brought up to date.', (row) => row['last-sync-time'])),
  }),
});
