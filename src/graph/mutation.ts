import type { InputFieldBuilder, InputFieldMap, InputShapeFromFields, ObjectFieldsShape } from '@pothos/core';
import { type BuilderTypes, builder } from '../builder.ts';
import type { Context } from '../context.ts';
import type { Operation } from '../upstream/send.ts';
import { requireChange, rest } from './ledger.ts';
import { type Weight, weighs } from './weight.ts';

interface Options<Fields extends InputFieldMap, Payload extends object> {
  readonly description: string;
  /** Why it should not be used any more. */
  readonly deprecationReason?: string;
  /** The REST calls that stand behind it. */
  readonly operations: readonly Operation[];
  /** What it costs, where that is not one call for each of them. */
  readonly weight?: Weight;
  readonly input: (t: InputFieldBuilder<BuilderTypes, 'InputObject'>) => Fields;
  readonly payload: ObjectFieldsShape<BuilderTypes, Payload>;
  readonly resolve: (input: InputShapeFromFields<Fields>, context: Context) => Promise<Payload>;
}

/** Adds a mutation: `name(input: NameInput!): NamePayload`. */
export const mutation = <Fields extends InputFieldMap, Payload extends object>(
  name: string,
  { description, deprecationReason, operations, weight, input, payload, resolve }: Options<Fields, Payload>,
): void => {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const inputType = builder.inputType(`${title}Input`, {
    description: `The input of \`${name}\`.`,
    fields: input,
  });
  const payloadType = builder
    .objectRef<Payload>(`${title}Payload`)
    .implement({ description: `What \`${name}\` gives.`, fields: payload as never });

  builder.mutationField(name, (t) =>
    t.field({
      type: payloadType,
      description,
      ...(deprecationReason !== undefined && { deprecationReason }),
      directives: rest(...operations),
      ...(weight && { extensions: weighs(weight) }),
      args: { input: t.arg({ type: inputType, required: true, description: `The input of \`${name}\`.` }) },
      resolve: ((_root: unknown, args: { input: InputShapeFromFields<Fields> }, context: Context) => {
        requireChange(context, operations);
        return resolve(args.input, context);
      }) as never,
    }),
  );
};
