/** Resources: a list of links. */

import type { ResourcesView } from "../../../shared/api/schema";
import type { ArtefactSpec } from "../spec";
import { Resources } from "./Resources";

export const resources: ArtefactSpec = {
  content: ({ detail: { resources: written } }) =>
    written && {
      key: written.resources_id,
      text: () => textOf(written),
      view: <Resources resources={written} />,
    },
};

function textOf({ items }: ResourcesView): string {
  return items
    .map(({ title, url, description }) => [title, url, description ?? ""].filter(Boolean).join("\n"))
    .join("\n\n");
}
