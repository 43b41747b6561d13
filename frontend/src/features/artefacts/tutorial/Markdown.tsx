/** Markdown from an untrusted source: HTML in it stays text, links lead out safely, images are not fetched. */

import { useMemo, useState, type ComponentProps } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import rehypeKatex from "rehype-katex";
import remarkCjkFriendly from "remark-cjk-friendly";
import remarkCjkStrikethrough from "remark-cjk-friendly-gfm-strikethrough";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import type { Processor } from "unified";

import { usePreferences } from "../../../shared/i18n/preferences";
import { AsText, Boundary } from "../../../shared/ui/Boundary";
import { Button } from "../../../shared/ui/Button";
import { rehypeBoundedCode, rehypeBoundedDepth } from "./boundedTrees";
import { bounded, type Bounded } from "./bounds";
import { remarkChineseLinks } from "./chineseLinks";
import styles from "./Markdown.module.css";
import { remarkMoney } from "./money";
import { remarkSafeElements } from "./safeElements";

type Plugins = NonNullable<ComponentProps<typeof ReactMarkdown>["rehypePlugins"]>;
/** One tilde is a range, as in 5~10; in Chinese, emphasis may end in punctuation. */
const TWO_TILDES = { singleTilde: false };
const REMARK: Plugins = [
  [remarkGfm, TWO_TILDES],
  remarkCjkFriendly,
  [remarkCjkStrikethrough, TWO_TILDES],
  remarkMath,
  remarkMoney,
  remarkChineseLinks,
  remarkSafeElements,
];

/** Within a line, "1. First" is no list and "# of items" no heading. */
const BLOCKS = [
  "blockQuote",
  "codeIndented",
  "definition",
  "gfmFootnoteDefinition",
  "headingAtx",
  "htmlFlow",
  "list",
  "setextUnderline",
  "table",
  "thematicBreak",
];
function remarkInline(this: Processor) {
  const data = this.data() as { micromarkExtensions?: unknown[] };
  (data.micromarkExtensions ??= []).push({ disable: { null: BLOCKS } });
}
const REMARK_INLINE: Plugins = [...REMARK, remarkInline];

export function Markdown({ text }: { readonly text: Bounded }) {
  const { t } = usePreferences();
  return (
    <div className={styles.markdown}>
      {text.markdown !== "" && (
        <Boundary key={text.markdown} text={() => text.markdown}>
          <Formatted markdown={text.markdown} allowance={text.allowance} />
        </Boundary>
      )}
      {text.rest !== "" && <AsText note={t("concept.notFormatted")} text={text.rest} />}
    </div>
  );
}

export function InlineMarkdown({ text }: { readonly text: string }) {
  const [{ markdown, rest, allowance }] = useMemo(() => bounded([text]) as [Bounded], [text]);
  return (
    <span className={styles.inline}>
      <Boundary key={markdown} text={() => markdown}>
        <Formatted isInline markdown={markdown} allowance={allowance} />
      </Boundary>
      {rest}
    </span>
  );
}

const BLOCK_COMPONENTS: Components = {
  // A lesson's headings stand under the panel's own.
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h4>{children}</h4>,
  a: ({ href, children }) => <Outside href={href}>{children}</Outside>,
  img: ({ src, alt }) => <Outside href={typeof src === "string" ? src : undefined}>{alt || src}</Outside>,
  pre: ({ children }) => <Code>{children}</Code>,
  table: ({ children }) => (
    <div className={styles.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

const INLINE_COMPONENTS: Components = {
  ...BLOCK_COMPONENTS,
  p: ({ children }) => children,
  pre: ({ children }) => <span className={styles.fence}>{children}</span>,
};

interface FormattedProps extends Omit<Bounded, "rest"> {
  readonly isInline?: boolean;
}

function Formatted({ markdown, allowance, isInline = false }: FormattedProps) {
  const { t } = usePreferences();
  const note = t("concept.partNotFormatted");
  const rehype = useMemo<Plugins>(
    () => [
      [rehypeBoundedCode, { note, allowance }],
      // MathML needs no style sheet, no font and no inline style.
      [rehypeKatex, { output: "mathml", strict: false, trust: false }],
      [rehypeHighlight, { detect: false }],
      [rehypeBoundedDepth, { note }],
    ],
    [note, allowance],
  );
  return (
    <ReactMarkdown
      remarkPlugins={isInline ? REMARK_INLINE : REMARK}
      rehypePlugins={rehype}
      remarkRehypeOptions={{ footnoteLabel: t("concept.footnotes") }}
      components={isInline ? INLINE_COMPONENTS : BLOCK_COMPONENTS}
    >
      {markdown}
    </ReactMarkdown>
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

const LABELS = { none: "concept.copy", copied: "concept.copied", selected: "concept.copyByHand" } as const;

function Code({ children }: ComponentProps<"pre">) {
  const { t } = usePreferences();
  const [outcome, setOutcome] = useState<"copied" | "selected" | null>(null);
  const [block, setBlock] = useState<HTMLPreElement | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(block?.textContent ?? "");
      setOutcome("copied");
    } catch {
      // Not allowed, or not there, as without HTTPS: the learner's own keys still copy.
      if (block !== null) getSelection()?.selectAllChildren(block);
      setOutcome("selected");
    }
  };
  return (
    <div className={styles.code}>
      <Button kind="quiet" className={styles.copy ?? ""} onClick={() => void copy()}>
        {t(LABELS[outcome ?? "none"])}
      </Button>
      <pre ref={setBlock} tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}
