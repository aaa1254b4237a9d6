import { globalId } from '../../../src/graph/ids.ts';
import type { Random } from '../../../src/sandbox/random.ts';
import { UnavailableError } from '../../../src/upstream/errors.ts';
import type { Call, Send } from '../../../src/upstream/send.ts';
import { uuid, WORKSPACE } from '../changes.ts';
import type { Loop } from './loop.ts';

/** Bird's words for a message's way, in order. */
const WAY = ['accepted', 'processing', 'sent', 'delivered'] as const;

const CHANNELS = [1001, 1002].map(uuid);

/** A message as Bird has it. */
export interface BirdMessage {
  readonly id: string;
  readonly channelId: string;
  readonly globalId: string;
  readonly createdAt: string;
  /** How far it has come: an index into its way. */
  step: number;
}

export const channelIds = CHANNELS.map((id) => globalId('BirdChannel', `${WORKSPACE}/${id}`));

/** Bird with messages that come to be and move on, its REST API, and what its webhooks say. */
export class BirdWorld {
  readonly messages: BirdMessage[] = [];
  readonly #loop: Loop;
  readonly #random: Random;
  /** How many of a hundred calls fail. */
  failing = 0;

  constructor(loop: Loop, random: Random) {
    this.#loop = loop;
    this.#random = random;
  }

  /** A new message of a channel. */
  add(channel: number): BirdMessage {
    const id = uuid(this.messages.length + 1);
    const channelId = CHANNELS[channel] ?? '';
    const message = {
      id,
      channelId,
      globalId: globalId('BirdMessage', `${WORKSPACE}/${channelId}/${id}`),
      // By Bird's own clock, which nobody sets.
      createdAt: new Date(Date.parse('2026-01-01T00:00:00Z') + this.#loop.time).toISOString(),
      step: 0,
    };
    this.messages.push(message);
    return message;
  }

  /** True when it has come to its end. */
  isOver({ step }: BirdMessage): boolean {
    return step === WAY.length - 1;
  }

  /** What Bird says of a message now. */
  row({ id, channelId, step, createdAt }: BirdMessage) {
    const status = WAY[step];
    const base = { id, channelId, status, direction: 'outgoing', createdAt, lastStatusAt: createdAt };
    return { ...base, body: { type: 'text', text: { text: 'hello' } }, receiver: { contacts: [] } };
  }

  /** The body of the webhook that tells how a message stands now. */
  webhook(message: BirdMessage): Buffer {
    return Buffer.from(
      JSON.stringify({ service: 'channels', event: 'sms.outbound', payload: this.row(message) }),
    );
  }

  /** Answers a call of REST after a while, with how things stand at some moment in between. */
  readonly send: Send = async (call) => {
    await this.#loop.sleep(this.#random.whole(1, 60));
    if (this.#random.happens(this.failing / 100)) {
      throw new UnavailableError(call.operation, { unsent: false });
    }
    const body = this.#answer(call);
    await this.#loop.sleep(this.#random.whole(1, 60));
    return { status: 200, body };
  };

  #answer({ operation, params = {}, query = {} }: Call): unknown {
    const { path } = operation;
    if (path.endsWith('/channels/{channelId}'))
      return { id: params.channelId, name: 'Line', status: 'active' };
    if (path.endsWith('/messages/{messageId}')) {
      const found = this.messages.find(({ id }) => id === params.messageId);
      if (found) return this.row(found);
      throw new Error(`there is no message ${params.messageId}`);
    }
    if (!path.endsWith('/messages')) throw new Error(`nothing answers ${operation.method} ${path}`);
    const ids = query.id as readonly string[] | undefined;
    const found = this.messages.filter(
      ({ id, channelId }) =>
        (ids ? ids.includes(id) : true) && (!params.channelId || channelId === params.channelId),
    );
    return { results: found.reverse().map((message) => this.row(message)) };
  }
}
