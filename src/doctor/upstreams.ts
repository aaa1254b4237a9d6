import type { BirdConfig, Config } from '../config/config.ts';
import { connectUpstreams } from '../server/upstreams.ts';
import { AnswerError, LoginError, UpstreamError } from '../upstream/errors.ts';
import type { Answer, Operation, QueryValue } from '../upstream/send.ts';
import { type Finding, fault, look, ok } from './finding.ts';
import { PATIENCE_MS, reach } from './reach.ts';

const CHANNELS: Operation = {
  api: 'bird',
  method: 'GET',
  path: '/workspaces/{workspaceId}/channels',
  safe: true,
};
const SUBSCRIPTIONS: Operation = { ...CHANNELS, path: '/workspaces/{workspaceId}/webhook-subscriptions' };
const USERS: Operation = { api: 'courier', method: 'GET', path: '/v1/users/', safe: true };

/** Tries Bird: whether it answers, takes the key, knows the workspace and posts its webhooks here. */
export async function* tryBird(config: Config & { bird: BirdConfig }): AsyncGenerator<Finding> {
  yield* await reach('Bird', 'BIRD_API_URL', config.bird.url);
  const upstreams = connectUpstreams(
    { bird: config.bird, courier: undefined, sharing: false },
    (next) => next,
  );
  try {
    const { send, credential } = upstreams.bird ?? never();
    const read = (operation: Operation, query: Record<string, QueryValue>): Promise<Answer> =>
      send({
        operation,
        credential,
        params: { workspaceId: config.bird.workspaceId },
        query,
        deadline: performance.now() + PATIENCE_MS,
      });
    const refused = await failureOf(read(CHANNELS, { limit: 10 }));
    yield refused
      ? birdFault(refused)
      : ok('Bird takes BIRD_ACCESS_KEY, and shows the channels of BIRD_WORKSPACE_ID.');
    if (!refused) yield await tryWebhooks(config, (query) => read(SUBSCRIPTIONS, query));
  } finally {
    await upstreams.close();
  }
}

/** Tries courier: whether it answers, and takes Pigeon's credential. */
export async function* tryCourier(config: Config): AsyncGenerator<Finding> {
  const { courier } = config;
  if (!courier) return;
  yield* await reach('courier', 'COURIER_API_URL', courier.url);
  if (courier.login) yield* await reach('courier’s login', 'COURIER_LOGIN_URL', courier.login.url);
  if (!courier.login && courier.authorization === undefined) {
    yield ok('Callers bring their own credential for courier; there is none of Pigeon’s to try.');
    return;
  }
  const upstreams = connectUpstreams({ bird: undefined, courier, sharing: false }, (next) => next);
  try {
    const { send, credential } = upstreams.courier ?? never();
    const deadline = performance.now() + PATIENCE_MS;
    const refused = await failureOf(
      send({ operation: USERS, credential, query: { 'page[limit]': 1 }, deadline }),
    );
    yield refused ? courierFault(refused) : ok('courier takes Pigeon’s credential, and lists its users.');
  } finally {
    await upstreams.close();
  }
}

/** Whether a webhook subscription of the workspace posts here, and can be verified. */
const tryWebhooks = async (
  { publicUrl, bird }: Config,
  list: (query: Record<string, QueryValue>) => Promise<Answer>,
): Promise<Finding> => {
  const advice = 'The mutation `ensureBirdWebhooks` subscribes to what is missing.';
  if (!bird?.signingKeys.length) {
    return look(
      'BIRD_WEBHOOK_SIGNING_KEY is not set, so webhooks are refused and statuses come by polling alone.',
      `Set it to a secret of your own, then: ${advice}`,
    );
  }
  if (publicUrl === undefined) {
    return look('PUBLIC_URL is not set, so Bird cannot be told where to post webhooks.', `Set it. ${advice}`);
  }
  const url = `${publicUrl}/webhooks/bird`;
  const rows: { url?: string; status?: string }[] = [];
  try {
    let pageToken: string | undefined;
    do {
      const { body } = await list({ limit: 100, pageToken });
      const page = body as { results?: typeof rows; nextPageToken?: string } | undefined;
      rows.push(...(page?.results ?? []));
      pageToken = page?.nextPageToken || undefined;
    } while (pageToken !== undefined && rows.length < 10_000);
  } catch (error) {
    return look(
      `Bird’s webhook subscriptions cannot be read (${wordOf(error)}).`,
      'The key may lack that right.',
    );
  }
  const here = rows.filter((row) => row.url === url);
  const active = here.filter(({ status }) => status === 'active');
  if (active.length > 0) return ok(`${active.length} webhook subscriptions of Bird post to ${url}.`);
  return look(
    here.length > 0
      ? `Bird’s webhook subscriptions for ${url} are not active.`
      : `No webhook of Bird posts to ${url}.`,
    advice,
  );
};

const birdFault = (error: unknown): Finding => {
  const status = error instanceof AnswerError ? error.status : undefined;
  if (status === 401)
    return fault('Bird refuses BIRD_ACCESS_KEY (401).', 'Make a new access key in Bird’s settings.');
  if (status === 403)
    return fault(
      'BIRD_ACCESS_KEY may not read the channels of BIRD_WORKSPACE_ID (403).',
      'Give the key’s role the rights of the workspace, or name the workspace that the key is for.',
    );
  if (status === 404)
    return fault('Bird knows no workspace BIRD_WORKSPACE_ID (404).', 'Copy its id from Bird’s settings.');
  return fault(
    `Bird does not list its channels (${wordOf(error)}).`,
    'Try again; then look at status.bird.com.',
  );
};

const courierFault = (error: unknown): Finding => {
  if (error instanceof LoginError)
    return error.reason === 'refused'
      ? fault(
          'courier refuses COURIER_USERNAME or COURIER_PASSWORD.',
          'Try them by hand; too many tries may lock the account.',
        )
      : fault(
          `Pigeon cannot log in to courier (${error.reason}).`,
          'Look whether COURIER_LOGIN_URL is right.',
        );
  const status = error instanceof AnswerError ? error.status : undefined;
  if (status === 401)
    return fault(
      'courier refuses COURIER_TOKEN or COURIER_AUTHORIZATION (401).',
      'Tokens end: COURIER_USERNAME and COURIER_PASSWORD have Pigeon renew them.',
    );
  if (status === 403)
    return look(
      'Pigeon’s account may not list courier’s users (403).',
      'Without that nobody is matched by phone; give the account that right.',
    );
  if (status === 404)
    return fault(
      'courier has no /v1/users/ at COURIER_API_URL (404).',
      'The address may need a path, such as https://api.carium.com/courier.',
    );
  return fault(
    `courier does not list its users (${wordOf(error)}).`,
    'Try again, and look at courier’s own log.',
  );
};

const failureOf = (answer: Promise<Answer>): Promise<unknown> =>
  answer.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A word for a failure: the status of an answer, or the kind of error. */
const wordOf = (error: unknown): string => {
  if (error instanceof AnswerError) return String(error.status);
  return error instanceof UpstreamError ? error.name : 'failed';
};

const never = (): never => {
  throw new Error('what is configured is connected');
};
