/** What can be done with a roadmap, and how it can be looked at. */

import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Commands } from "../../roadmap/commands/useCommands";
import type { Roadmap } from "../../roadmap/roadmap";
import { searchFor, VIEWS } from "../../roadmap/views";
import { usePreferences } from "../../shared/i18n/preferences";
import { CommandButton } from "./CommandButton";
import styles from "./HeaderCommands.module.css";
import { Menu } from "./Menu";
import { Rewrite } from "./Rewrite";

interface HeaderCommandsProps {
  readonly roadmap: Roadmap;
  readonly commands: Commands;
  readonly conceptId: string | null;
}

export function HeaderCommands({ roadmap, commands, conceptId }: HeaderCommandsProps) {
  const [isRewriting, setRewriting] = useState(false);
  const hasOutline = roadmap.stages.length > 0;
  const hasViews = hasOutline && !["drafting", "awaiting_review"].includes(roadmap.status);
  return (
    <>
      {hasViews && <Views roadmapId={roadmap.roadmap_id} conceptId={conceptId} />}
      <CommandButton commands={commands} name="pause" />
      <CommandButton commands={commands} name="resume" kind="primary" />
      {/* Where there is no outline, the page itself says that the draft can be made again. */}
      {hasOutline && <CommandButton commands={commands} name="retry" kind="primary" />}
      <Menu commands={commands} onRewrite={() => setRewriting(true)} />
      {isRewriting && <Rewrite commands={commands} onClose={() => setRewriting(false)} />}
    </>
  );
}

function Views({ roadmapId, conceptId }: { readonly roadmapId: string; readonly conceptId: string | null }) {
  const { t } = usePreferences();
  return (
    <nav className={styles.views} aria-label={t("view.label")}>
      {VIEWS.map((one) => (
        <Link
          key={one}
          to={conceptId === null ? "/roadmaps/$roadmapId" : "/roadmaps/$roadmapId/concepts/$conceptId"}
          params={{ roadmapId, conceptId: conceptId ?? "" }}
          search={searchFor(one)}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {t(`view.${one}`)}
        </Link>
      ))}
    </nav>
  );
}
