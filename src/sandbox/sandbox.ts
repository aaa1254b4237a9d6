import { birdApi, captureApi } from './bird/api.ts';
import { Clock } from './clock.ts';
import { contractOf } from './contract.ts';
import { courierApi } from './courier/api.ts';
import { LOGIN_PATH, Logins } from './courier/login.ts';
import { edgeAnswer } from './edge.ts';
import { DEFAULT_SEED, fixtureIdsOf } from './fixture-ids.ts';
import { liveOn } from './life.ts';
import { type Asked, answering, listen, respond } from './server.ts';
import { Webhooks } from './webhooks.ts';
import { createWorld } from './world.ts';

const REMEMBERED = 1000;

/** What a sandbox starts with; everything has a default. */
export interface SandboxOptions {
  /** The seed of everything but the dates: ids, people, what is said and what happens later. */
  seed?: number;
  /** When the world begins; all dates follow from it. Default: now. */
  now?: Date;
  /** The time between two steps of life, in milliseconds; with 0 only `step()` makes one. Default: 1500. */
  paceMs?: number;
  /** How long a token of courier's login lives at the most, in seconds. Default: 60. */
  tokenSeconds?: number;
  /** Where Bird's events go. */
  webhookUrl?: string | (() => string | undefined);
  /** How long to wait before each further attempt at a delivery that failed. */
  retryGapsMs?: readonly number[];
  /** In which of the two media types that the vendor's pages show courier answers. */
  courierMediaType?: 'application/json' | 'application/vnd.api+json';
}

/** Both upstreams, running. */
export interface Sandbox extends AsyncDisposable {
  readonly bird: {
    readonly url: string;
    readonly accessKey: string;
    /** A key that may only read: everything else is a 403. */
    readonly readOnlyKey: string;
    readonly workspaceId: string;
    readonly organizationId: string;
    readonly signingKey: string;
  };
  readonly courier: {
    readonly url: string;
    /** A token that never ends. */
    readonly token: string;
    readonly login: { readonly url: string; readonly username: string; readonly password: string };
  };
  /** Where files are uploaded to and fetched again, which browsers do themselves. */
  readonly files: { readonly url: string };
  readonly fixtureIds: ReturnType<typeof fixtureIdsOf>;
  /** The last thousand requests, oldest first. */
  readonly asked: Asked[];
  /** Tells Bird where its events go from now on. */
  setWebhookUrl(url: string): void;
  /** Makes one step of life; resolves when its webhooks were delivered or have failed once. */
  step(): Promise<void>;
  close(): Promise<void>;
}

/** Starts both upstreams, and the hosts beside them, on free loopback ports. Its timers keep no process alive. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = DEFAULT_SEED, now = new Date(), paceMs = 1500, tokenSeconds } = options;
  const { retryGapsMs = [500, 2000, 8000, 30_000], courierMediaType } = options;
  let { webhookUrl } = options;
  const clock = new Clock(now);
  const [bird, courier, edge] = await Promise.all([listen(), listen(), listen()]);
  const world = createWorld(seed, clock, edge.url);
  const webhooks = new Webhooks({
    signingKey: world.bird.signingKey,
    clock,
    url: () => (typeof webhookUrl === 'function' ? webhookUrl() : webhookUrl),
    gapsMs: retryGapsMs,
  });
  world.tell = (happening) => webhooks.tell(happening);
  const asked: Asked[] = [];
  const remember = (request: Asked) => {
    asked.push(request);
    if (asked.length > REMEMBERED) asked.shift();
  };
  const logins = new Logins(world, tokenSeconds);
  bird.answer(answering(birdApi(world, contractOf('bird')), world, remember));
  courier.answer(
    answering(
      courierApi(world, contractOf('courier'), { logins, mediaType: courierMediaType }),
      world,
      remember,
    ),
  );
  const capture = answering(captureApi(world, contractOf('bird')), world, () => {});
  edge.answer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    remember({ api: 'edge', method, url });
    const answer = await edgeAnswer(world.files, request);
    if (answer) respond(response, answer);
    else capture(request, response);
  });
  const timer = paceMs > 0 ? setInterval(() => liveOn(world), paceMs).unref() : undefined;
  const close = async () => {
    clearInterval(timer);
    await Promise.all([bird.close(), courier.close(), edge.close(), webhooks.close()]);
  };
  const { accessKey, readOnlyKey, workspaceId, organizationId, signingKey } = world.bird;
  return {
    bird: { url: bird.url, accessKey, readOnlyKey, workspaceId, organizationId, signingKey },
    courier: {
      url: courier.url,
      token: world.courier.token,
      login: { url: courier.url + LOGIN_PATH, username: logins.username, password: logins.password },
    },
    files: { url: edge.url },
    fixtureIds: fixtureIdsOf(seed),
    asked,
    setWebhookUrl: (url) => {
      webhookUrl = url;
    },
    async step() {
      liveOn(world);
      await webhooks.idle();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
