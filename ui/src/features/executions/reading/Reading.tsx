// What a model wrote, set to be read. It is hostile until proven otherwise: no HTML, no image, no address is ever
// loaded or followed by itself, and no text keeps the page busy.

import { Component, memo, type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

import { type Block, blocksOf } from "./blocks";
import { LinkDialog } from "./LinkDialog";
import { safeAddress } from "./links";
import styles from "./Reading.module.css";

export function Reading({ text, isLive = false }: { text: string; isLive?: boolean | undefined }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  const [address, setAddress] = useState<string | null>(null);
  const top = topOf(blocks);
  const components = useMemo(() => componentsWith(setAddress, top), [top]);
  return (
    <div className={styles.reading} data-live={isLive || undefined}>
      {blocks.map((block, index) => (
        // Blocks only ever come at the end, so a block's place is its name.
        <Piece key={index} text={block.text} isPlain={block.isPlain} components={components} />
      ))}
      <LinkDialog address={address} onClose={() => setAddress(null)} />
    </div>
  );
}

const Piece = memo(function Piece({ text, isPlain, components }: Block & { components: Components }) {
  const asWritten = <p className={styles.plain}>{text}</p>;
  if (isPlain) return asWritten;
  return (
    <Unreadable fallback={asWritten} text={text}>
      <div className={styles.block}>
        <Markdown remarkPlugins={PLUGINS} components={components}>
          {text}
        </Markdown>
      </div>
    </Unreadable>
  );
});

const PLUGINS = [remarkGfm];

/** The level of the first heading: a text may begin with any. */
function topOf(blocks: readonly Block[]): number {
  for (const { text } of blocks) {
    const marks = /^ {0,3}(#{1,6})\s/.exec(text)?.[1];
    if (marks !== undefined) return marks.length;
  }
  return 1;
}

const LEVELS = ["h3", "h4", "h5", "h6"] as const;

function componentsWith(open: (address: string) => void, top: number): Components {
  // Headings of a text stand below those of the page, the first one right below.
  const heading = (level: number) => {
    const Level = LEVELS[Math.min(LEVELS.length - 1, Math.max(0, level - top))] ?? "h3";
    return ({ children }: { children?: ReactNode }) => <Level>{children}</Level>;
  };
  return {
    h1: heading(1),
    h2: heading(2),
    h3: heading(3),
    h4: heading(4),
    h5: heading(5),
    h6: heading(6),
    a: ({ href, children }) => (
      <Leads href={href} onOpen={open}>
        {children}
      </Leads>
    ),
    img: ({ alt }) => <NoImage alt={alt} />,
    input: ({ checked }) => (
      <input type="checkbox" checked={checked === true} disabled readOnly aria-label={checked ? "☑" : "☐"} />
    ),
    table: ({ children }) => (
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be reached by keyboard
      <div className={styles.wide} tabIndex={0}>
        <table>{children}</table>
      </div>
    ),
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be reached by keyboard
    pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  };
}

/** A link that says where it leads before it goes there. Without an address in the page nothing can follow it. */
function Leads({
  href,
  onOpen,
  children,
}: {
  href?: string | undefined;
  onOpen: (address: string) => void;
  children?: ReactNode;
}) {
  const address = safeAddress(href);
  if (address === null) return <span>{children}</span>;
  return (
    <button type="button" role="link" className={styles.link} onClick={() => onOpen(address)}>
      {children}
    </button>
  );
}

function NoImage({ alt }: { alt?: string | undefined }) {
  const { t } = useTranslation("executions");
  return <span className={styles.image}>{alt ? t("output.imageAlt", { alt }) : t("output.image")}</span>;
}

/** Shows a block as it is written when it cannot be read as Markdown, until its text is another. */
class Unreadable extends Component<{ fallback: ReactNode; text: string; children: ReactNode }, Reads> {
  override state: Reads = { hasFailed: false, text: this.props.text };

  static getDerivedStateFromError(): Partial<Reads> {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps({ text }: { text: string }, state: Reads): Partial<Reads> | null {
    return text === state.text ? null : { hasFailed: false, text };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}

interface Reads {
  hasFailed: boolean;
  text: string;
}
