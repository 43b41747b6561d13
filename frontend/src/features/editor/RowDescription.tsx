/** What a row of the outline is about, under its name; nothing where nothing is said. */

import { textDirection } from "../../shared/languages/direction";
import styles from "./OutlineTree.module.css";

interface RowDescriptionProps {
  readonly text: string;
  /** The roadmap's language, which says where the text begins. */
  readonly language: string;
}

export function RowDescription({ text, language }: RowDescriptionProps) {
  if (text === "") return null;
  return (
    <p className={styles.description} dir={textDirection(text, language)}>
      {text}
    </p>
  );
}
