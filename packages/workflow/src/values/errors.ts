import { defineErrors } from "@diwan/kernel";

export const ValueErrors = defineErrors("value", {
  "not-json": { kind: "author", message: ({ reason }: { reason: string }) => `This text is not JSON: ${reason}` },
  "nested-too-deep": {
    kind: "author",
    message: "Lists and mappings stand in each other too many levels deep. Make the value flatter.",
  },
  unknown: { kind: "defect", message: ({ found }: { found: string }) => `A workflow variable cannot hold ${found}.` },
  "no-zero": {
    kind: "author",
    message: ({ type }: { type: string }) => `A variable of type ${type} cannot be cleared.`,
  },
});
