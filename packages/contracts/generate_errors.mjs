// errors.yaml -> the C++ enum and its table. Run by script/contracts; the output is committed.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const here = dirname(fileURLToPath(import.meta.url));
const errors = Object.entries(parse(readFileSync(join(here, "errors.yaml"), "utf8")));
const text = (s) => JSON.stringify(s);

const header = `// Generated from packages/contracts/errors.yaml by script/contracts. Do not edit.
#pragma once
#include <cstdint>
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
${errors.map(([code, e]) => `    {${text(code)}, ${e.status}, ${text(e.title)},\n     ${text(e.meaning)},\n     ${text(e.mend)}},`).join("\n")}
};

constexpr const ErrorInfo& error_info(ErrorCode code) { return kErrorInfo[static_cast<std::size_t>(code)]; }

constexpr std::optional<ErrorCode> error_code_from(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kErrorInfo); ++i)
    if (kErrorInfo[i].code == name) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

}  // namespace gatehouse
`;
writeFileSync(join(here, "generated/error_code.hpp"), header.replace("#include <cstdint>", "#include <cstddef>\n#include <cstdint>\n#include <iterator>"));
