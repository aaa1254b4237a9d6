import type { ObjectFieldBuilder } from '@pothos/core';
import type { BuilderTypes } from '../../builder.ts';
import type { Media } from '../../upstream/send.ts';

/** True for an answer that is no JSON. */
export const isMedia = (body: unknown): body is Media =>
  typeof body === 'object' && body !== null && 'bytes' in body && body.bytes instanceof Uint8Array;

/** The fields of a payload over an answer that is no JSON. */
export const mediaFields = (t: never): object => {
  const fields = t as ObjectFieldBuilder<BuilderTypes, Media>;
  return {
    contentType: fields.exposeString('contentType', { description: 'The media type of the answer.' }),
    size: fields.int({ description: 'How many bytes it has.', resolve: ({ bytes }) => bytes.length }),
    base64: fields.string({
      description: 'Its bytes in base64.',
      resolve: ({ bytes }) => Buffer.from(bytes).toString('base64'),
    }),
    text: fields.string({
      description: 'Its text; null where its media type is none of text.',
      resolve: ({ bytes, contentType }) =>
        /^text\/|[/+](?:xml|json)\b/i.test(contentType) ? Buffer.from(bytes).toString('utf8') : null,
    }),
  };
};
