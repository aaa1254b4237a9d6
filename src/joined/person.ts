import { readKey } from '../bird/load.ts';
import { BirdContact } from '../bird/resources/contact.ts';
import { builder } from '../builder.ts';

import { CourierIndividual } from '../courier/resources/individual.ts';
import { InputError } from '../graph/errors.ts';
import { readId, readNativeId } from '../graph/ids.ts';
import { rest } from '../graph/ledger.ts';
import { registerNode, relation } from '../graph/node.ts';
import { KEY_ONLY } from '../graph/selection.ts';
import { weighs } from '../graph/weight.ts';
import {
  aroundContact,
  aroundIndividual,
  byContactKey,
  byEmail,
  byIndividualId,
  byKey,
  byPhone,
  type PersonRow,
  personReads,
} from './find-person.ts';
import { type Confidence, contactsOf, identityReads, individualsOf, type Match } from './identity.ts';

const MatchBasis = builder.enumType('MatchBasis', {
  description: 'On what a match rests.',
  values: {
    SELF: { description: 'It is what was asked for.' },
    EMAIL: { description: 'An email address.' },
    PHONE: { description: 'A phone number.' },
  } as const,
});

const MatchConfidence = builder.enumType('MatchConfidence', {
  description: 'How sure a match is.',
  values: {
    VERIFIED: { description: 'The identifier is verified and nobody else’s.' },
    UNVERIFIED: { description: 'courier has not verified the identifier.' },
    AMBIGUOUS: { description: 'It may be somebody else.' },
  } as const,
});

const IdentityMatch = builder.objectRef<Match>('IdentityMatch').implement({
  description: 'That a contact of Bird and an individual of courier may be one person.',
  fields: (t) => ({
    contact: t.expose('contact', {
      type: BirdContact,
      description: 'The contact of Bird that the match leads to.',
    }),
    individual: t.field(
      relation(
        CourierIndividual,
        'The individual of courier that the match leads to.',
        ({ individualId }: Match) => (individualId ? { id: individualId } : undefined),
      ),
    ),
    basis: t.expose('basis', { type: [MatchBasis], nullable: false, description: 'On what it rests.' }),
    confidence: t.expose('confidence', {
      type: MatchConfidence,
      nullable: false,
      description: 'How sure it is.',
    }),
  }),
});

/** A person over both upstreams. */
export const Person = builder.objectRef<PersonRow>('Person');

const anchors = [BirdContact.loading, CourierIndividual.loading].flatMap((loading) => loading ?? []);

registerNode('Person', [1, 2], personReads, byKey, { loadings: anchors });

/** What matches cost, by estimate: how many calls they take shows while they are made. */
const weighsMatches = weighs(() => ({ estimated: { bird: 10, courier: 10 }, rows: 3 }));

const PersonBy = builder.inputType('PersonBy', {
  description: 'By what a person is found: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'The global id of a Person, a BirdContact or a CourierIndividual.' }),
    email: t.string({ description: 'An email address of theirs.' }),
    phone: t.string({ description: 'A phone number of theirs, with `+` and the country.' }),
    birdContactId: t.id({ description: 'Their contact: a global id, or Bird’s own.' }),
    courierIndividualId: t.id({ description: 'Their individual: a global id, or courier’s own.' }),
  }),
});

const confidence = builder.args((t) => ({
  confidence: t.field({
    type: [MatchConfidence],
    defaultValue: ['VERIFIED'],
    description: 'How sure the matches must be.',
  }),
}));

const only = async (
  matches: Promise<readonly Match[]>,
  wanted: readonly Confidence[] | null | undefined,
): Promise<Match[]> => (await matches).filter((match) => (wanted ?? ['VERIFIED']).includes(match.confidence));

builder.node(Person, {
  id: { resolve: (person) => person.key() },
  description: 'One human being over both upstreams, with what surely belongs to them.',
  fields: (t) => ({
    contacts: t.field({
      type: [IdentityMatch],
      description: 'Their contacts at Bird.',
      directives: rest(...identityReads),
      extensions: weighsMatches,
      args: confidence,
      resolve: (person, args) => only(person.contacts(), args.confidence),
    }),
    individuals: t.field({
      type: [IdentityMatch],
      description: 'Their individuals at courier.',
      directives: rest(...identityReads),
      extensions: weighsMatches,
      args: confidence,
      resolve: (person, args) => only(person.individuals(), args.confidence),
    }),
  }),
});

builder.queryField('person', (t) =>
  t.field({
    type: Person,
    description: 'One person by anything that both upstreams know them by; null when nobody does.',
    directives: rest(...personReads),
    extensions: weighs((asked) => {
      const by = asked.arg('by') as { readonly email?: unknown; readonly phone?: unknown } | undefined;
      return by?.email != null || by?.phone != null
        ? { calls: { bird: 2, courier: 1 }, estimated: { bird: 10, courier: 10 } }
        : { loads: anchors };
    }),
    args: { by: t.arg({ type: PersonBy, required: true, description: 'By what.' }) },
    resolve: (_root, { by }, context) => {
      const workspaceId = context.services.bird?.workspaceId ?? '';
      if (by.email != null) return byEmail(context, by.email);
      if (by.phone != null) return byPhone(context, by.phone);
      if (by.birdContactId != null) {
        return byContactKey(
          context,
          readKey(by.birdContactId, 'by.birdContactId', 'BirdContact', workspaceId),
        );
      }
      if (by.courierIndividualId != null) {
        return byIndividualId(
          context,
          readNativeId(by.courierIndividualId, 'by.courierIndividualId', 'CourierIndividual'),
        );
      }
      const id = readId(by.id ?? '', 'by.id', 'Person', 'BirdContact', 'CourierIndividual');
      if (typeof id === 'string') throw new InputError('by.id', 'must be a global id');
      return byKey(context, id.key);
    },
  }),
);

builder.objectFields(BirdContact, (t) => ({
  individuals: t.field({
    type: [IdentityMatch],
    description:
      'The individuals of courier that this contact is; with `confidence`, those too that it may be.',
    directives: rest(...identityReads),
    extensions: weighsMatches,
    args: confidence,
    resolve: (contact, args, context) => only(individualsOf(context, contact), args.confidence),
  }),
  person: t.field({
    type: Person,
    description: 'The person this contact belongs to.',
    directives: rest(...identityReads),
    extensions: weighsMatches,
    resolve: (contact, _args, context) => aroundContact(context, contact),
  }),
}));

builder.objectFields(CourierIndividual, (t) => ({
  contacts: t.field({
    type: [IdentityMatch],
    description: 'The contacts of Bird that this individual is; with `confidence`, those too that it may be.',
    directives: rest(...identityReads),
    extensions: { ...KEY_ONLY.extensions, ...weighsMatches },
    args: confidence,
    resolve: (individual, args, context) => only(contactsOf(context, individual.id), args.confidence),
  }),
  person: t.field({
    type: Person,
    description: 'The person this individual belongs to.',
    directives: rest(...identityReads),
    extensions: { ...KEY_ONLY.extensions, ...weighsMatches },
    resolve: (individual, _args, context) => aroundIndividual(context, individual.id),
  }),
}));
