/** How one system knows a person: identifiers are written as that system got them, well or badly. */
export interface InBird {
  name?: string;
  emails?: string[];
  phones?: string[];
  telegram?: string;
  line?: string;
}

/** How courier knows a person; without a user (`user: false`) there is an individual only. */
export interface InCourier {
  organization: 'harbour' | 'northside' | 'lantern';
  provider?: boolean;
  user?: boolean;
  email?: string;
  emailVerified?: boolean;
  phone?: string;
  phoneVerified?: boolean;
  state?: 'active' | 'inactive';
  /** The people this one's user may act for, by key: a child, say. */
  actsFor?: string[];
}

/** Somebody of the sandbox's world. Nobody of them exists. */
export interface Person {
  /** Names the person once and for all; ids follow from it. */
  key: string;
  first: string;
  last: string;
  preferred?: string;
  birthDate: string;
  locale: string;
  timezone: string;
  bird?: InBird;
  courier?: InCourier;
}
