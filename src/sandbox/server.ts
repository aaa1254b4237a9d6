import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, Call, type Handler } from './call.ts';
import type { Contract } from './contract.ts';
import { type Fault, Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** One upstream: what it allows, what it does, and how it says no. */
export interface Api {
  name: 'bird' | 'courier';
  contract: Contract;
  handlers: Record<string, Handler>;
  /** What is answered beside the contract and to anybody, by `METHOD path`, from a JSON body. */
  beside?: Record<string, (body: unknown) => Answer>;
  /** Throws a `Refusal` when the credential or what it is used for is wrong. */
  admit(method: string, path: string, authorization: string | undefined): void;
  /** A refusal in this API's words. */
  refuse(refusal: Refusal): Answer;
  /** The status for faults in each place. */
  faultStatus: Record<Fault['in'], number>;
  /** The largest body, in bytes. */
  bodyLimit: number;
}

/** A request as the sandbox remembers it. */
export interface Asked {
  api: 'bird' | 'courier';
  method: string;
  url: string;
}

/** A running upstream. */
export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Serves an API on a free loopback port; `asked` is told of each request before it is judged. */
export async function serve(api: Api, world: World, asked: (request: Asked) => void): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    asked({ api: api.name, method, url });
    let answer: Answer & { type?: string };
    try {
      answer = await answerTo(api, world, request);
    } catch (error) {
      // a sandbox that would break the contract says so instead
      const told = error instanceof Error ? error.message : String(error);
      answer = api.refuse(new Refusal(500, 'SandboxBug', `The sandbox breaks its contract: ${told}`));
    }
    const text = answer.body === undefined ? undefined : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(text ?? ''),
    });
    response.end(text);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // longer than any client keeps an idle connection, so that a send never meets a closing one
  server.keepAliveTimeout = 60_000;
  server.unref();
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => closed(server) };
}

async function answerTo(api: Api, world: World, request: IncomingMessage): Promise<Answer> {
  const body = await read(request, api.bodyLimit);
  const { method = 'GET', url = '/' } = request;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const match = api.contract.match(method, path);
  let answer: Answer;
  try {
    const beside = api.beside?.[`${method} ${path}`];
    if (beside)
      return beside(
        parsed(api, ['application/json'], true, request.headers['content-type'], body ?? Buffer.alloc(0)),
      );
    api.admit(method, path, request.headers.authorization);
    if ('methods' in match) {
      if (match.methods.length === 0)
        throw new Refusal(404, 'NotFound', `Nothing answers ${method} at this path`);
      throw new Refusal(
        405,
        'MethodNotAllowed',
        `This path answers ${match.methods.join(', ')}, not ${method}`,
      );
    }
    if (body === undefined)
      throw new Refusal(
        413,
        'PayloadTooLarge',
        `The request body exceeded the ${api.bodyLimit / 1024} KB size limit`,
      );
    const { operation } = match;
    const query = operation.query(new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)));
    hold(api, [...operation.pathFaults(match.path), ...query.faults]);
    const json = parsed(
      api,
      operation.consumes,
      operation.bodyRequired,
      request.headers['content-type'],
      body,
    );
    if (json !== undefined) hold(api, operation.bodyFaults(json));
    const handler = api.handlers[operation.key];
    if (!handler) throw new Error(`nothing handles ${operation.key}`);
    answer = handler(new Call(world, match.path, query.values, json));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    answer = api.refuse(error);
  }
  if ('operation' in match) {
    // round trip, so that what is judged is what goes over the wire
    const sent: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    const [fault] = match.operation.answerFaults(answer.status, sent);
    if (fault)
      throw new Error(`answer ${answer.status} to ${match.operation.key}: ${fault.name} ${fault.says}`);
  }
  return answer;
}

function hold(api: Api, faults: Fault[]): void {
  const [first] = faults;
  if (!first) return;
  throw new Refusal(
    api.faultStatus[first.in],
    'InvalidRequest',
    'The request did not pass validation',
    faults,
  );
}

function parsed(
  api: Api,
  consumes: string[],
  required: boolean,
  type: string | undefined,
  body: Buffer,
): unknown {
  if (consumes.length === 0) {
    if (body.length > 0) hold(api, [{ in: 'body', name: '', says: 'must not be sent' }]);
    return undefined;
  }
  if (body.length === 0) {
    if (required) hold(api, [{ in: 'body', name: '', says: 'is required' }]);
    return undefined;
  }
  const given = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!consumes.includes(given))
    hold(api, [{ in: 'header', name: 'content-type', says: `must be ${consumes.join(' or ')}` }]);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'BadRequest', 'The request body is not valid JSON', [
      { in: 'body', name: '', says: 'is not valid JSON' },
    ]);
  }
}

async function read(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
