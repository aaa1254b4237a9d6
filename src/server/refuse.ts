import type { ServerResponse } from 'node:http';
import { JSON_TYPE, type Refusal, refusalBody } from '../plugins/refusal.ts';

/** Answers a request with its refusal. */
export const refuse = (response: ServerResponse, refusal: Refusal): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(refusal.status, { ...JSON_TYPE, ...refusal.headers });
  response.end(refusalBody(refusal));
};
