/** The part of a run's id by which people tell runs apart; ids begin with the time, so their ends differ. */
export function shortRunId(id: string): string {
  const end = id.replaceAll("-", "").slice(-8);
  return `${end.slice(0, 4)}-${end.slice(4)}`;
}
