/** Ids that the example queries name. */
export interface Examples {
  readonly email: string;
  readonly birdSmsChannelId: string;
  readonly birdContactId: string;
  readonly courierIndividualId: string;
}

/** A tab of GraphiQL. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
  readonly headers?: string;
}

/**
 * Stand-ins where nobody is known, to be replaced by one's own. They are no ids and no address, so that asking with
 * them is an error that says so, and not an answer that looks as if nobody were there.
 */
const PLACEHOLDERS = {
  email: 'REPLACE BY AN EMAIL ADDRESS',
  birdSmsChannelId: 'REPLACE BY THE ID OF A CHANNEL',
  birdContactId: 'REPLACE BY THE ID OF A CONTACT',
};

/** Where no individual of courier is known. */
const DIRECTORY = `directory {
      sweptAt
      users
    }`;

const individualOf = (id: string): string => `individual(id: "${id}") {
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
    }`;

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The first tab has no variables: GraphiQL does not take them there. */
const both = (individual: string | undefined) => `# Welcome to Pigeon: one graph over two messaging
# APIs, Bird and courier.
#
# Press the button on the right (or Ctrl-Enter) to ask.
# Ctrl-Space shows what else can be asked, and the book
# on the left explains every type, and which REST call
# stands behind each field.
#
# The other tabs tell a story: a person, conversations,
# sending a message and watching how far it comes, the
# pages of a long list, and what a query costs.

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
    ${individual === undefined ? DIRECTORY : individualOf(individual)}
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
# Whose address it is: see the variables below.

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

const CONVERSATIONS = `# Conversations of both APIs in one list, the latest
# first: with whom, over what, and what was said last.

query Conversations {
  conversations(first: 10) {
    nodes {
      lastActivityAt
      unread
      channel {
        source
        name
      }
      participants {
        name
      }
      lastMessage {
        text
      }
    }
    sources {
      source
      status
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const PAGES = `# Every list is a Relay connection. Ask for the first
# rows, then put "endCursor" into "after", below in the
# variables, and ask again. Any edge's cursor will do:
# the next page begins right behind its row.

query Pages($after: String) {
  channels(first: 3, after: $after) {
    edges {
      cursor
      node {
        source
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const COST = `# What does it cost? The header x-pigeon-explain, below
# beside the variables, adds "extensions" to the answer:
# what was planned, and each call that was made.
# The page /explain draws them as a waterfall.

query Cost {
  bird {
    messages(first: 2) {
      nodes {
        text
        # One call for the channels of all rows,
        channel {
          name
        }
        # none for what the message itself tells,
        status
        # and one for each distinct contact.
        contact {
          displayName
        }
      }
    }
  }
}
`;

/** What a newcomer wants to see first, one tab each. */
export const tabs = (examples?: Examples): readonly Tab[] => {
  const { email, birdSmsChannelId, birdContactId } = examples ?? PLACEHOLDERS;
  const input = { channelId: birdSmsChannelId, contactId: birdContactId, text: 'Hello from Pigeon!' };
  return [
    { query: both(examples?.courierIndividualId) },
    { query: PERSON, variables: json({ email }) },
    { query: CONVERSATIONS },
    { query: SEND, variables: json({ input }) },
    { query: WATCH },
    { query: PAGES, variables: json({ after: null }) },
    { query: COST, headers: json({ 'x-pigeon-explain': '1' }) },
  ];
};
