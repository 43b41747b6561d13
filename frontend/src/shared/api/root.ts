/** Where this Greenway is: the server writes its sub-path into the page, so that one build serves at any. */

/** Without a slash at its end; empty where Greenway is at `/`. */
export const ROOT = typeof document === "undefined" ? "" : rootOf(document);

export function rootOf(page: Document): string {
  return page.querySelector<HTMLMetaElement>('meta[name="greenway-root"]')?.content ?? "";
}

/** Where the page belongs that was opened under another path, past the proxy; null where it belongs here. */
export function placeOf({ pathname, search, hash }: Location, root = ROOT): string | null {
  const isInside = root === "" || pathname === root || pathname.startsWith(`${root}/`);
  return isInside ? null : `${root}${pathname}${search}${hash}`;
}
