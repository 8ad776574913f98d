// What another length of the searchable copy would let go. Pure.

/** How many records lie in months that would go: months go whole, so the month of the moment `days` ago stays. `0` lets nothing go. */
export function letGo(months: readonly { month: string; records: number }[], days: number, now: Date): number {
  if (!days) return 0;
  const first = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 7);
  return months.filter((one) => one.month < first).reduce((sum, one) => sum + one.records, 0);
}

/** A number of bytes as people read it. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let left = bytes;
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000;
    at++;
  }
  return `${left >= 100 || at === 0 ? Math.round(left) : left.toFixed(1)} ${units[at]}`;
}
