import { specifiedDirectives } from 'graphql';
import { builder } from './builder.ts';
import { describeRest, Rest } from './graph/rest.ts';
import './bird/channel.ts';
import './bird/channel-group.ts';
import './bird/contact.ts';
import './bird/contact-changes.ts';
import './bird/contact-identifiers.ts';
import './bird/contact-messages.ts';
import './bird/contact-search.ts';
import './bird/interaction.ts';
import './bird/message.ts';
import './bird/messages.ts';
import './bird/send.ts';
import './bird/service-window.ts';
import './courier/resources/channel.ts';
import './courier/resources/email.ts';
import './courier/resources/individual.ts';
import './courier/resources/individual-group.ts';
import './courier/resources/message.ts';
import './courier/resources/organization.ts';
import './courier/resources/text.ts';
import './courier/resources/text-account.ts';
import './courier/resources/user.ts';
import './joined/channels.ts';
import './joined/directory-field.ts';
import './joined/message.ts';
import './joined/node.ts';
import './joined/person.ts';
import './joined/send-message.ts';
import './joined/timeline.ts';
import './stream/subscriptions.ts';

builder.queryType({ description: 'Everything that can be read.' });
builder.mutationType({ description: 'Everything that can be changed. Fields run one after the other.' });
builder.subscriptionType({ description: 'Everything that can be followed.' });

/** The whole graph. */
export const schema = describeRest(builder.toSchema({ directives: [...specifiedDirectives, Rest] }));
