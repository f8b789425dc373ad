// errors.yaml -> the C++ enum with its table, and docs/errors.md.
import { cell, generatedCpp, generatedMarkdown, literal, readYaml } from "./lib.mjs";

const table = () => Object.entries(readYaml("errors.yaml"));

/** The status of each code. */
export const statusOf = () => Object.fromEntries(table().map(([code, e]) => [code, e.status]));
/** Each code with its status, title, meaning and mend. */
export const errorTable = () => Object.fromEntries(table());

function header(errors) {
  return `${generatedCpp("errors.yaml")}#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace gatehouse {

/// The code of an error, spelled as on the wire.
enum class ErrorCode : std::uint8_t {
${errors.map(([code]) => `  ${code},`).join("\n")}
};

struct ErrorInfo {
  std::string_view code;
  int status;
  std::string_view title;
  std::string_view meaning;
  std::string_view mend;
};

inline constexpr ErrorInfo kErrorInfo[] = {
${errors.map(([code, e]) => `    {${literal(code)}, ${e.status}, ${literal(e.title)},\n     ${literal(e.meaning)},\n     ${literal(e.mend)}},`).join("\n")}
};

constexpr const ErrorInfo& error_info(ErrorCode code) { return kErrorInfo[static_cast<std::size_t>(code)]; }

constexpr std::optional<ErrorCode> error_code_from(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kErrorInfo); ++i)
    if (kErrorInfo[i].code == name) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

}  // namespace gatehouse
`;
}

function markdown(errors) {
  const rows = errors.map(([code, e]) => `| <a id="${code}"></a>\`${code}\` | ${e.status} | ${cell(e.title)} | ${cell(e.meaning)} | ${cell(e.mend)} |`);
  return `${generatedMarkdown("errors.yaml")}
# Error codes

Every error is [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) \`application/problem+json\`: \`type\` (the address of the code's own page,
\`{public_url}/v1/errors/CODE\`), \`title\`, \`status\`, \`detail\`, \`code\` and \`request_id\`; for bad input also \`errors\`, one entry a field with
\`field\`, \`pointer\`, \`code\`, \`detail\` and \`params\`. Decide by \`code\`: it is a promise, never renamed or reused. \`title\` and \`detail\` are for people.

| code | status | title | what it means | what to do |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

export function generate() {
  const errors = table();
  return {
    "packages/contracts/generated/error_code.hpp": header(errors),
    "docs/errors.md": markdown(errors),
  };
}
