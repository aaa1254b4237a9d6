import { resource } from '../courier.ts';

export const CourierIndividualGroup = resource('CourierIndividualGroup', '/v1/individual-groups/{id}/', {
  fields: (t) => ({
    parentId: t.exposeID('parent-id', { description: 'Native id of the group it is part of.' }),
  }),
});
