/** The roadmaps that were deleted, and how to get them back. */

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { COMMANDS } from "../../roadmap/commands/registry";
import { LISTS, roadmapsQuery } from "../../roadmap/queries";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import { useNotice } from "../../shared/ui/notice";
import { Problem } from "../../shared/ui/Problem";
import { Shell } from "../../shared/ui/Shell";
import { useTitle } from "../../shared/ui/useTitle";
import styles from "./TrashPage.module.css";

export function TrashPage() {
  const { t, say, day } = usePreferences();
  const { fault, show } = useNotice();
  const queries = useQueryClient();
  const roadmaps = useInfiniteQuery(roadmapsQuery("", { trash: true }));
  const found = roadmaps.data?.pages.flatMap((page) => page.items);
  useTitle(t("trash.title"));
  const restore = useMutation({
    mutationFn: (one: { roadmap_id: string; title: string }) => COMMANDS.undelete.send(one.roadmap_id),
    onSuccess: async (_answer, one) => {
      await queries.invalidateQueries(LISTS);
      show({ text: t("trash.restored", { title: one.title }) });
    },
    onError: fault,
  });
  return (
    <Shell>
      <div className={styles.page}>
        <h1>{t("trash.title")}</h1>
        <p className={styles.kept}>
          {t("trash.kept")} <Link to="/">{t("app.toHome")}</Link>
        </p>
        {roadmaps.error !== null && <Problem message={say(roadmaps.error)} />}
        {found?.length === 0 && (
          <p className={styles.empty} role="status">
            {t("trash.empty")}
          </p>
        )}
        <ul>
          {found?.map((one) => (
            <li key={one.roadmap_id}>
              <span>
                <strong dir="auto" lang={one.language}>
                  {one.title || one.goal}
                </strong>
                {one.deleted_at !== null && <small>{t("trash.deleted", { day: day(one.deleted_at) })}</small>}
              </span>
              <Button
                disabled={restore.isPending}
                aria-label={t("trash.restoreOf", { title: one.title })}
                onClick={() => restore.mutate(one)}
              >
                {t(COMMANDS.undelete.label)}
              </Button>
            </li>
          ))}
        </ul>
        {roadmaps.hasNextPage && (
          <Button onClick={() => void roadmaps.fetchNextPage()}>{t("home.older")}</Button>
        )}
      </div>
    </Shell>
  );
}
