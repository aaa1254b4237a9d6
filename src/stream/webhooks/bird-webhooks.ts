import type { Plugin } from 'graphql-yoga';
import type { StatusLog } from '../log/status-log.ts';
import { MalformedPayloadError, readBirdWebhook } from './bird-payload.ts';
import { isSignedByBird } from './bird-signature.ts';

/** Where Bird posts to. */
const PATH = '/webhooks/bird';

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
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly now?: () => number;
}

/** Takes Bird's webhooks: an answer of 204 means that it is written. */
export const birdWebhooks = (options: BirdWebhooksOptions) => {
  const { statusLog, keys, publicUrl, workspaceId, warn, now = Date.now } = options;
  const base = publicUrl.replace(/\/+$/, '');
  const counts: WebhookCounts = {
    recorded: 0,
    duplicate: 0,
    ignored: 0,
    malformed: 0,
    forged: 0,
    failed: 0,
  };

  const take = async (request: Request, { pathname, search }: URL): Promise<number> => {
    if (keys.length === 0 || workspaceId === undefined) return 503;
    const signature = request.headers.get('messagebird-signature');
    const timestamp = request.headers.get('messagebird-request-timestamp');
    const body = new Uint8Array(await request.arrayBuffer());
    const signed =
      signature !== null &&
      timestamp !== null &&
      isSignedByBird(signature, keys, { timestamp, url: `${base}${pathname}${search}`, body });
    if (!signed) {
      counts.forged += 1;
      return 401;
    }
    try {
      const change = readBirdWebhook(body, workspaceId, now);
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

  const plugin: Plugin = {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      if (url.pathname !== PATH) return;
      const post = request.method === 'POST';
      const status = post ? await take(request, url) : 405;
      endResponse(new fetchAPI.Response(null, { status, ...(post ? {} : { headers: { allow: 'POST' } }) }));
    },
  };
  return { plugin, counts: counts as Readonly<WebhookCounts> };
};
