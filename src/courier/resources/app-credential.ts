import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';

export const CourierAppCredential = resource('CourierAppCredential', '/v1/app-credentials/{id}/');

list(CourierAppCredential);
create(CourierAppCredential);
update(CourierAppCredential);
