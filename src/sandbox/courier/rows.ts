/** courier's rows. Attributes keep courier's own names; what belongs to others (names, counts) is added when shown. */
export interface Resource<Type extends string = string, Attributes = object> {
  id: string;
  type: Type;
  attributes: Attributes;
}

export interface Individual {
  id: string;
  type: 'individuals';
  attributes: {
    'account-type': string;
    'birth-date': string;
    'first-name': string;
    'last-name': string;
    'preferred-name'?: string;
    'owner-id': string;
    'last-modified-time': string;
  };
}

export interface User {
  id: string;
  type: 'users';
  /** The individuals this user may act for beside its own. */
  actsFor: string[];
  attributes: {
    'auto-sign-up': boolean;
    'communication-preferences': Record<string, unknown>;
    email?: string;
    'email-verified': boolean;
    'first-name': string;
    'last-name': string;
    'last-sync-time': string;
    locale: string;
    'locale-explicit': boolean;
    notifications: string[];
    phone?: string;
    'phone-unsubscribed': boolean;
    'phone-verified': boolean;
    'primary-individual-id': string;
    'sms-mode': string;
    state: string;
    tz: string;
    'tz-explicit': boolean;
    username: string;
  };
}

export type Organization = Resource<'organizations', { name: string } & Record<string, string>>;

export interface Group {
  id: string;
  type: 'individual-groups';
  attributes: {
    individuals: { id: string }[];
    leaders: { id: string }[];
    'last-sync-time': string;
    name: string;
    'organization-id': string;
    'parent-id'?: string;
  };
}

export interface Subscription {
  individualId: string;
  admin: boolean;
  pinned: boolean;
  preferences: Record<string, string>;
}

export interface Channel {
  id: string;
  name: string;
  label?: string;
  organizationId: string;
  groupId?: string;
  ownerId: string;
  createdBy: string;
  subscriptionType: string;
  archived: boolean;
  floating: boolean;
  canEnableSms: boolean;
  withSms: boolean;
  textNumberId?: string;
  eventsEnabled: boolean;
  groupProviderAck: boolean;
  observationId?: string;
  subscribers: Subscription[];
  createdAt: string;
  modifiedAt: string;
}

export interface Receipt {
  individualId: string;
  at: string;
}

export interface Attachment {
  id: string;
  filename: string;
  'content-type': string;
  'content-size': number;
  removed: boolean;
  thumbnail?: string;
}

export interface Message {
  id: string;
  channelId: string;
  authorId: string;
  text: string;
  draft: boolean;
  removed: boolean;
  source: string;
  destination: Record<string, unknown>;
  sentiment?: string;
  attachments: Attachment[];
  reactions: { individualId: string; type: string }[];
  receipts: Receipt[];
  postedAt: string;
  modifiedAt: string;
  /** Whether somebody is going to answer it. */
  answered?: boolean;
}

/** The words of the SMS provider behind courier. */
export type TextStatus =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'receiving'
  | 'received'
  | 'canceled';

export interface Text {
  id: string;
  accountId: string;
  numberId: string;
  ahead: TextStatus[];
  fails?: string;
  attributes: {
    'callback-status-url'?: string;
    'callback-url'?: string;
    'created-at': string;
    'created-by'?: string;
    error?: string;
    from: string;
    'last-modified-at': string;
    message: string;
    status: TextStatus;
    target: string;
    'twilio-sid': string;
  };
}

export interface Email {
  id: string;
  ahead: string[];
  attributes: {
    'created-at': string;
    'created-by': string;
    'individual-id': string;
    'last-modified-at': string;
    message?: string;
    'message-html'?: string;
    result?: string;
    'sender-organization-id'?: string;
    status: string;
    subject: string;
    'task-id'?: string;
    to: string[];
    'user-id': string;
  };
}

export interface Account {
  id: string;
  attributes: {
    'allow-custom-number': boolean;
    'created-at': string;
    'organization-id': string;
    'phone-number': string;
    'twilio-id': string;
  };
}
