/** Hours of learning as they are typed. Pure. */

/** The API's limit; more than nothing is wanted. */
export const MAX_HOURS = 1000;

/** The number, with a point or a comma; null where it is none, or out of range. */
export function parsedHours(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (!/^\d*\.?\d+$|^\d+\.$/.test(plain)) return null;
  const hours = Number(plain);
  return hours > 0 && hours <= MAX_HOURS ? hours : null;
}
