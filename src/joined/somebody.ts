import type { Somebody } from '../sending/opt-outs.ts';
import { endsOf, type Identifier, lastDigits, toEmail, toPhone } from './identifier.ts';

/** What an identifier is compared by: an address or a number as anybody writes it. */
export const identifierIn = (
  text: string | null | undefined,
  region: string | undefined,
): Identifier | undefined => (text?.includes('@') ? toEmail(text) : toPhone(text, region));

/**
 * Who wished something, by an identifier. A number is kept by its last digits too, so that it is found where its
 * country is not known.
 */
export const whoWished = ({ kind, value }: Identifier): Somebody[] => {
  if (kind === 'email') return [{ kind, value }];
  if (kind === 'digits') return [{ kind: 'stray', value }];
  return [{ kind, value }, ...endsOf(value).map((end) => ({ kind: 'ends' as const, value: end }))];
};

/** Whom a message is for, by an identifier: everybody whose wish may be theirs. */
export const whoIsMeant = ({ kind, value }: Identifier): Somebody[] => {
  if (kind === 'email') return [{ kind, value }];
  if (kind === 'digits')
    return [
      { kind: 'stray', value },
      { kind: 'ends', value },
    ];
  return [
    { kind, value },
    ...[...endsOf(value), lastDigits(value)].map((end) => ({ kind: 'stray' as const, value: end })),
  ];
};
