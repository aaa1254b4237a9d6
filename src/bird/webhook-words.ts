import { nativeEnum } from '../graph/enum.ts';

/** The part of Bird whose events are meant. */
export const { type: BirdWebhookService, read: readService } = nativeEnum('BirdWebhookService', {
  description: 'The part of Bird whose events are meant.',
  values: ['channels', 'numbers', 'payments', 'conversations'],
});

/** Whether events are posted. */
export const { type: BirdWebhookStatus, read: readStatus } = nativeEnum('BirdWebhookStatus', {
  description: 'Whether events are posted.',
  values: ['active', 'inactive'],
});
