/** How large a code step's result may be, as the operator set it; and what a template may write. */
export type CodeLimits = {
  /** Characters of one text. */
  maxStringLength: number;
  maxNumber: bigint;
  minNumber: bigint;
  /** Decimal places. */
  maxPrecision: number;
  /** Mappings in each other; the result itself is the first. */
  maxDepth: number;
  maxNumberArrayLength: number;
  maxStringArrayLength: number;
  maxObjectArrayLength: number;
  /** Characters that a template step may write. */
  maxTemplateLength: number;
};

/** @source the app file contract, code and template-transform: CODE_MAX_*, TEMPLATE_TRANSFORM_MAX_LENGTH */
export const defaultCodeLimits: CodeLimits = {
  maxStringLength: 400_000,
  maxNumber: 9_223_372_036_854_775_807n,
  minNumber: -9_223_372_036_854_775_807n,
  maxPrecision: 20,
  maxDepth: 5,
  maxNumberArrayLength: 1000,
  maxStringArrayLength: 30,
  maxObjectArrayLength: 30,
  maxTemplateLength: 400_000,
};
