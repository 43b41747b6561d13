/** Where to read on: kind, language, and whether the link was seen to work. */

import type { ResourcesView } from "../../../shared/api/schema";
import { usePreferences } from "../../../shared/i18n/preferences";
import { nameIn } from "../../../shared/languages/tags";
import styles from "./Resources.module.css";

export function Resources({ resources }: { readonly resources: ResourcesView }) {
  const { t, language } = usePreferences();
  return (
    <ul className={styles.resources}>
      {resources.items.map((item) => (
        <li key={item.url}>
          <a href={item.url} target="_blank" rel="noopener noreferrer" lang={item.language} dir="auto">
            {item.title}
          </a>
          {item.description != null && <p dir="auto">{item.description}</p>}
          <p className={styles.facts} dir="auto">
            {t(`resource.${item.type}`)} ·{" "}
            {t("concept.inLanguage", { language: nameIn(item.language, language) ?? item.language })} ·{" "}
            {item.origin === "search"
              ? t("concept.searchLink")
              : item.verdict === "verified"
                ? `✓ ${t("concept.verified")}`
                : t("concept.unverified")}
          </p>
        </li>
      ))}
    </ul>
  );
}
