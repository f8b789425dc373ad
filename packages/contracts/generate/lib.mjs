// What the generators share: reading sources, and writing C++ and text in a stable form.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { parse } from "yaml";

export const contracts = dirname(dirname(fileURLToPath(import.meta.url)));
export const root = dirname(dirname(contracts));

export const readText = (name) => readFileSync(join(contracts, name), "utf8");
export const readYaml = (name) => parse(readText(name), { merge: true });

/** A C++ string literal of the UTF-8 text. */
export function literal(text) {
  const escaped = String(text).replace(/[\\"\n\r\t]/g, (c) => ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]);
  return `"${escaped.replace(/\?\?/g, "?\\?")}"`;
}

/** The text as adjacent literals, so that no line of a generated file is endless. */
export function longLiteral(text, width = 100) {
  const lines = [];
  const points = [...text];
  for (let i = 0; i < points.length; i += width) lines.push("    " + literal(points.slice(i, i + width).join("")));
  return lines.join("\n");
}

/** Prose broken into lines of at most `width`, each with the prefix. */
export function wrap(text, prefix, width = 118) {
  const lines = [];
  let line = prefix.trimEnd();
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > width && line !== prefix.trimEnd()) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line += (line === prefix.trimEnd() ? prefix.slice(prefix.trimEnd().length) : " ") + word;
  }
  lines.push(line);
  return lines.join("\n");
}

/** A cell of a Markdown table. */
export const cell = (text) => String(text).replace(/\|/g, "\\|").replace(/</g, "&lt;");

export const generatedCpp = (source) => `// Generated from packages/contracts/${source} by script/contracts. Do not edit.\n// clang-format off\n`;
export const generatedMarkdown = (source) => `<!-- Generated from packages/contracts/${source} by script/contracts. Do not edit. -->\n`;
