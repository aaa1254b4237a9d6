import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';

export const CourierTextNumberInfo = resource('CourierTextNumberInfo', '/v1/text-number-info/{id}/');

list(CourierTextNumberInfo);
create(CourierTextNumberInfo, { name: 'resolveCourierTextNumber' });
