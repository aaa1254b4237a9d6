import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, Call, type Handler } from './call.ts';
import type { Collection } from './collection.ts';
import type { Contract } from './contract.ts';
import type { Dictionary } from './dictionary.ts';
import type { ContractOperation } from './operation.ts';
import { type Fault, Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** One upstream as the sandbox plays it: its credentials, its handlers and the form of its errors. */
export interface Api {
  name: 'bird' | 'courier';
  contract: Contract;
  /** The generic collection, which answers operations that have no handler. */
  collection: Collection;
  /** The handlers of operations that the generic collection does not cover, by `METHOD path`. */
  handlers: Record<string, Handler>;
  /** Operations that are not in the contract and need no credential, by `METHOD path`; each takes a JSON body. */
  beside?: Record<string, (body: unknown) => Answer>;
  /** The media type of JSON answers. */
  mediaType?: string;
  /** Throws a `Refusal` when the credential or what it is used for is wrong. */
  admit(method: string, path: string, authorization: string | undefined): void;
  /** The answer for a refusal, in the form of this API's errors. */
  refuse(refusal: Refusal): Answer;
  /** The status of an answer to a request with a fault, by the part of the request that has it. */
  faultStatus: Record<Fault['in'], number>;
  /** The largest body, in bytes. */
  bodyLimit: number;
  /** Operations of the contract that another host answers. */
  elsewhere?: ReadonlySet<string>;
}

/** A request as the sandbox remembers it. */
export interface Asked {
  api: 'bird' | 'courier' | 'edge';
  method: string;
  url: string;
}

/** A running server. */
export interface Listening {
  url: string;
  /** Sets what answers requests from now on. */
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

/** Opens a free loopback port, which answers once it is told how. */
export async function listen(): Promise<Listening> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // longer than any client keeps an idle connection, so that a send never meets a closing one
  server.keepAliveTimeout = 60_000;
  server.unref();
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    answer: (listener) => void server.on('request', listener),
    close: () => closed(server),
  };
}

/** Answers requests to an API; `asked` is told of each request before it is judged. */
export function answering(api: Api, world: World, asked: (request: Asked) => void): RequestListener {
  return async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    asked({ api: api.name, method, url });
    let answer: Answer;
    try {
      answer = await answerTo(api, world, request);
    } catch (error) {
      // a sandbox that would break the contract says so instead
      const told = error instanceof Error ? error.message : String(error);
      answer = api.refuse(new Refusal(500, 'SandboxBug', `The sandbox breaks its contract: ${told}`));
    }
    respond(response, answer, api.mediaType);
  };
}

/** Writes an answer. */
export function respond(
  response: Parameters<RequestListener>[1],
  { status, body, bytes, headers }: Answer,
  mediaType = 'application/json',
): void {
  const data = bytes?.data ?? Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const type = bytes?.type ?? (body === undefined ? undefined : mediaType);
  response.writeHead(status, {
    ...(type && { 'content-type': type }),
    ...headers,
    // an empty answer of 204 has no length either
    ...(status !== 204 && { 'content-length': data.length }),
  });
  response.end(data);
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
    const json = { consumes: ['application/json'], bodyRequired: true };
    if (beside) return beside(parsed(api, json, request.headers['content-type'], body ?? Buffer.alloc(0)));
    if (!('operation' in match) || match.operation.guarded)
      api.admit(method, path, request.headers.authorization);
    if ('methods' in match) {
      if (match.methods.length === 0)
        throw new Refusal(404, 'NotFound', `Nothing answers ${method} at this path`);
      const allowed = match.methods.join(', ');
      throw new Refusal(405, 'MethodNotAllowed', `This path answers ${allowed}, not ${method}`);
    }
    const limit = `${api.bodyLimit / 1024} KB`;
    if (body === undefined)
      throw new Refusal(413, 'PayloadTooLarge', `The request body exceeded the ${limit} size limit`);
    const { operation } = match;
    if (api.elsewhere?.has(operation.key)) throw new Refusal(404, 'NotFound', 'Another host answers this');
    const query = operation.query(new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)));
    const faults = [...operation.headerFaults(request.headers), ...operation.pathFaults(match.path)];
    hold(api, [...faults, ...query.faults]);
    const given = parsed(api, operation, request.headers['content-type'], body);
    if (given !== undefined) hold(api, operation.bodyFaults(given));
    const handler = api.handlers[operation.key] ?? api.collection.handler(operation);
    if (!handler) throw new Error(`nothing handles ${operation.key}`);
    answer = handler(new Call(world, operation, match.path, query.values, given, request.headers));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    answer = api.refuse(error);
  }
  if ('operation' in match) {
    // round trip, so that what is judged is what goes over the wire
    const sent: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    const [fault] = match.operation.answerFaults(answer.status, sent, answer.bytes?.type);
    if (fault)
      throw new Error(`answer ${answer.status} to ${match.operation.key}: ${fault.name} ${fault.says}`);
  }
  return answer;
}

function hold(api: Api, faults: Fault[]): void {
  const [first] = faults;
  if (!first) return;
  const status = api.faultStatus[first.in];
  throw new Refusal(status, 'InvalidRequest', 'The request did not pass validation', faults);
}

function parsed(
  api: Api,
  { consumes, bodyRequired }: Pick<ContractOperation, 'consumes' | 'bodyRequired'>,
  type: string | undefined,
  body: Buffer,
): Dictionary | undefined {
  if (consumes.length === 0) {
    if (body.length > 0) hold(api, [{ in: 'body', name: '', says: 'must not be sent' }]);
    return undefined;
  }
  if (body.length === 0) {
    if (bodyRequired) hold(api, [{ in: 'body', name: '', says: 'is required' }]);
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
