import { create } from '../../graph/verbs/create.ts';
import { resource } from '../courier.ts';

export const CourierSniffer = resource('CourierSniffer', '/v1/sniffers/{id}/');

create(CourierSniffer);
