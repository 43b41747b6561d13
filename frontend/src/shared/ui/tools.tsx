/** What the header of every page has beside the page's own commands; the app says what. */

import { createContext, use } from "react";
import type { ReactNode } from "react";

const Context = createContext<ReactNode>(null);

export const HeaderTools = Context.Provider;

export function useHeaderTools(): ReactNode {
  return use(Context);
}
