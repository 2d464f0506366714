import { Lexer, type MarkedToken, type Token } from "marked";
import { createElement, Fragment, memo, type ReactNode, useState } from "react";
import { BlockReader, safeAddress } from "./blocks.ts";
import "./markdown.css";

/** Markdown of a model or a person as React elements. HTML in it stays text, images become links: no request leaves the page. */
export const Markdown = memo(function Markdown({ text, live }: { text: string; live?: boolean }) {
  // A cache of what was read so far: reading the same text again gives the same blocks.
  const [reader] = useState(() => new BlockReader());
  const blocks = reader.read(text);
  return (
    <div className={live ? "md live" : "md"}>
      {blocks.map((raw, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks only grow at the end
        <Block key={index} raw={raw} />
      ))}
      {live && text === "" && <p />}
    </div>
  );
});

const Block = memo(function Block({ raw }: { raw: string }) {
  return drawAll(new Lexer({ gfm: true }).lex(raw));
});

const drawAll = (tokens: Token[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other name
  tokens.map((token, index) => <Fragment key={index}>{drawBlock(token as MarkedToken)}</Fragment>);

function drawBlock(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "heading":
      return createElement(`h${Math.min(6, token.depth + 2)}`, { dir: "auto" }, inline(token.tokens));
    case "paragraph":
      return <p dir="auto">{inline(token.tokens)}</p>;
    case "text":
      return token.tokens === undefined ? token.text : inline(token.tokens);
    case "code":
      return (
        <pre dir="ltr">
          <code>{token.text}</code>
        </pre>
      );
    case "list":
      return createElement(
        token.ordered ? "ol" : "ul",
        { dir: "auto", ...(token.ordered && token.start !== 1 ? { start: token.start } : {}) },
        token.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no other name
          <li key={index}>{drawAll(item.tokens)}</li>
        )),
      );
    case "table":
      return (
        <Table
          head={token.header.map((cell) => cell.tokens)}
          rows={token.rows.map((row) => row.map((cell) => cell.tokens))}
        />
      );
    case "blockquote":
      return <blockquote dir="auto">{drawAll(token.tokens)}</blockquote>;
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    default:
      return <p dir="auto">{token.raw}</p>;
  }
}

function Table({ head, rows }: { head: Token[][]; rows: Token[][][] }) {
  return (
    <div className="md-table">
      <table dir="auto">
        <thead>
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places
              <th key={index}>{inline(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows only grow at the end
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places
                <td key={column} dir="auto">
                  {inline(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inline = (tokens: Token[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other name
  tokens.map((token, index) => <Fragment key={index}>{drawInline(token as MarkedToken)}</Fragment>);

function drawInline(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code dir="ltr">{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link address={token.href}>{inline(token.tokens)}</Link>;
    case "image":
      return <Link address={token.href}>{token.text || token.href}</Link>;
    case "escape":
      return token.text;
    case "text":
      return token.tokens === undefined ? token.text : inline(token.tokens);
    default:
      return token.raw;
  }
}

function Link({ address, children }: { address: string; children: ReactNode }) {
  const safe = safeAddress(address);
  if (safe === undefined) return children;
  return (
    <a href={safe} rel="noopener noreferrer nofollow" target="_blank">
      {children}
    </a>
  );
}
