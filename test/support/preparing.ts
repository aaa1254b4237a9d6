import { expect } from 'vitest';
import { fixtureIds } from '../../src/sandbox/fixture-ids.ts';
import type { LiveGateway } from './sandbox.ts';

/** The smallest picture there is. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What an operation needs to be there before it is asked, made or found through the graph itself. */
export const preparing = (gateway: () => LiveGateway) => {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the document asks for
  const read = async (document: string, variables: object = {}): Promise<any> => {
    const { body } = await gateway().ask(document, variables);
    expect(body.errors, JSON.stringify(body.errors)).toBeUndefined();
    return body.data;
  };

  /** A message with a file. */
  const attached = async () => {
    const { courier } = await read(
      `{ courier { messages(first: 200, channelId: "${fixtureIds.courierChannelId}") { nodes { nativeId attachments { nativeId } } } } }`,
    );
    const message = courier.messages.nodes.find(
      ({ attachments }: { attachments?: unknown[] }) => attachments?.length,
    );
    return { messageId: message.nativeId as string, id: message.attachments[0].nativeId as string };
  };

  /** A video channel with a recording. */
  const recorded = async () => {
    const { courier } = await read(
      `{ courier { videoChannels(individualId: "${fixtureIds.courierIndividualId}") { nodes { nativeId compositions { nativeId } participants { nativeId } } } } }`,
    );
    const channel = courier.videoChannels.nodes.find(
      ({ compositions }: { compositions?: unknown[] }) => compositions?.length,
    );
    return {
      channelId: channel.nativeId as string,
      compositionId: channel.compositions[0].nativeId as string,
      participantId: channel.participants[0].nativeId as string,
    };
  };

  /** A message of the service’s own. */
  const posted = async (): Promise<string> => {
    const { postCourierMessage } = await read(
      `mutation { postCourierMessage(input: { channelId: "${fixtureIds.courierChannelId}", message: "x", individualId: "${fixtureIds.courierServiceIndividualId}" }) { message { nativeId } } }`,
    );
    return postCourierMessage.message.nativeId;
  };

  /** An email that is still a draft. */
  const drafted = async (): Promise<string> => {
    const { createCourierEmail } = await read(
      `mutation { createCourierEmail(input: { individualId: "${fixtureIds.courierIndividualId}", subject: "x", message: "x" }) { email { nativeId } } }`,
    );
    return createCourierEmail.email.nativeId;
  };

  /** The id of a file whose bytes have been uploaded as a browser would. */
  const uploaded = async (mutation: string, input: object): Promise<string> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { [mutation]: slot } = await read(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { nativeId uploadUrl uploadData } }`,
      { input },
    );
    const form = new FormData();
    for (const [name, value] of Object.entries(slot.uploadData ?? {})) form.append(name, String(value));
    form.append('file', new Blob([PICTURE], { type: 'image/png' }), 'a.png');
    expect((await fetch(slot.uploadUrl, { method: 'POST', body: form })).status).toBeLessThan(300);
    return slot.nativeId;
  };

  return { read, attached, recorded, posted, drafted, uploaded };
};
