/** A list operation that cannot be done; fails the step with its sentence. */
export class ListError extends Error {}
