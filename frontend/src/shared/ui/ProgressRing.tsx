/** The ring, large: how much of a roadmap is ready. */

import styles from "./ProgressRing.module.css";

interface ProgressRingProps {
  readonly completed: number;
  readonly total: number;
  readonly label: string;
}

export function ProgressRing({ completed, total, label }: ProgressRingProps) {
  const share = total > 0 ? completed / total : 0;
  return (
    <svg className={styles.ring} viewBox="0 0 40 40" role="img" aria-label={label}>
      <circle className={styles.track} cx={20} cy={20} r={17} />
      {share > 0 && (
        <circle
          className={styles.value}
          cx={20}
          cy={20}
          r={17}
          pathLength={1}
          strokeDasharray={`${share} 1`}
          transform="rotate(-90 20 20)"
        />
      )}
    </svg>
  );
}
