import type { ComponentProps } from "react";

import styles from "./Button.module.css";

interface ButtonProps extends ComponentProps<"button"> {
  readonly kind?: "plain" | "primary" | "quiet";
}

export function Button({ kind = "plain", type = "button", className = "", ...rest }: ButtonProps) {
  return <button type={type} className={`${styles.button} ${className}`} data-kind={kind} {...rest} />;
}
