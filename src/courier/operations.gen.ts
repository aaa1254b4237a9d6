// Generated from schema/courier.openapi.yaml by `npm run generate`. Do not edit.
export const operations = {
  "GET /v1/individual-groups/{id}/": {
    "summary": "Returns specific individual group"
  },
  "GET /v1/individuals/{id}/": {
    "summary": "Returns specific individual"
  },
  "POST /v1/individuals/{id}/multicast/": {
    "summary": "Sends a templated message to an individual",
    "body": {
      "type": "object",
      "properties": {
        "organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "template-data": {
          "type": "object"
        },
        "template-id": {
          "type": "string"
        }
      },
      "required": [
        "template-data",
        "template-id"
      ]
    }
  },
  "POST /v1/individuals/{id}/recalculate-communication-summary/": {
    "summary": "Recalculates the communication summary of an individual",
    "body": {
      "type": "object",
      "description": "An empty JSON object."
    }
  },
  "GET /v1/messaging-channels/": {
    "summary": "Returns channels",
    "query": {
      "filter[archived]": {
        "type": "boolean"
      },
      "filter[cmp-last-modified-time]": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "Compare timestamp against channel last-modified-time. Specify [comparator][datetime]. Comparators supported >, <, <=, >=. Use multiple to build a bounded time frame."
      },
      "filter[floating]": {
        "type": "boolean"
      },
      "filter[individual-group-id]": {
        "type": "string",
        "format": "uuid"
      },
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The operational individual who acts."
      },
      "organization-id": {
        "type": "string",
        "format": "uuid"
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      },
      "participant-id": {
        "type": "string",
        "format": "uuid"
      },
      "use-group-name": {
        "type": "boolean"
      }
    }
  },
  "POST /v1/messaging-channels/": {
    "summary": "Creates a new channel",
    "resource": "messaging-channels",
    "body": {
      "type": "object",
      "properties": {
        "event-settings": {
          "type": "object",
          "properties": {
            "enabled": {
              "type": "boolean"
            }
          }
        },
        "floating": {
          "type": "boolean",
          "description": "Default: false."
        },
        "individual-group-id": {
          "type": "string",
          "format": "uuid"
        },
        "individual-ids": {
          "type": "array",
          "items": {
            "type": "string",
            "format": "uuid"
          }
        },
        "label": {
          "type": "string"
        },
        "name": {
          "type": "string"
        },
        "organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "subscription-type": {
          "type": "string",
          "description": "An enumeration of which the definition shows one value."
        },
        "text-number-id": {
          "type": "string",
          "format": "uuid"
        }
      },
      "required": [
        "organization-id"
      ]
    }
  },
  "GET /v1/messaging-channels/{id}/": {
    "summary": "Returns specific channel",
    "query": {
      "include-individual-group": {
        "type": "boolean"
      },
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The operational individual who acts."
      },
      "use-group-name": {
        "type": "boolean"
      }
    }
  },
  "PATCH /v1/messaging-channels/{id}/": {
    "summary": "Modifies an existing channel",
    "resource": "messaging-channels",
    "body": {
      "type": "array",
      "items": {
        "type": "object",
        "description": "One step of a JSON Patch (RFC 6902). The definition shows the `op` \"replace\" alone; `value` is anything.",
        "properties": {
          "op": {
            "type": "string"
          },
          "path": {
            "type": "string"
          },
          "value": {
            "description": "Any JSON."
          }
        },
        "required": [
          "op",
          "path"
        ]
      }
    }
  },
  "POST /v1/messaging-channels/{id}/archive/": {
    "summary": "Archive a channel",
    "body": {
      "type": "object",
      "description": "An empty JSON object."
    }
  },
  "GET /v1/messaging-channels/{id}/get-profile/": {
    "summary": "Returns the profile of an individual in the channel",
    "query": {
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The user's operational individual: who acts.",
        "required": true
      },
      "profile-individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The individual whose profile is asked for.",
        "required": true
      }
    }
  },
  "POST /v1/messaging-channels/{id}/preferences/": {
    "summary": "Modify channel preferences",
    "body": {
      "type": "object",
      "properties": {
        "individual-id": {
          "type": "string",
          "format": "uuid",
          "description": "The individual who acts."
        },
        "values": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "name": {
                "type": "string",
                "description": "An enumeration of which the definition shows one value."
              },
              "value": {
                "type": "string"
              }
            },
            "required": [
              "name",
              "value"
            ]
          }
        }
      },
      "required": [
        "values"
      ]
    }
  },
  "POST /v1/messaging-channels/{id}/sms/": {
    "summary": "Enable/disable SMS path for this messaging channel",
    "body": {
      "type": "object",
      "properties": {
        "active": {
          "type": "boolean"
        },
        "initial-message": {
          "type": "string"
        },
        "initial-message-js": {
          "type": "object",
          "description": "The first message by language. The definition lost this name in its table; it stands in its sample.",
          "properties": {
            "en_US": {
              "type": "string"
            },
            "es_US": {
              "type": "string"
            }
          }
        }
      },
      "required": [
        "active"
      ]
    }
  },
  "POST /v1/messaging-channels/{id}/subscribe/": {
    "summary": "Add subscriber to the channel",
    "body": {
      "type": "object",
      "properties": {
        "individual-ids": {
          "type": "array",
          "items": {
            "type": "string",
            "format": "uuid"
          }
        }
      }
    }
  },
  "POST /v1/messaging-channels/{id}/unarchive/": {
    "summary": "Unarchive a channel",
    "body": {
      "type": "object",
      "description": "An empty JSON object."
    }
  },
  "POST /v1/messaging-channels/{id}/unsubscribe/": {
    "summary": "Remove subscriber from the channel",
    "body": {
      "type": "object",
      "properties": {
        "individual-ids": {
          "type": "array",
          "items": {
            "type": "string",
            "format": "uuid"
          }
        }
      }
    }
  },
  "GET /v1/messaging-messages/": {
    "summary": "Returns messages of a channel",
    "query": {
      "channel-id": {
        "type": "string",
        "format": "uuid",
        "required": true
      },
      "acknowledged": {
        "type": "boolean"
      },
      "filter[cmp-last-modified-time]": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "Compare timestamp against message last-modified-time. Specify [comparator][datetime]. Comparators supported >, <, <=, >=. Use multiple to build a bounded time frame."
      },
      "filter[cmp-posted-time]": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "description": "Compare timestamp against message posted-time. Specify [comparator][datetime]. Comparators supported >, <, <=, >=. Use multiple to build a bounded time frame."
      },
      "filter[text]": {
        "type": "string"
      },
      "include-phrases": {
        "type": "boolean"
      },
      "include-read-receipts": {
        "type": "boolean"
      },
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The operational individual who acts."
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      },
      "thumbnail": {
        "type": "boolean"
      },
      "user-id": {
        "type": "string",
        "format": "uuid"
      }
    }
  },
  "POST /v1/messaging-messages/": {
    "summary": "Posts a new message",
    "resource": "messaging-messages",
    "body": {
      "type": "object",
      "properties": {
        "auto-ack": {
          "type": "string",
          "description": "Default: the empty string. The definition does not say what it takes."
        },
        "channel-id": {
          "type": "string",
          "format": "uuid"
        },
        "draft": {
          "type": "boolean",
          "description": "Default: false."
        },
        "include-destinations": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "individual-id": {
          "type": "string",
          "format": "uuid"
        },
        "message": {
          "type": "string"
        }
      },
      "required": [
        "channel-id",
        "message"
      ]
    }
  },
  "GET /v1/messaging-messages/{id}/": {
    "summary": "Returns a single message from the given id",
    "query": {
      "include-phrases": {
        "type": "boolean"
      },
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The operational individual who acts."
      },
      "thumbnail": {
        "type": "boolean"
      }
    }
  },
  "PATCH /v1/messaging-messages/{id}/": {
    "summary": "Modifies an existing message",
    "resource": "messaging-messages",
    "body": {
      "type": "object",
      "properties": {
        "draft": {
          "type": "boolean"
        },
        "individual-id": {
          "type": "string",
          "format": "uuid"
        },
        "message": {
          "type": "string"
        },
        "removed": {
          "type": "boolean"
        }
      }
    }
  },
  "POST /v1/messaging-messages/{id}/ack/": {
    "summary": "Acknowledge a message, and all messages before this",
    "body": {
      "type": "object",
      "properties": {
        "allow-past": {
          "type": "boolean",
          "description": "Default: false."
        },
        "individual-id": {
          "type": "string",
          "format": "uuid",
          "description": "The individual who acts."
        }
      }
    }
  },
  "POST /v1/messaging-messages/{id}/add-reaction/": {
    "summary": "Adds a user-reaction to a message",
    "body": {
      "type": "object",
      "properties": {
        "individual-id": {
          "type": "string",
          "format": "uuid",
          "description": "The individual who acts."
        },
        "reaction-type": {
          "type": "string",
          "enum": [
            "dislike",
            "like",
            "lol",
            "love",
            "sad",
            "wow"
          ]
        }
      },
      "required": [
        "reaction-type"
      ]
    }
  },
  "POST /v1/messaging-messages/{id}/delete-reaction/": {
    "summary": "Deletes a user-reaction from a message",
    "body": {
      "type": "object",
      "properties": {
        "individual-id": {
          "type": "string",
          "format": "uuid",
          "description": "The individual who acts."
        },
        "reaction-type": {
          "type": "string",
          "enum": [
            "dislike",
            "like",
            "lol",
            "love",
            "sad",
            "wow"
          ]
        }
      },
      "required": [
        "reaction-type"
      ]
    }
  },
  "GET /v1/messaging-messages/{id}/get-receipts/": {
    "summary": "Returns the receipts of a message",
    "query": {
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "description": "The operational individual who acts."
      }
    }
  },
  "GET /v1/organizations/": {
    "summary": "Returns organizations",
    "query": {
      "filter[name]": {
        "type": "string"
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      }
    }
  },
  "GET /v1/organizations/{id}/": {
    "summary": "Returns specific organization"
  },
  "GET /v1/text-accounts/": {
    "summary": "Returns text accounts",
    "query": {
      "organization-id": {
        "type": "string",
        "format": "uuid"
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      }
    }
  },
  "GET /v1/text-accounts/{id}/": {
    "summary": "Returns specific text account"
  },
  "GET /v1/texts/": {
    "summary": "Returns texts of an account",
    "query": {
      "account-id": {
        "type": "string",
        "format": "uuid",
        "required": true
      },
      "filter[number-id]": {
        "type": "string",
        "format": "uuid"
      },
      "filter[target]": {
        "type": "string",
        "description": "A phone number in E.164; the definition names the format `phonenumberE164`."
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      }
    }
  },
  "POST /v1/texts/": {
    "summary": "Sends a text (SMS)",
    "resource": "texts",
    "body": {
      "type": "object",
      "properties": {
        "account-id": {
          "type": "string",
          "format": "uuid"
        },
        "callback-json": {
          "type": "object"
        },
        "callback-one-off": {
          "type": "boolean"
        },
        "callback-status-url": {
          "type": "string"
        },
        "callback-url": {
          "type": "string"
        },
        "expected-responses": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "message": {
          "type": "string"
        },
        "number-id": {
          "type": "string",
          "format": "uuid"
        },
        "organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "target": {
          "type": "string"
        }
      },
      "required": [
        "account-id",
        "message",
        "target"
      ]
    }
  },
  "GET /v1/texts/{id}/": {
    "summary": "Returns specific text"
  },
  "POST /v1/texts/{id}/callback/": {
    "summary": "Takes the SMS provider's word on what became of a text",
    "body": {
      "type": "object",
      "description": "Whatever the provider posts."
    }
  },
  "GET /v1/user-emails/": {
    "summary": "Returns emails of an individual",
    "query": {
      "individual-id": {
        "type": "string",
        "format": "uuid",
        "required": true
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      }
    }
  },
  "POST /v1/user-emails/": {
    "summary": "Creates an email, sent at once with `auto-send`",
    "resource": "user-emails",
    "body": {
      "type": "object",
      "properties": {
        "auto-send": {
          "type": "boolean"
        },
        "individual-id": {
          "type": "string",
          "format": "uuid"
        },
        "message": {
          "type": "string"
        },
        "message-html": {
          "type": "string"
        },
        "sender-organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "subject": {
          "type": "string"
        },
        "to": {
          "type": "string",
          "format": "email"
        }
      },
      "required": [
        "individual-id",
        "subject"
      ]
    }
  },
  "GET /v1/user-emails/{id}/": {
    "summary": "Returns specific email"
  },
  "POST /v1/user-emails/{id}/send/": {
    "summary": "Sends an email that was created as a draft",
    "body": {
      "type": "object",
      "description": "An empty JSON object."
    }
  },
  "GET /v1/users/": {
    "summary": "Returns users",
    "query": {
      "filter[email]": {
        "type": "string",
        "format": "email"
      },
      "filter[individual-id]": {
        "type": "string",
        "format": "uuid"
      },
      "filter[username]": {
        "type": "string"
      },
      "page[limit]": {
        "type": "integer"
      },
      "page[offset]": {
        "type": "integer"
      }
    }
  },
  "GET /v1/users/{id}/": {
    "summary": "Returns specific user"
  },
  "PATCH /v1/users/{id}/": {
    "summary": "Modifies an existing user",
    "resource": "users",
    "body": {
      "type": "object",
      "properties": {
        "notifications": {
          "type": "array",
          "items": {
            "type": "string",
            "description": "An enumeration of which the definition shows one value."
          }
        }
      }
    }
  },
  "POST /v1/users/{id}/multicast/": {
    "summary": "Sends a templated message to a user",
    "body": {
      "type": "object",
      "properties": {
        "data": {
          "type": "object"
        },
        "individual-id": {
          "type": "string",
          "format": "uuid"
        },
        "organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "template-id": {
          "type": "string"
        }
      },
      "required": [
        "template-id"
      ]
    }
  },
  "POST /v1/users/{id}/validate-multicast-params/": {
    "summary": "Checks a multicast to a user without sending it",
    "body": {
      "type": "object",
      "properties": {
        "data": {
          "type": "object"
        },
        "individual-id": {
          "type": "string",
          "format": "uuid"
        },
        "organization-id": {
          "type": "string",
          "format": "uuid"
        },
        "template-id": {
          "type": "string"
        }
      },
      "required": [
        "data",
        "individual-id",
        "organization-id",
        "template-id"
      ]
    }
  }
} as const;
