/** What the built-in author makes of a goal: a curated course, or a general study plan, and what no course covers. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { usePreferences } from "../../shared/i18n/preferences";
import { fitQuery } from "../../roadmap/queries";

interface FitProps {
  readonly goal: string;
  readonly language: string;
  readonly className?: string | undefined;
}

export function Fit({ goal, language, className }: FitProps) {
  const { t } = usePreferences();
  const { data } = useQuery({ ...fitQuery(goal, language), enabled: goal !== "" });
  if (goal === "" || data === undefined) return null;
  const { course, covered, missing } = data;
  const words = (list: readonly string[]) => list.join(", ");
  return (
    <p className={className} role="status">
      {course !== null && missing.length === 0 && t("fit.course", { course })}
      {course !== null &&
        missing.length > 0 &&
        t("fit.partly", { course, covered: words(covered), missing: words(missing) })}
      {course === null && t("fit.none")}{" "}
      {missing.length > 0 && <Link to="/settings/model">{t("fit.connect")}</Link>}
    </p>
  );
}
