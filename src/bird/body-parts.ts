import { builder } from '../builder.ts';
import { fieldsOf } from '../graph/output.ts';
import { PERSONAL } from '../graph/personal.ts';
import { dialect } from './dialect.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];

export const Action = builder.objectRef<Schemas['MessageAction']>('BirdMessageAction').implement({
  description: 'Something to tap under a message. Which fields are set depends on the type.',
  fields: (t) => ({
    ...(fieldsOf(
      {
        dialect,
        typename: 'BirdMessageAction',
        hide: ['link', 'reply', 'postback', 'locationRequest', 'buy'],
      },
      dialect.contract.component('MessageAction'),
    )(t as never) as object),
    text: t.string({
      description: 'What it says.',
      extensions: PERSONAL,
      resolve: ({ link, reply, postback, locationRequest, buy }) =>
        (link ?? reply ?? postback ?? locationRequest ?? buy)?.text,
    }),
    url: t.string({ description: 'Where a link leads.', resolve: ({ link }) => link?.url }),
    payload: t.string({
      description: 'What a postback sends back.',
      resolve: ({ postback }) => postback?.payload,
    }),
    imageUrl: t.string({
      description: 'The picture of a reply or postback.',
      resolve: ({ reply, postback }) => (reply ?? postback)?.imageUrl,
    }),
    description: t.string({
      description: 'The small print of a reply or postback.',
      resolve: ({ reply, postback }) => (reply ?? postback)?.metadata?.description?.label,
    }),
    amountCents: t.int({ description: 'The price, in cents.', resolve: ({ buy }) => buy?.amountCents }),
    currency: t.string({ description: 'The currency of the price.', resolve: ({ buy }) => buy?.currency }),
  }),
});

/** An attachment by address or with its content. */
interface AttachmentRow {
  readonly filename?: string;
  readonly mediaUrl?: string;
  readonly contentType?: string;
  readonly content?: string;
  readonly inline?: boolean;
  readonly contentId?: string;
}

export const Attachment = builder.objectRef<AttachmentRow>('BirdAttachment').implement({
  description: 'A file that came with a message.',
  fields: (t) => ({
    filename: t.exposeString('filename', { description: 'The name that receivers see.' }),
    mediaUrl: t.exposeString('mediaUrl', { description: 'Where it is.' }),
    contentType: t.exposeString('contentType', { description: 'Its media type.' }),
    content: t.exposeString('content', { description: 'The file itself, encoded, where it came that way.' }),
    inline: t.exposeBoolean('inline', { description: 'True when it belongs inside the text.' }),
    contentId: t.exposeString('contentId', { description: 'The id by which the text refers to it.' }),
  }),
});

export const Media = builder
  .objectRef<Schemas['MessageImage'] & Partial<Schemas['MessageFile']>>('BirdMedia')
  .implement({
    description: 'A picture or a file of a message.',
    fields: (t) => ({
      mediaUrl: t.exposeString('mediaUrl', { description: 'Where it is.' }),
      altText: t.exposeString('altText', { description: 'What to read out in its place.' }),
      contentType: t.exposeString('contentType', { description: 'Its media type, for a file.' }),
      filename: t.exposeString('filename', { description: 'Its name, for a file.' }),
      isAnimated: t.boolean({
        description: 'True for a file that moves, as an animated sticker does.',
        resolve: ({ metadata }) => metadata?.isAnimated,
      }),
    }),
  });

export const Item = builder.objectRef<Schemas['MessageItem']>('BirdMessageItem').implement({
  description: 'A card of a carousel or a row of a list.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'The line that stands out.' }),
    description: t.exposeString('description', { description: 'What it says.' }),
    mediaUrl: t.exposeString('mediaUrl', { description: 'The address of its picture.' }),
    altText: t.exposeString('altText', { description: 'What to read out in place of the picture.' }),
    actions: t.field({ type: [Action], description: 'What can be tapped.', resolve: (row) => row.actions }),
  }),
});
