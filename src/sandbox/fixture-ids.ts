import { seededId } from './courier/seeded-id.ts';
import { naming } from './naming.ts';

/** The seed of a world when none is given. */
export const DEFAULT_SEED = 20_26;

/**
 * What can be relied on to be there: Amina Diallo, who lives in both systems with a verified email and phone, and some of
 * what belongs to her; and the receivers whom nothing reaches.
 */
export function fixtureIdsOf(seed: number) {
  const id = naming(seed);
  return {
    name: 'Amina Diallo',
    email: 'amina.diallo@example.com',
    phone: '+12025550142',

    birdWorkspaceId: id('bird-workspace'),
    birdContactId: id('bird-contact', 'amina'),
    /** Harbour Clinic WhatsApp; its messages are read soon after they arrive. */
    birdChannelId: id('bird-channel', 'whatsapp'),
    birdSmsChannelId: id('bird-channel', 'sms'),
    birdEmailChannelId: id('bird-channel', 'email'),
    birdInactiveChannelId: id('bird-channel', 'sms-old'),
    /** The connector that WhatsApp channel is of. */
    birdConnectorId: id('bird-connector', 'whatsapp'),
    birdChannelGroupId: id('bird-group', 'harbour'),
    /** A webhook subscription of somebody else's, whose address has failed. */
    birdWebhookSubscriptionId: id('bird-webhook', 'crm'),
    /** The request that its log is about. */
    birdWebhookRequestId: id('bird-webhook-request', 'crm'),
    birdListId: id('bird-list', 0),
    birdApplicationId: id('bird-application'),
    birdApplicationSignature: `2026-01-15T08-33-12_${id('bird-application', 'signature').slice(0, 8)}`,
    /** The picture that Amina sent in the message `birdShowcaseId('photo')`. */
    birdFileId: id('bird-file', 'photo'),
    /** An outgoing WhatsApp text that Amina has read and reacted to. */
    birdMessageId: id('bird-message', 'showcase', 'landmark'),
    /** The WhatsApp messages of every body type are named by it: `text`, `carousel`, `template`, `unknown` … */
    birdShowcaseId: (type: string) => id('bird-message', 'showcase', type),

    courierIndividualId: id('courier-individual', 'amina'),
    courierUserId: id('courier-user', 'amina'),
    /** Who the service itself acts as: the care desk. */
    courierServiceIndividualId: id('courier-individual', 'desk'),
    /** Farah Rahimi, who leads Amina's channel. */
    courierProviderId: id('courier-individual', 'farah'),
    courierOrganizationId: id('courier-organization', 'harbour'),
    courierGroupId: id('courier-group', 'heart'),
    /** Amina's conversation with the clinic, some seventy messages long. */
    courierChannelId: id('courier-channel', 'amina'),
    /** The newest message in it, from Farah Rahimi. */
    courierMessageId: id('courier-message', 'landmark'),
    courierTextAccountId: id('courier-account', 'harbour'),
    courierTextNumberId: id('courier-number', 'harbour'),
    courierTextId: id('courier-text', 'amina', 0),
    courierEmailId: id('courier-email', 'amina', 'desk'),
    /** The rows that the contract has as examples, by type, as they are for Harbour Clinic: `('voice-tasks', 0)`. */
    courierRowId: (type: string, index = 0) => seededId(id, type, 'harbour', index),

    /** Receivers for whom a send always ends like this, on Bird and (the first two) as courier's texts. */
    never: {
      delivered: '+12025550199',
      sent: '+12025550198',
      taken: '+12025550197',
      tried: '+12025550196',
      deliveredByEmail: 'bounce@example.net',
    },

    /** People who are hard to tell apart, by what is wrong: see `people/cast.ts`. */
    tricky: {
      sharedEmail: [id('courier-individual', 'rosa'), id('courier-individual', 'mateo')],
      guardian: id('courier-individual', 'ingrid'),
      child: id('courier-individual', 'elsa'),
      unverifiedEmail: id('courier-individual', 'jun'),
      inactiveUser: id('courier-individual', 'piotr'),
      onePhoneTwoContacts: [id('bird-contact', 'tom'), id('bird-contact', 'theo')],
      contradictingContact: id('bird-contact', 'leila'),
      extension: id('courier-individual', 'grace'),
      nationalNumber: id('bird-contact', 'sanne'),
      unverifiedPhone: id('courier-individual', 'olu'),
      sharedLandline: [id('courier-individual', 'henry'), id('courier-individual', 'margaret')],
      twoRecords: [id('courier-individual', 'samuel'), id('courier-individual', 'samuel-old')],
    },
  };
}

/** The fixture ids of the world that stands when nothing else is asked for. */
export const fixtureIds = fixtureIdsOf(DEFAULT_SEED);
