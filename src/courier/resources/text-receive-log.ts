import { resource } from '../courier.ts';

export const CourierTextReceiveLog = resource('CourierTextReceiveLog', '/v1/text-receive-logs/{id}/');
