// Turns common_passwords.txt into common_passwords.cpp: one string literal, each entry ended by a newline, so that the
// program carries the list without a table of pointers. Run it after a change of the list.
import { readFileSync, writeFileSync } from "node:fs";

const folder = new URL("./", import.meta.url);
const entries = readFileSync(new URL("common_passwords.txt", folder), "latin1").split("\n").filter(Boolean);

const escaped = (entry) => entry.replace(/[\\"?]/g, (c) => "\\" + c) + "\\n";
const lines = [];
let line = "";
for (const entry of entries.map(escaped)) {
  if (line.length + entry.length > 112) {
    lines.push(line);
    line = "";
  }
  line += entry;
}
lines.push(line);

writeFileSync(
  new URL("common_passwords.cpp", folder),
  `// Generated from common_passwords.txt by generate_common_passwords.mjs. Do not edit; licence: see SOURCES.md.
// clang-format off
#include "auth/data/common_passwords.hpp"

namespace gatehouse::auth {
namespace {

constexpr char kText[] =
${lines.map((text) => `    "${text}"`).join("\n")};

}  // namespace

std::string_view common_passwords() { return {kText, sizeof kText - 1}; }

}  // namespace gatehouse::auth
`,
);
