import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { Clock } from './clock.ts';
import type { Happening } from './world.ts';

interface Delivery {
  url: string;
  headers: Record<string, string>;
  body: string;
  attempts: number;
}

/** What goes out, and how. */
export interface WebhookOptions {
  signingKey: string;
  clock: Clock;
  /** Where Bird's events go; undefined while nobody has subscribed. */
  url: () => string | undefined;
  /** How long to wait before each further attempt, in milliseconds. */
  gapsMs: readonly number[];
}

/**
 * Bird's signature of a delivery: base64 of the HMAC-SHA256 over the timestamp, a line feed, the URL, a line feed and the
 * SHA-256 of the body as raw bytes. The key is used as the text it is.
 */
export function signature(key: string, timestamp: string, url: string, body: string): string {
  const digest = createHash('sha256').update(body).digest();
  return createHmac('sha256', key).update(`${timestamp}\n${url}\n`).update(digest).digest('base64');
}

/**
 * Delivers happenings: Bird's as signed JSON, the states of courier's texts as forms to the address each text names. What
 * concerns one message arrives in order; what is not answered with 2xx is tried again, with the timestamp it had at first.
 */
export class Webhooks {
  readonly #options: WebhookOptions;
  readonly #agent = new Agent({ keepAliveTimeout: 1000, headersTimeout: 10_000, bodyTimeout: 10_000 });
  readonly #queues = new Map<string, Delivery[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #busy = 0;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** Takes a happening for delivery and returns at once. */
  tell(happening: Happening): void {
    if (happening.api === 'courier') this.#tellText(happening);
    else this.#tellEvent(happening);
  }

  /** Resolves once everything was tried that does not wait for a further attempt. */
  idle(): Promise<void> {
    return this.#busy === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Gives up what is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queues.clear();
    await this.#agent.destroy();
  }

  #tellEvent(happening: Extract<Happening, { api: 'bird' }>): void {
    const body = JSON.stringify({ service: 'channels', event: happening.event, payload: happening.payload });
    const timestamp = String(Math.floor(this.#options.clock.now() / 1000));
    const subscribed = this.#options.url();
    // a send's own address works only beside a subscription
    for (const url of subscribed ? [subscribed, ...(happening.alsoTo ? [happening.alsoTo] : [])] : []) {
      const headers = {
        'content-type': 'application/json',
        'messagebird-request-timestamp': timestamp,
        'messagebird-signature': signature(this.#options.signingKey, timestamp, url, body),
      };
      this.#queue(`${url} ${happening.messageId}`, { url, headers, body, attempts: 0 });
    }
  }

  #tellText({ text: { id, attributes } }: Extract<Happening, { api: 'courier' }>): void {
    const url = attributes['callback-status-url'];
    if (!url) return;
    const sid = attributes['twilio-sid'];
    const form = new URLSearchParams({
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: attributes.status,
      SmsStatus: attributes.status,
      To: attributes.target,
      From: attributes.from,
      ...(attributes.error ? { ErrorCode: attributes.error.split(':')[0] ?? '' } : {}),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    this.#queue(`${url} ${id}`, { url, headers, body: form.toString(), attempts: 0 });
  }

  #queue(key: string, delivery: Delivery): void {
    if (this.#closed) return;
    const waiting = this.#queues.get(key);
    if (waiting) waiting.push(delivery);
    else {
      this.#queues.set(key, [delivery]);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    this.#busy++;
    for (let queue = this.#queues.get(key); queue && queue.length > 0; queue = this.#queues.get(key)) {
      const [next] = queue;
      if (!next) break;
      const taken = await this.#attempt(next);
      const gap = this.#options.gapsMs[next.attempts++];
      if (taken || gap === undefined) {
        queue.shift();
        if (queue.length === 0) this.#queues.delete(key);
      } else {
        this.#later(key, gap);
        break;
      }
    }
    this.#busy--;
    if (this.#busy === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #later(key: string, gap: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#work(key);
    }, gap);
    timer.unref();
    this.#timers.add(timer);
  }

  async #attempt({ url, headers, body }: Delivery): Promise<boolean> {
    try {
      const answer = await request(url, { method: 'POST', headers, body, dispatcher: this.#agent });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch {
      return false; // nobody there, or no answer in time: the same as a refusal
    }
  }
}
