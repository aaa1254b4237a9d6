import { create } from '../../graph/verbs/create.ts';
import { resource } from '../courier.ts';

export const CourierAggregationRequest = resource('CourierAggregationRequest', '/v1/aggregation-requests/');

create(CourierAggregationRequest, { name: 'requestCourierAggregation' });
