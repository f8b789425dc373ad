// The include rules, bans and sizes of script/lint-rooms.txt, checked over every C++ and SQL file of the repository.
// Prints one line a finding, `path:line: what`, and exits 1 if there is any.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const rules = { room: [], library: [], pure: [], ban: [], limit: {} };
for (const line of readFileSync(new URL("lint-rooms.txt", import.meta.url), "utf8").split("\n")) {
  const [kind] = line.split(" ", 1);
  if (!line || kind === "#" || line.startsWith("#")) continue;
  const [head, ...rest] = line.slice(kind.length).split(" : ").map((part) => part.trim());
  const words = (text) => text.split(/\s+/).filter(Boolean);
  if (kind === "limit") rules.limit[words(head)[0]] = Number(words(head)[1]);
  else if (kind === "ban") rules.ban.push({ except: words(head).filter((w) => w !== "-"), regex: new RegExp(rest[0]), mend: rest[1] });
  else if (kind === "library") rules.library.push({ prefixes: words(head), folders: words(rest[0]) });
  else if (kind in rules) rules[kind].push({ folder: head, prefixes: words(rest[0]) });
  else throw new Error(`lint-rooms.txt: unknown rule: ${line}`);
}

const findings = [];
const report = (path, line, text) => findings.push(`${path}:${line}: ${text}`);
const inside = (path, folder) => path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
const startsWithAny = (text, prefixes) => prefixes.some((prefix) => text.startsWith(prefix));
/** The include path of a folder: what follows one of the two include roots. */
const includePrefix = (folder) => folder.replace(/^(packages|apps\/api\/src)\//, "").replace(/(?<!\.hpp)$/, folder.endsWith(".hpp") ? "" : "/");

function checkIncludes(path, lines) {
  const room = rules.room.filter((r) => inside(path, r.folder)).sort((a, b) => b.folder.length - a.folder.length)[0];
  if (!room) return report(path, 1, "belongs to no room of script/lint-rooms.txt");
  const allowed = [includePrefix(room.folder), ...room.prefixes];
  lines.forEach((line, index) => {
    const include = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(line);
    if (!include) return;
    const [, quote, header] = include;
    if (quote === '"') {
      if (!header.includes("/") || header.startsWith(".")) report(path, index + 1, `includes "${header}" without its path from an include root`);
      else if (!startsWithAny(header, allowed)) report(path, index + 1, `${room.folder} must not include "${header}"`);
      return;
    }
    for (const library of rules.library)
      if (startsWithAny(header, library.prefixes) && !startsWithAny(path, library.folders))
        report(path, index + 1, `<${header}> belongs to ${library.folders.join(" and ")}`);
    for (const pure of rules.pure)
      if (inside(path, pure.folder) && startsWithAny(header, pure.prefixes) && !path.includes("/tests/"))
        report(path, index + 1, `${pure.folder} is pure and must not include <${header}>`);
  });
}

function checkBans(path, lines) {
  if (/(^|\/)(tests|bench)\//.test(path)) return;
  lines.forEach((line, index) => {
    const code = path.endsWith(".sql") ? line.replace(/--.*$/, "") : line;
    for (const ban of rules.ban)
      if (ban.regex.test(code) && !startsWithAny(path, ban.except)) report(path, index + 1, `${ban.regex.exec(code)[0].trim()}: ${ban.mend}`);
  });
}

/** Google style keeps namespaces unindented, so a function is what lies between a line at column 0 and its `}`. */
function checkSizes(path, lines) {
  const reasons = lines.flatMap((line, index) => (line.includes("lint: long because") ? [index] : []));
  const excused = (from, to) => reasons.some((at) => at >= from - 6 && at <= to);
  if (lines.length > rules.limit.file && !reasons.length) report(path, 1, `has ${lines.length} lines; split it, or say why: "lint: long because …"`);
  let start = 0;
  lines.forEach((line, index) => {
    if (/^[A-Za-z_]/.test(line)) start = index;
    const size = index - start + 1;
    if (/^}\s*$/.test(line) && size > rules.limit.function && !/^(class|struct|enum|namespace|union)\b/.test(lines[start]) && !excused(start, index))
      report(path, start + 1, `a function of ${size} lines; split it, or say why: "lint: long because …"`);
  });
}

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.cpp", "*.hpp", "*.sql"], { encoding: "utf8" })
  .split("\n").filter((path) => path && existsSync(path) && !/node_modules|\/generated\/|_generated\.|\/embedded\.cpp$|packages\/auth\/data\//.test(path));
for (const path of files) {
  const lines = readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  if (!path.endsWith(".sql")) checkIncludes(path, lines);
  checkBans(path, lines);
  if (!path.endsWith(".sql")) checkSizes(path, lines);
}
for (const finding of findings) console.log(finding);
console.log(findings.length ? `rooms: ${findings.length} findings` : `rooms: ${files.length} files keep the rules`);
process.exitCode = findings.length ? 1 : 0;
