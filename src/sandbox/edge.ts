import type { IncomingMessage } from 'node:http';
import type { Answer } from './call.ts';
import type { Files } from './files.ts';

/** As a store answers whose bucket takes forms from browsers: their pages may see what became of an upload. */
const ANY_ORIGIN = { 'access-control-allow-origin': '*' };

const LIMIT = 20 * 1024 * 1024;

/**
 * The hosts beside the two APIs, all behind one port: the store that takes uploads (`POST /uploads`, a form as S3 has
 * it), and the one that gives files again (`GET /media/…`). Neither asks for a credential.
 */
export async function edgeAnswer(files: Files, request: IncomingMessage): Promise<Answer | undefined> {
  const { method, url = '' } = request;
  if (method === 'GET' && url.startsWith('/media/')) {
    const file = files.get(decodeURIComponent(url.slice('/media/'.length)));
    return file ? { status: 200, bytes: file } : { status: 404 };
  }
  if (method !== 'POST' || url !== '/uploads') return undefined;
  return { ...(await taken(files, request)), headers: ANY_ORIGIN };
}

async function taken(files: Files, request: IncomingMessage): Promise<Answer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return refused('A form is needed');
  if (Number(request.headers['content-length'] ?? 0) > LIMIT) return { status: 413 };
  const form = await new Response(await bytesOf(request), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  const entries = [...(form ?? [])];
  const [name, file] = entries.at(-1) ?? [];
  // S3 passes over every field behind the file, and so misses what it needs
  if (name !== 'file' || typeof file === 'string' || file === undefined)
    return refused('The last field must be the file');
  const fields = Object.fromEntries(entries.slice(0, -1).map(([field, value]) => [field, String(value)]));
  return files.take(fields, Buffer.from(await file.arrayBuffer()))
    ? { status: 204 }
    : { ...refused('The form is not the one that was signed'), status: 403 };
}

function refused(message: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Message>${message}</Message></Error>`;
  return { status: 400, bytes: { type: 'application/xml', data: Buffer.from(text) } };
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
