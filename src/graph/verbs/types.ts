type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Every `METHOD path` of a contract's generated types. */
export type OperationOf<Paths> = {
  [Path in keyof Paths & string]: {
    [M in Method]: Paths[Path] extends { [Known in M]: { responses: object } }
      ? `${Uppercase<M>} ${Path}`
      : never;
  }[Method];
}[keyof Paths & string];
