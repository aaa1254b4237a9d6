/** The names that GraphQL suggests in place of a wrong word of an enum; they are the schema's own. */
const SUGGESTION = /( Did you mean the enum value [\w", ]+\?)"?$/;

/** What comes before a value in GraphQL's messages on input, up to the end of the message. */
const BEFORE_VALUE = [
  /(?:,|;|\.)? ?[Ff]ound: .*$/s,
  /(?<=cannot represent (?:a )?[\w -]*value): .*$/s,
  /(?<=, expected digit but got|, unexpected digit after 0|escape sequence): .*$/s,
];

/** A token in a syntax error. Even a name may be somebody's, where quotes are missing. */
const TOKEN = /^(Syntax Error: .*?\b(?:String|BlockString|Int|Float|Name|Comment)) ".*"/s;

const ENUM_VALUE = /Value ".*" does not exist in/s;

/**
 * What GraphQL says of a document, its variables or its arguments, without the values that it quotes: they may tell
 * something about a person, and messages end up in logs of clients and proxies. Places, types and names of the schema
 * stay. A test sends a value to every input of the graph and looks for it in the errors.
 */
export const withoutValues = (message: string): string => {
  const [suggestion = ''] = SUGGESTION.exec(message) ?? [];
  const bare = BEFORE_VALUE.reduce(
    (text, pattern) => text.replace(pattern, ''),
    message.replace(ENUM_VALUE, 'The value does not exist in').replace(TOKEN, '$1'),
  );
  if (bare === message) return message;
  const said = bare.replace(SUGGESTION, '').replace(/\.*$/, '');
  // An error inside another is quoted whole, and has lost its end.
  const closing = said.split('"').length % 2 === 0 ? '"' : '';
  const end = said.endsWith('?') ? '' : '.';
  return `${said}${closing}${end}${suggestion.replace(/"$/, '')}`;
};
