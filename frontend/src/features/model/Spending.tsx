/** What models have cost in the last 30 days. */

import { useQuery } from "@tanstack/react-query";

import { ROOT } from "../../shared/api/root";
import { money } from "../../shared/i18n/money";
import { usePreferences } from "../../shared/i18n/preferences";
import styles from "./Model.module.css";
import { spendingQuery } from "./queries";
import { daysOf, type Day } from "./spending";

const DAYS = 30;
const HEIGHT = 40;

export function Spending() {
  const { t, day, number, say } = usePreferences();
  const spending = useQuery(spendingQuery());
  const items = spending.data?.items ?? [];
  const total = items.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  return (
    <section className={styles.part} aria-labelledby="model-spending">
      <h2 id="model-spending">{t("model.spending")}</h2>
      {spending.error !== null && <p className={styles.fault}>{say(spending.error)}</p>}
      {spending.data !== undefined && items.length === 0 && (
        <p className={styles.quiet}>{t("model.nothingSpent")}</p>
      )}
      {items.length > 0 && (
        <>
          <p>{t("model.total", { cost: money(total) })}</p>
          <Chart days={daysOf(items, new Date(), DAYS)} />
          <div className={styles.table} role="region" aria-label={t("model.spending")} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("model.day")}</th>
                  <th scope="col">{t("model.roadmap")}</th>
                  <th scope="col">{t("model.author")}</th>
                  <th scope="col">{t("model.tokens")}</th>
                  <th scope="col">{t("model.cost")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={`${one.day} ${one.roadmap_id} ${one.author}`}>
                    <td>{day(one.day)}</td>
                    <td dir="auto">{one.title ?? t("model.deletedRoadmap")}</td>
                    <td>{one.author}</td>
                    <td>{number(one.input_tokens + one.output_tokens)}</td>
                    <td>{one.unpriced_calls > 0 ? t("model.unpriced") : money(one.cost_usd)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <a href={`${ROOT}/api/v1/model/spending.csv`} download>
            {t("model.csv")}
          </a>
        </>
      )}
    </section>
  );
}

/** A bar a day; the table below says the same in numbers. */
function Chart({ days }: { readonly days: readonly Day[] }) {
  const most = Math.max(...days.map(({ cost }) => cost), Number.MIN_VALUE);
  return (
    <svg className={styles.chart} viewBox={`0 0 ${DAYS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      {days.map(({ day, cost }, index) => {
        const height = (HEIGHT * cost) / most;
        return <rect key={day} x={index + 0.15} y={HEIGHT - height} width={0.7} height={height} />;
      })}
    </svg>
  );
}
