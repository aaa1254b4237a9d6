import { builder } from '../builder.ts';
import { Message } from './message.ts';
import { PERSONAL } from './personal.ts';

/** A file of a message as every upstream's room can tell it; what a row does not tell is null. */
export interface AttachmentPart {
  readonly url?: string | null | undefined;
  readonly contentType?: string | null | undefined;
  readonly name?: string | null | undefined;
  /** In bytes. */
  readonly size?: number | null | undefined;
}

/** A file that a message carries. */
export const MessageAttachment = builder.interfaceRef<object>('MessageAttachment').implement({
  description: 'A file that a message carries, as the message itself tells it.',
  fields: (t) => ({
    url: t.string({ description: 'Where the file is; null where the message does not say it.' }),
    contentType: t.string({ description: 'Its media type, such as `image/png`.' }),
    name: t.string({ description: 'The name that the file was sent under.', extensions: PERSONAL }),
    size: t.int({ description: 'Its size in bytes.' }),
  }),
});

/** Somebody whom a message is for. Each upstream's room adds its own kind of person to it. */
export const MessageRecipient = builder.interfaceRef<object>('MessageRecipient').implement({
  description: 'Somebody whom a message is for, as the message itself tells it.',
  fields: (t) => ({
    name: t.string({ description: 'Their name as the message tells it.', extensions: PERSONAL }),
    address: t.string({ description: 'The number or address that it goes to.', extensions: PERSONAL }),
  }),
});

// What a kind of message does not tell is null; a kind that does has a field of its own in place of this one.
builder.interfaceFields(Message, (t) => ({
  subject: t.string({
    description: 'The subject of an email or an MMS; null for what has none.',
    extensions: PERSONAL,
    resolve: () => null,
  }),
  attachments: t.field({
    type: [MessageAttachment],
    description: 'Its files; null where the message itself does not tell them.',
    resolve: () => null,
  }),
  recipients: t.field({
    type: [MessageRecipient],
    description: 'Who it is for; null where the message itself does not tell it.',
    resolve: () => null,
  }),
}));
