import { builder } from '../builder.ts';
import { type AttachmentPart, MessageAttachment } from '../graph/message-parts.ts';
import type { components } from './openapi.gen.ts';

type Body = components['schemas']['MessageBody'];

/** A file as the bodies tell it; Bird tells no sizes. */
interface FileRow extends Pick<AttachmentPart, 'contentType'> {
  readonly mediaUrl?: string | null | undefined;
  readonly filename?: string | undefined;
}

export const BirdMessageFile = builder.objectRef<FileRow>('BirdMessageFile').implement({
  description: 'A picture or a file of a Bird message, whichever body carries it.',
  interfaces: [MessageAttachment],
  fields: (t) => ({
    url: t.exposeString('mediaUrl', {
      description: 'Where the file is; Bird gives it to who asks with its access key.',
    }),
    contentType: t.exposeString('contentType', { description: 'Its media type, where Bird says it.' }),
    name: t.exposeString('filename', { description: 'Its name, where Bird says it.' }),
    size: t.int({ description: 'Always null: Bird tells no sizes.', resolve: () => null }),
  }),
});

/** The pictures and files that a body carries, those of its sections too. */
export const filesOf = (body: Body | undefined): readonly FileRow[] => {
  if (!body) return [];
  const { text, html, image, file, gif, carousel, list, section } = body;
  const cards = [...(carousel?.items ?? []), ...(list?.items ?? [])];
  return [
    ...(text?.attachments ?? []),
    ...(html?.attachments ?? []),
    ...(image?.images ?? []),
    ...(file?.files ?? []),
    ...(gif ? [gif] : []),
    ...cards.filter(({ mediaUrl }) => mediaUrl),
    ...(section?.items ?? []).flatMap(filesOf),
  ];
};
