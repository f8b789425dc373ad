// config.yaml -> generated/config_keys.hpp, deploy/gatehouse.toml and docs/configuration.md.
import { cell, generatedCpp, generatedMarkdown, literal, readYaml, wrap } from "./lib.mjs";
import { presetNames } from "./providers.mjs";

const kTypes = ["string", "bool", "int", "number", "days", "duration", "path", "url", "enum", "list", "secret"];
const kKeyMembers = ["type", "default", "dev", "note", "dev_note", "min", "max", "values", "example", "about", "secret"];

/** The sections in order, each `{name, named, about, keys: [{name, …}]}`, checked for misspelt members. */
export function configSections() {
  return Object.entries(readYaml("config.yaml")).map(([name, section]) => {
    const keys = Object.entries(section.keys).map(([key, spec]) => {
      const bad = Object.keys(spec).filter((member) => !kKeyMembers.includes(member));
      if (bad.length || !kTypes.includes(spec.type) || !spec.about)
        throw new Error(`config.yaml: ${name}.${key}: ${bad.join(", ") || "type or about"} is not right`);
      if (spec.values === "$presets") spec.values = presetNames();
      return { ...spec, name: key, secret: spec.type === "secret" || spec.secret === true };
    });
    return { name, named: section.named === true, about: section.about, keys };
  });
}

/** A value as an environment variable would carry it: lists with commas. */
const plain = (value) => (value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value));

function header(sections) {
  const enums = sections.flatMap((s) => s.keys.filter((k) => k.values).map((k) => ({ id: `k_${s.name}_${k.name}`.replace(/\./g, "_"), values: k.values })));
  const row = (s, k) => {
    const values = k.values ? `detail::k_${s.name}_${k.name}`.replace(/\./g, "_") : "{}";
    const dev = k.dev === undefined ? k.default : k.dev;
    const flags = [k.secret, dev !== undefined && plain(dev) !== plain(k.default)];
    return `    {${[s.name, k.name].map(literal).join(", ")}, ConfigType::${k.type}_, ${literal(plain(k.default))}, ${literal(plain(dev))}, ${flags[0]}, ${literal(plain(k.min))}, ${literal(plain(k.max))}, ${values},\n     ${literal(k.note ?? "")},\n     ${literal(k.about)}},`;
  };
  return `${generatedCpp("config.yaml")}#pragma once
// Every configuration key with its type, defaults and bounds. The loader reads it for unknown-key suggestions, names of
// environment variables (GATEHOUSE_SECTION__KEY), \`KEY_file\` variants of secrets, defaults and masking.
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse {

enum class ConfigType : std::uint8_t { ${kTypes.map((t) => `${t}_`).join(", ")} };

struct ConfigSection {
  std::string_view name;   ///< dotted, e.g. "keys.vault"
  bool named;              ///< [name.NAME], any number of times
  std::string_view about;
};

struct ConfigKey {
  std::string_view section;
  std::string_view key;
  ConfigType type;
  std::string_view default_value;      ///< as the environment would carry it (lists by commas); empty: none, or as \`note\` says
  std::string_view dev_default_value;  ///< the same under --dev
  bool secret;                         ///< masked wherever shown; KEY_file is accepted too
  std::string_view min;                ///< bounds in the key's own notation; empty: none
  std::string_view max;
  std::span<const std::string_view> values;  ///< of an enum
  std::string_view note;               ///< the default in words where it is not a fixed value
  std::string_view about;
};

inline constexpr ConfigSection kConfigSections[] = {
${sections.map((s) => `    {${literal(s.name)}, ${s.named}, ${literal(s.about)}},`).join("\n")}
};

namespace detail {
${enums.map((e) => `inline constexpr std::string_view ${e.id}[] = {${e.values.map(literal).join(", ")}};`).join("\n")}
}  // namespace detail

inline constexpr ConfigKey kConfigKeys[] = {
${sections.flatMap((s) => s.keys.map((k) => row(s, k))).join("\n")}
};

}  // namespace gatehouse
`;
}

function toml(value, type) {
  if (Array.isArray(value)) return `[${value.map((v) => JSON.stringify(v)).join(", ")}]`;
  return ["bool", "int", "number", "days"].includes(type) ? String(value) : JSON.stringify(value);
}

function defaultInWords(k) {
  const parts = [];
  if (k.note) parts.push(`default: ${k.note}`);
  else if (k.default === undefined && !k.named) parts.push("default: none");
  if (k.dev_note) parts.push(`under --dev: ${k.dev_note}`);
  else if (k.dev !== undefined) parts.push(`under --dev: ${toml(k.dev, k.type)}`);
  if (k.values) parts.push(`one of ${k.values.join(", ")}`);
  if (k.min !== undefined && k.max !== undefined) parts.push(`${k.min} to ${k.max}`);
  if (k.secret) parts.push(`secret: or ${k.name}_file`);
  return parts.join("; ");
}

/** What the commented line shows: the default, else an example, else an empty value of the type. */
function shown(k) {
  if (k.default !== undefined && !(k.example !== undefined && plain(k.default) === "")) return toml(k.default, k.type);
  if (k.example !== undefined) return toml(k.example, k.type);
  if (k.values) return toml(k.values[0], k.type);
  if (k.type === "list") return "[]";
  return k.type === "duration" ? '"14d"' : '""';
}

function reference(sections) {
  const blocks = sections.map((s) => {
    const head = s.named ? `#[${s.name}.NAME]` : `[${s.name}]`;
    const keys = s.keys.map((k) => {
      const words = defaultInWords(k);
      return `${wrap(k.about + (words ? ` (${words})` : ""), "# ")}\n#${k.name} = ${shown(k)}`;
    });
    return `${wrap(s.about, "## ")}\n${head}\n\n${keys.join("\n\n")}\n`;
  });
  return `# Generated from packages/contracts/config.yaml by script/contracts. Do not edit.
#
# Gatehouse's configuration, every key with its default. Copy it, and uncomment what you change.
#
# Each key is also an environment variable, GATEHOUSE_SECTION__KEY (GATEHOUSE_KEYS__VAULT__TOKEN), which wins over the
# file; each secret may instead be a file's path under KEY_file. Durations are 90s, 15m, 12h, 30d. A key that is not
# known stops the start. \`gatehouse config check\` tries a file, \`gatehouse config show\` prints what holds.

${blocks.join("\n")}`;
}

function markdown(sections) {
  const blocks = sections.map((s) => {
    const rows = s.keys.map((k) => {
      const fixed = k.default === undefined || plain(k.default) === "" || k.note ? (k.note ?? (k.type === "list" ? "[]" : "none")) : `\`${toml(k.default, k.type)}\``;
      const dev = k.dev_note ?? (k.dev === undefined ? "" : `\`${toml(k.dev, k.type)}\``);
      const bounds = k.values ? k.values.map((v) => `\`${v}\``).join(", ") : k.min !== undefined ? `${k.min} to ${k.max}` : "";
      return `| \`${k.name}\` | ${k.type}${k.secret && k.type !== "secret" ? ", secret" : ""} | ${cell(fixed)}${dev ? `; under \`--dev\` ${cell(dev)}` : ""} | ${bounds} | ${cell(k.about)} |`;
    });
    return `## \`[${s.name}${s.named ? ".NAME" : ""}]\`\n\n${s.about}\n\n| key | type | default | values | meaning |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `${generatedMarkdown("config.yaml")}
# Configuration

\`gatehouse serve --dev\` needs none. In production \`gatehouse serve --config gatehouse.toml\` names every insecure or missing setting at once and
refuses to start until each is mended; [deploy/gatehouse.toml](../deploy/gatehouse.toml) is this page as a file to copy.

- Several \`--config\` files may be given; the later wins, and the environment wins over files.
- Each key is also an environment variable: \`GATEHOUSE_SECTION__KEY\`, with \`__\` for each dot (\`GATEHOUSE_KEYS__VAULT__TOKEN\`,
  \`GATEHOUSE_CLIENTS__WEB__ORIGINS\`); lists are separated by commas.
- A secret may be given as the path of a file that holds it: \`KEY_file\`, or \`GATEHOUSE_SECTION__KEY_FILE\`. Secrets are masked wherever they are shown.
- Durations are a number with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`. An unknown key is an error that names the nearest known one.

${blocks.join("\n")}`;
}

export function generate() {
  const sections = configSections();
  return {
    "packages/contracts/generated/config_keys.hpp": header(sections),
    "deploy/gatehouse.toml": reference(sections),
    "docs/configuration.md": markdown(sections),
  };
}
