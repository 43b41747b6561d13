/** Where a part of the page cannot be drawn, its text stands in its place, and the rest of the page goes on. */

import { Component, type PropsWithChildren } from "react";

import { usePreferences } from "../i18n/preferences";
import styles from "./Boundary.module.css";

interface BoundaryProps {
  /** What the part says. */
  text(): string;
}

/** Another `key` tries again. */
export class Boundary extends Component<PropsWithChildren<BoundaryProps>, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Failed text={this.props.text()} /> : this.props.children;
  }
}

function Failed({ text }: { readonly text: string }) {
  const { t } = usePreferences();
  return <AsText note={t("app.asText")} text={text} />;
}

export function AsText({ note, text }: { readonly note: string; readonly text: string }) {
  return (
    <>
      <p className={styles.note} dir="auto">
        {note}
      </p>
      <div className={styles.text} dir="auto">
        {text}
      </div>
    </>
  );
}
