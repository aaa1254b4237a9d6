import type { Answer, Call, Handler } from '../call.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { contactWith } from './contact.ts';

/** The path of the operation that another host answers. */
export const TRACK = 'POST /tracking/track';

/** How an application sends tracked events, and the events themselves. */
export function trackingHandlers(): Record<string, Handler> {
  return {
    'GET /workspaces/{workspaceId}/applications/{applicationId}/signature/{signature}': (call) => {
      const { application, workspaceId } = call.world.bird;
      const isIt =
        call.at('applicationId') === application.id && call.at('signature') === application.signature;
      if (!isIt) throw notFound('application');
      const nobody = '00000000-0000-0000-0000-000000000000';
      return {
        status: 200,
        body: {
          applicationId: application.id,
          workspaceId,
          apiEndpoint: 'https://api.bird.com',
          allowedDomains: ['harbour.example.org'],
          allowedAppBundles: [],
          tracking: {
            connectorId: application.connectorId,
            enabled: true,
            writeKey: application.writeKey,
            endpoint: application.endpoint,
            trackPageViews: true,
            anonymousTracking: 'enqueue',
            trackLifecycleEvents: true,
          },
          pushNotifications: { enabled: false, connectorId: nobody, endpoint: '' },
          appInbox: { enabled: false, connectorId: nobody, channelId: nobody, endpoint: '' },
        },
      };
    },

    [TRACK]: (call: Call): Answer => {
      const { event, timestamp, properties, identity } = call.body;
      const [first] = identity.identifiers;
      const contact = first && contactWith(call.world, first.key, first.value);
      call.world.bird.events.push({ event, timestamp, properties, contactId: contact?.id });
      return { status: 202 };
    },
  };
}

/** Refuses an event that does not carry the key of the application. */
export function refuseWriteKey({ bird }: World, key: unknown): void {
  if (key !== bird.application.writeKey) throw new Refusal(401, 'Unauthorized', 'The write key is not valid');
}
