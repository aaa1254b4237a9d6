import { resource } from '../courier.ts';

export const CourierVoiceTask = resource('CourierVoiceTask', '/v1/voice-tasks/{id}/');
