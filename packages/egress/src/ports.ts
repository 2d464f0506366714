/** Asks a name server. */
export type Resolver = {
  /**
   * Every address of a name, in the order in which they should be tried.
   *
   * @throws an error with the system's `code` (`ENOTFOUND`, `EAI_AGAIN`) for a name without any.
   */
  resolve(name: string): Promise<string[]>;
};
