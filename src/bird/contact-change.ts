import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { Claim } from '../graph/ledger.ts';
import type { Answer } from '../upstream/send.ts';
import { BirdContact } from './contact.ts';
import { askIn, readKey } from './load.ts';

/** An identifier as an input gives it. */
export const IdentifierInput = builder.inputType('BirdIdentifierInput', {
  description: 'A number, an address or another key by which a contact is known.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The kind, such as `phonenumber` or `emailaddress`.' }),
    value: t.string({ required: true, description: 'The number or address itself.' }),
    properties: t.field({ type: 'JSON', description: 'What else is known of it.' }),
  }),
});

/** Bird's names of fields are the input's, but for what stands inside them. */
export const inputPath = (field: string): string | undefined => {
  const name = /^[\w-]+/.exec(field.replace(/^body\./, ''))?.[0];
  return name === undefined ? undefined : `input.${name}`;
};

/** The workspace and the id that the input names. */
export const target = (context: Context, value: string, field: string) => {
  const key = readKey(value, field, 'BirdContact', context.services.bird?.workspaceId ?? '');
  const [workspaceId = '', contactId = ''] = key.split('/');
  return { key, workspaceId, contactId };
};

/** Makes a change to a contact. Whoever reads it afterwards asks Bird anew, whatever came of the change. */
export const change = async (
  context: Context,
  { key, workspaceId, contactId }: ReturnType<typeof target>,
  operation: Claim,
  body?: object,
): Promise<Answer> => {
  try {
    return await askIn(context, operation, workspaceId, { params: { contactId }, body, inputPath });
  } finally {
    BirdContact.forget(context, key);
  }
};
