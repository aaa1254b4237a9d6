/** `posted-time` and `cmp-posted-time` in camelCase. */
export const camel = (name: string): string =>
  name.replace(/^cmp-/, '').replace(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());

/** `reaction-type` in PascalCase. */
export const pascal = (name: string): string => {
  const word = camel(name);
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** What a type is called inside courier's own branch: `CourierIndividualGroup` is an `individualGroup`. */
export const noun = (typename: string): string => {
  const word = typename.replace(/^Courier/, '');
  return word.charAt(0).toLowerCase() + word.slice(1);
};
