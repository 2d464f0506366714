/** An assignment that cannot be made; fails the step with its sentence. */
export class AssignerError extends Error {}
