import { createHash, randomBytes } from 'node:crypto';
import { knownWord, wordStatus } from '../../courier/status.ts';
import { globalId } from '../../graph/ids.ts';
import type { MessageChange, TextCallbacks } from '../../ports.ts';
import type { StatusLog } from '../log/status-log.ts';
import { statusWord } from './callback-body.ts';
import type { Report, TextTokens, TokenText } from './text-tokens.ts';
import type { WebhookHandler } from './webhook.ts';

/** The beginning of every address that courier posts to; the token follows. */
const PATH = '/webhooks/courier/texts/';

/** What became of each callback since the start. */
export interface CallbackCounts {
  /** It said something new, and that is written. */
  recorded: number;
  /** It was known. */
  duplicate: number;
  /** It came before courier had named its text, and is kept. */
  early: number;
  /** It tells no status. */
  malformed: number;
  /** Nobody knows its token. */
  forged: number;
  /** It could not be written. */
  failed: number;
}

/** What courier's callbacks need. */
export interface CourierCallbacksOptions {
  readonly statusLog: Pick<StatusLog, 'append'>;
  readonly tokens: TextTokens;
  /** What the outside calls Pigeon. */
  readonly publicUrl: string;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly now: () => number;
}

/**
 * Takes what courier posts about texts that were sent through Pigeon: an answer of 204 means that it is written.
 *
 * A token is 128 random bits. It cannot tell its text by itself, because courier names the text only in the
 * answer to the call that carries the token; so it is looked up, by its hash. Who can read the store cannot
 * post, and how long the look-up takes tells nothing of any token.
 */
export const courierCallbacks = ({ statusLog, tokens, publicUrl, warn, now }: CourierCallbacksOptions) => {
  const base = `${publicUrl.replace(/\/+$/, '')}${PATH}`;
  const counts: CallbackCounts = { recorded: 0, duplicate: 0, early: 0, malformed: 0, forged: 0, failed: 0 };

  const publish = (text: TokenText, report: Report) => statusLog.append([changeOf(text, report)]);

  const handle: WebhookHandler = async ({ url, body }) => {
    try {
      const [path = ''] = url.split('?', 1);
      const token = path.slice(PATH.length);
      const word = statusWord(new TextDecoder().decode(body));
      const report = word === undefined ? undefined : reportOf(word, now());
      const text = await tokens.report(keyOf(token), report);
      if (text === undefined) {
        counts.forged += 1;
        return 404;
      }
      if (report === undefined) {
        counts.malformed += 1;
        warn('a callback of courier tells no status', {});
        return 400;
      }
      if (text === 'kept') counts.early += 1;
      else counts[(await publish(text, report)).length > 0 ? 'recorded' : 'duplicate'] += 1;
      return 204;
    } catch (error) {
      counts.failed += 1;
      warn('a callback of courier could not be written', { reason: String(error) });
      return 503;
    }
  };

  const callbacks: TextCallbacks = {
    isOwn: (url) => url.startsWith(base),
    async open(audience) {
      const token = randomBytes(16).toString('base64url');
      const key = keyOf(token);
      await tokens.add(key, audience);
      return {
        url: base + token,
        drop: () => tokens.drop(key),
        async bind(textId) {
          const early = await tokens.bind(key, textId);
          if (!early) return;
          await publish(early, early.report);
          await tokens.settle(key);
        },
      };
    },
  };

  /** What a process that ended had taken and not told. */
  const recover = async (): Promise<void> => {
    try {
      for (const early of await tokens.unsettled()) {
        await publish(early, early.report);
        await tokens.settle(early.key);
      }
    } catch (error) {
      warn('callbacks that came before an end could not be told', { reason: String(error) });
    }
  };

  return { callbacks, handle, recover, counts: counts as Readonly<CallbackCounts> };
};

const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

const reportOf = (word: string, occurredAt: number): Report => ({
  status: wordStatus(word),
  nativeStatus: knownWord(word),
  occurredAt,
});

const changeOf = ({ textId, audience }: TokenText, report: Report): MessageChange => ({
  ...report,
  messageId: globalId('CourierText', textId),
  channelId: null,
  added: false,
  via: 'WEBHOOK',
  audience,
});
