import type { Wish } from '../ports.ts';

// The words that carriers have senders heed, and what other languages say in their place. A message says one of them
// only when it says nothing else: "stop by tomorrow" is no wish.
const STOP = [
  ...['stop', 'stopall', 'stop all', 'unsubscribe', 'cancel', 'end', 'quit', 'optout', 'opt out', 'opt-out'],
  ...[
    'revoke',
    'arret',
    'arrêt',
    'arreter',
    'arrêter',
    'alto',
    'parar',
    'baja',
    'cancelar',
    'stopp',
    'abmelden',
  ],
  ...['afmelden', 'stoppen', 'avsluta', 'afmeld', 'annulla', 'basta', 'dừng', '停止', '退订', 'توقف', 'стоп'],
];

const RESUME = ['start', 'unstop', 'subscribe', 'resume', 'optin', 'opt in', 'opt-in'];

const WISHES = new Map<string, Wish['wish']>([
  ...STOP.map((word) => [word.normalize('NFKC'), 'stop'] as const),
  ...RESUME.map((word) => [word.normalize('NFKC'), 'resume'] as const),
]);

/** What a message that came in asks for, when it asks for no more messages or for messages again. */
export const wishIn = (text: unknown): Wish['wish'] | undefined => {
  // A message so long says more than one word.
  if (typeof text !== 'string' || text.length > 100) return undefined;
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, '')
    .replace(/\s+/g, ' ');
  return (
    WISHES.get(words) ??
    (/^(?:please )?stop(?: (?:please|texting me|messaging me|it))?$/.test(words) ? 'stop' : undefined)
  );
};
