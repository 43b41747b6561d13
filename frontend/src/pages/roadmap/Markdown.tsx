/** Markdown that somebody else wrote: HTML in it stays text, links lead out safely, images are not fetched. */

import { useState, type ComponentProps } from "react";
import ReactMarkdown from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";

import { usePreferences } from "../../app/context";
import { Button } from "../../components/Button";
import styles from "./Markdown.module.css";

type Plugins = NonNullable<ComponentProps<typeof ReactMarkdown>["rehypePlugins"]>;
/** MathML needs no style sheet, no font and no inline style. */
const REHYPE: Plugins = [
  [rehypeKatex, { output: "mathml", strict: false, trust: false }],
  [rehypeHighlight, { detect: false }],
];
const REMARK: Plugins = [remarkGfm, remarkMath];

export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown
        remarkPlugins={REMARK}
        rehypePlugins={REHYPE}
        components={{
          // A lesson's headings stand under the panel's own.
          h1: ({ children }) => <h4>{children}</h4>,
          h2: ({ children }) => <h4>{children}</h4>,
          h3: ({ children }) => <h4>{children}</h4>,
          a: ({ href, children }) => <Outside href={href}>{children}</Outside>,
          img: ({ src, alt }) => (
            <Outside href={typeof src === "string" ? src : undefined}>{alt || src}</Outside>
          ),
          pre: ({ children }) => <Code>{children}</Code>,
          table: ({ children }) => (
            <div className={styles.table} tabIndex={0}>
              <table>{children}</table>
            </div>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}

export function Outside({ href, children }: ComponentProps<"a">) {
  const isWeb = href !== undefined && /^https?:\/\//i.test(href);
  return isWeb ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

function Code({ children }: ComponentProps<"pre">) {
  const { t } = usePreferences();
  const [isCopied, setCopied] = useState(false);
  const [block, setBlock] = useState<HTMLPreElement | null>(null);
  const copy = async () => {
    await navigator.clipboard.writeText(block?.textContent ?? "");
    setCopied(true);
  };
  return (
    <div className={styles.code}>
      <pre ref={setBlock} tabIndex={0}>
        {children}
      </pre>
      <Button
        kind="quiet"
        className={styles.copy ?? ""}
        onClick={() => void copy().catch(() => setCopied(false))}
      >
        {t(isCopied ? "concept.copied" : "concept.copy")}
      </Button>
    </div>
  );
}
