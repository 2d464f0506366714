/** How much one rendering may use; whatever is exceeded ends it with template.limit-exceeded. */
export type JinjaLimits = {
  /** Statements, loop rounds and calls; large texts and lists count as several. */
  maxSteps: number;
  /** Longest text, both of the result and of any value on the way (UTF-16 units). */
  maxOutputCharacters: number;
  /** Macros and recursive loops inside one another. */
  maxDepth: number;
};

export const defaultLimits: JinjaLimits = { maxSteps: 1_000_000, maxOutputCharacters: 4_000_000, maxDepth: 100 };
