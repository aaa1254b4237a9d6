import { builder } from '../builder.ts';

/** Which upstream a thing lives in. */
export const Source = builder.enumType('Source', {
  description: 'The upstream in which something lives.',
  values: {
    BIRD: { value: 'bird', description: 'Bird, the messaging platform.' },
    COURIER: { value: 'courier', description: 'courier, the service between organizations and individuals.' },
  } as const,
});
