/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How sure a match is. */
export type MatchConfidence =
  /** It may be somebody else. */
  | 'AMBIGUOUS'
  /** courier has not verified the identifier. */
  | 'UNVERIFIED'
  /** The identifier is verified and nobody else’s. */
  | 'VERIFIED';

export type PersonsNamesQueryVariables = Exact<{
  email: string;
}>;


export type PersonsNamesQuery = { person: { individuals: Array<{ confidence: MatchConfidence, individual: { firstName: string | null, lastName: string | null } | null }> | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const PersonsNamesDocument = new TypedDocumentString(`
    query PersonsNames($email: String!) {
  person(by: { email: $email }) {
    individuals {
      confidence
      individual {
        firstName
        lastName
      }
    }
  }
}
    `, {"hash":"sha256:a03cd4425d49ed77fdd46f743597da0bac5bb5d7a5483cfb833bda12405e3f50"}) as unknown as TypedDocumentString<PersonsNamesQuery, PersonsNamesQueryVariables>;