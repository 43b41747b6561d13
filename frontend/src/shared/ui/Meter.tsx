/** How much of something is ready, as a line; the words stand beside it. */

import styles from "./Meter.module.css";

export function Meter({ value, max }: { readonly value: number; readonly max: number }) {
  return (
    <svg className={styles.meter} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden>
      <rect className={styles.track} width={100} height={4} />
      <rect className={styles.value} width={max > 0 ? (100 * value) / max : 0} height={4} />
    </svg>
  );
}
