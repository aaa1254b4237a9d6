/** Bird's rows, in the shape in which they go over the wire. */
export interface Identifier {
  key: string;
  value: string;
  properties?: Record<string, unknown>;
  createdAt: string;
}

/** A contact as stored; what the wire adds (`computedDisplayName`, mirrored identifiers) is worked out when shown. */
export interface Contact {
  id: string;
  name?: string;
  attributes: Record<string, unknown>;
  identifiers: Identifier[];
  listIds: string[];
  accountIds: string[];
  isAnonymous: boolean;
  createdAt: string;
  updatedAt: string;
}

/** A channel, whole. */
export interface Channel {
  id: string;
  platformId: string;
  name: string;
  connectorId: string;
  identifier: string;
  status: 'active' | 'pending' | 'setting-up' | 'failed' | 'inactive' | 'deleted' | 'warning';
  createdAt: string;
  updatedAt: string;
  [more: string]: unknown;
}

/** WhatsApp channels of one business account. */
export interface ChannelGroup {
  id: string;
  platformGroupId: string;
  platformGroupName: string;
  platformId: string;
  channelIds: string[];
  createdAt: string;
  updatedAt: string;
}

/** What can be read of a message about how far it came. */
export type Status =
  | 'accepted'
  | 'processing'
  | 'scheduled'
  | 'sent'
  | 'delivered'
  | 'sending_failed'
  | 'delivery_failed'
  | 'rejected'
  | 'skipped'
  | 'deleted';

export interface PartyContact {
  id: string;
  identifierKey?: string;
  identifierValue: string;
  type?: 'to' | 'cc' | 'bcc';
  countryCode?: string;
  platformAddress?: string;
  annotations?: { name?: string };
}

export interface Party {
  connector?: { id: string; identifierValue: string; annotations?: { name: string } };
  contact?: PartyContact;
  contacts?: PartyContact[];
}

export interface Failure {
  code: number;
  description: string;
  source: { code: string; name: string };
}

/** A message, whole. */
export interface Message {
  id: string;
  channelId: string;
  sender: Party;
  receiver: Party;
  direction: 'incoming' | 'outgoing';
  status: Status;
  reason: string;
  details?: string;
  failure?: Failure;
  reference: string;
  parts?: { platformReference: string }[];
  body?: { type: string; [content: string]: unknown };
  template?: Record<string, unknown>;
  meta?: Record<string, unknown>;
  replyTo?: { id: string; type: string; order?: number };
  tags?: string[];
  shortLinks?: { domain: string };
  scheduledFor?: string;
  lastStatusAt: string;
  createdAt: string;
  updatedAt: string;
}

/** A message and what life still holds for it. */
export interface MessageRow {
  id: string;
  message: Message;
  /** The statuses to come, the next one first. */
  ahead: Status[];
  /** Why it fails, if it is going to. */
  outcome?: { failure?: Failure; details: string; reason: string };
  /** What its reader does once it is delivered. */
  after: ('read' | 'opened' | 'answer')[];
  interactions: Interaction[];
  /** A further webhook address named in the send. */
  notify?: string;
}

/** What a reader did with a message. */
export interface Interaction {
  id: string;
  messageId: string;
  channelId: string;
  platformId: string;
  type: string;
  messageReference: string;
  messagePartsCount: number;
  messageTags?: string[];
  receiver: Party;
  createdAt: string;
  details: string;
  context?: { id: string; type: string; tags: string[] };
  metadata?: Record<string, unknown>;
}
