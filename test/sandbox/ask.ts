import { request } from 'undici';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

/** What came back; `body` is parsed where there was one. */
export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what an upstream says is looked at, not typed
  body: any;
}

/** A sandbox whose life moves by `step()` alone, and ways to ask both upstreams with the right credentials. */
export async function started(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ paceMs: 0, retryGapsMs: [0, 0, 0], ...options });
  const workspace = `/workspaces/${sandbox.bird.workspaceId}`;
  return {
    sandbox,
    fixtureIds: sandbox.fixtureIds,
    /** Asks Bird by a path below the workspace. */
    bird: (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      ask(sandbox, 'bird', method, workspace + path, body, headers),
    /** Asks courier by a path below `/v1`. */
    courier: (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      ask(sandbox, 'courier', method, `/v1${path}`, body, headers),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

/** Asks an upstream by a whole path. */
export async function ask(
  sandbox: Sandbox,
  api: 'bird' | 'courier',
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const credential =
    api === 'bird' ? `AccessKey ${sandbox.bird.accessKey}` : `Bearer ${sandbox.courier.token}`;
  const answer = await request(sandbox[api].url + path, {
    method,
    headers: {
      authorization: credential,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  const isJson = String(answer.headers['content-type']).includes('json');
  return { status: answer.statusCode, body: isJson ? JSON.parse(text) : text || undefined };
}
