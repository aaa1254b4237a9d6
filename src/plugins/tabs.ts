/** Ids that the example queries name. */
export interface Examples {
  readonly email: string;
  readonly birdChannelId: string;
  readonly birdContactId: string;
  readonly courierIndividualId: string;
}

/** A tab of GraphiQL. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Stand-ins where nobody is known: to be replaced by ids of one's own. */
const PLACEHOLDERS: Examples = {
  email: 'somebody@example.com',
  birdChannelId: NOBODY,
  birdContactId: NOBODY,
  courierIndividualId: NOBODY,
};

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The first tab has no variables: GraphiQL does not take them there. */
const both = (individual: string) => `# Welcome to Pigeon: one graph over two messaging
# APIs, Bird and courier.
#
# Press the button on the right (or Ctrl-Enter) to ask.
# Ctrl-Space shows what else can be asked, and the book
# on the left explains every type, and which REST call
# stands behind each field.
#
# The other tabs: a person's messages, sending a
# message, and watching how far messages come.

query BothApis {
  # Channels of both, in one vocabulary.
  inBird: channels(first: 2, source: BIRD) {
    ...Newest
  }
  inCourier: channels(first: 2, source: COURIER) {
    ...Newest
  }
  # What only Bird has stands under its name,
  bird {
    contacts(first: 3) {
      nodes {
        displayName
        individuals {
          confidence
          individual {
            firstName
            lastName
          }
        }
      }
    }
  }
  # and so does what only courier has.
  courier {
    individual(id: "${individual}") {
      firstName
      lastName
      channels(first: 2) {
        nodes {
          name
          messages(first: 3) {
            nodes {
              text
              author {
                name
              }
            }
          }
        }
      }
    }
  }
}

fragment Newest on ChannelConnection {
  nodes {
    source
    name
    messages(first: 2) {
      nodes {
        direction
        status
        text
        createdAt
      }
    }
  }
}
`;

const PERSON = `# One person: who they are in both APIs, and what
# was said to and by them, newest first.
# Whose address it is stands below, in the variables.

query PersonsMessages($email: String!) {
  person(by: { email: $email }) {
    contacts {
      basis
      confidence
      contact {
        displayName
      }
    }
    individuals {
      basis
      confidence
      individual {
        firstName
        lastName
      }
    }
    timeline(first: 20) {
      nodes {
        source
        direction
        status
        text
        createdAt
        author {
          name
        }
      }
      sources {
        source
        status
      }
    }
  }
}
`;

const SEND = `# Send a message. Its channel decides which API
# carries it; Bird also wants to know to whom:
# a contact, or a phone number or address in "to".

mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      id
      source
      status
      text
      channel {
        name
      }
    }
  }
}
`;

const WATCH = `# Watch how far messages come: each step arrives by
# itself. In the sandbox people write and read all the
# time; elsewhere send a message from another window.
#
# "messages" and "channels" narrow it to those you name,
# and begin with how they stand.

subscription Watch {
  messageStatusChanged {
    status
    previous
    occurredAt
    via
    message {
      source
      direction
      text
    }
  }
}
`;

/** What a newcomer wants to see first, one tab each. */
export const tabs = (examples: Examples = PLACEHOLDERS): readonly Tab[] => {
  const { email, birdChannelId, birdContactId, courierIndividualId } = examples;
  const input = { channelId: birdChannelId, contactId: birdContactId, text: 'Hello from Pigeon!' };
  return [
    { query: both(courierIndividualId) },
    { query: PERSON, variables: json({ email }) },
    { query: SEND, variables: json({ input }) },
    { query: WATCH },
  ];
};
