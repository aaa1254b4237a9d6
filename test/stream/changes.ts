import { globalId } from '../../src/graph/ids.ts';
import type { MessageChange } from '../../src/ports.ts';
import { type LogBounds, SERVICE } from '../../src/stream/log/log.ts';

export const WORKSPACE = '11111111-1111-4111-8111-111111111111';
export const CHANNEL = '22222222-2222-4222-8222-222222222222';

/** A native id that ends with the number. */
export const uuid = (number: number): string =>
  `33333333-3333-4333-8333-${number.toString(16).padStart(12, '0')}`;

export const messageId = (number: number): string =>
  globalId('BirdMessage', `${WORKSPACE}/${CHANNEL}/${uuid(number)}`);

export const CHANNEL_ID = globalId('BirdChannel', `${WORKSPACE}/${CHANNEL}`);

/** A change of message 1, a webhook's for everybody unless said otherwise. */
export const change = (with_: Partial<MessageChange> = {}): MessageChange => ({
  messageId: messageId(1),
  channelId: CHANNEL_ID,
  added: false,
  status: 'SENT',
  nativeStatus: null,
  occurredAt: 1_000,
  via: 'WEBHOOK',
  audience: SERVICE,
  ...with_,
});

/** Bounds that nothing reaches. */
export const ROOMY: LogBounds = { entries: 1e9, entriesMs: 1e12, states: 1e9, statesMs: 1e12 };
