/** An amount in US dollars, in which providers' prices are given. */
export function money(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;
}
