import type { Hearing } from '../../joined/wishes.ts';
import type { StatusLog } from '../log/status-log.ts';
import { MalformedPayloadError, readBirdWebhook } from './bird-payload.ts';
import { isSignedByBird } from './bird-signature.ts';
import { heedBeside, readBeside } from './bird-wish.ts';
import type { WebhookHandler } from './webhook.ts';

/** What became of each webhook since the start. */
export interface WebhookCounts {
  /** It said something new, and that is written. */
  recorded: number;
  /** It was known. */
  duplicate: number;
  /** Signed, but not about a message's status. */
  ignored: number;
  /** Signed, but not as documented. */
  malformed: number;
  /** Not signed by any of the keys. */
  forged: number;
  /** It could not be written. */
  failed: number;
}

/** What Bird's webhooks need. */
export interface BirdWebhooksOptions {
  readonly statusLog: Pick<StatusLog, 'append'>;
  /** The signing keys, any of which is good; none refuses all. */
  readonly keys: readonly string[];
  /** What the outside calls Pigeon: Bird signs it. */
  readonly publicUrl: string;
  readonly workspaceId: string | undefined;
  /** Heeds what people want; left out, nobody does. */
  readonly hearing?: Hearing | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly now?: () => number;
}

/** Takes what Bird posts to `/webhooks/bird`. An answer of 204 means that the webhook has been written. */
export const birdWebhooks = (options: BirdWebhooksOptions) => {
  const { statusLog, keys, publicUrl, workspaceId, hearing, warn, now = Date.now } = options;
  const base = publicUrl.replace(/\/+$/, '');
  const counts: WebhookCounts = {
    recorded: 0,
    duplicate: 0,
    ignored: 0,
    malformed: 0,
    forged: 0,
    failed: 0,
  };

  const handle: WebhookHandler = async ({ url, headers, body }) => {
    if (keys.length === 0 || workspaceId === undefined) return 503;
    const signature = headers['messagebird-signature'];
    const timestamp = headers['messagebird-request-timestamp'];
    const signed =
      typeof signature === 'string' &&
      typeof timestamp === 'string' &&
      isSignedByBird(signature, keys, { timestamp, url: base + url, body });
    if (!signed) {
      counts.forged += 1;
      return 401;
    }
    try {
      // Heard before anything is waited for: a send that leaves from now on knows of it.
      const heeded = hearing && heedBeside(readBeside(body, workspaceId, hearing, now), hearing);
      heeded?.catch(() => {});
      const change = readBirdWebhook(body, workspaceId, now);
      await heeded;
      const written = change && (await statusLog.append([change]));
      counts[!written ? 'ignored' : written.length > 0 ? 'recorded' : 'duplicate'] += 1;
      return 204;
    } catch (error) {
      if (error instanceof MalformedPayloadError) {
        counts.malformed += 1;
        warn('a webhook of Bird is not as documented', { reason: error.message });
        return 400;
      }
      counts.failed += 1;
      warn('a webhook of Bird could not be written', { reason: String(error) });
      // Bird tries again for hours.
      return 503;
    }
  };

  return { handle, counts: counts as Readonly<WebhookCounts> };
};
