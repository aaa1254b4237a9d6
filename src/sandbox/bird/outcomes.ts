import type { Dictionary } from '../dictionary.ts';

interface Outcome {
  path: string[];
  failure?: Dictionary;
  details: string;
  reason: string;
}

const GOOD: string[] = ['processing', 'sent', 'delivered'];

/**
 * Receivers for whom things never go well, whatever the channel, for those who want to see failures: by their phone's
 * digits or their address. Everybody else gets what is sent.
 */
export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '12025550199': {
    path: ['processing', 'sent', 'delivery_failed'],
    failure: {
      code: 15005,
      description: 'Unknown subscriber',
      source: { code: '1', name: 'sms-messagebird' },
    },
    details: 'unknown_subscriber',
    reason: 'details: unknown subscriber; reason: unknown_subscriber; code: 1',
  },
  '12025550198': {
    path: ['processing', 'sending_failed'],
    failure: {
      code: 12003,
      description: 'Unsupported destination',
      source: { code: '12003', name: 'pre-processing' },
    },
    details: 'unsupported_destination',
    reason: 'details: no route to this destination; reason: unsupported_destination; code: 12003',
  },
  '12025550197': {
    path: ['rejected'],
    failure: { code: 11002, description: 'Invalid input', source: { code: '11002', name: 'pre-processing' } },
    details: 'invalid_input',
    reason: 'details: the receiver cannot take this message; reason: invalid_input; code: 11002',
  },
  '12025550196': {
    path: ['processing', 'skipped'],
    details: 'suppressed',
    reason: 'details: the contact has opted out; reason: suppressed; code: 0',
  },
  'bounce@example.net': {
    path: ['processing', 'sent', 'delivery_failed'],
    failure: {
      code: 15001,
      description: 'The mailbox does not exist',
      source: { code: '550', name: 'email-messagebird' },
    },
    details: 'hard_bounce',
    reason: 'details: mailbox unavailable; reason: hard_bounce; code: 550',
  },
};

/** The changes that a message that was just accepted will go through, by its receiver and its platform. */
export function outcomeOf(
  receiver: string,
  platformId: string,
): { ahead: Dictionary[]; after: string[]; fails: boolean } {
  const outcome =
    OUTCOMES[receiver.includes('@') ? receiver.trim().toLowerCase() : receiver.replace(/\D/g, '')];
  const ahead = (outcome?.path ?? GOOD).map((status): Dictionary => ({ status }));
  if (outcome) {
    const { path: _, ...why } = outcome;
    Object.assign(ahead.at(-1) ?? {}, why);
    return { ahead, after: [], fails: true };
  }
  const reads =
    platformId === 'whatsapp' ? 'read' : platformId === 'email-messagebird' ? 'opened' : undefined;
  return { ahead, after: reads ? [reads] : [], fails: false };
}
