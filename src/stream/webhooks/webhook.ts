import type { IncomingHttpHeaders } from 'node:http';

/** A webhook as the listener hands it over. */
export interface Webhook {
  /** The path and the query, exactly as they were asked for. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The exact bytes that were posted. */
  readonly body: Buffer;
}

/** Takes one posted webhook and resolves to the status that answers it. It never rejects. */
export type WebhookHandler = (webhook: Webhook) => Promise<number>;

/** The handlers by the routes that they serve. */
export type Webhooks = Readonly<Record<'/webhooks/bird' | '/webhooks/courier/texts/{token}', WebhookHandler>>;
