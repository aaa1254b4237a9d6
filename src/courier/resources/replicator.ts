import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';

export const CourierReplicator = resource('CourierReplicator', '/v1/replicators/{id}/');

list(CourierReplicator);
