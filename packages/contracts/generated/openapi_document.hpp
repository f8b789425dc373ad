// Generated from packages/contracts/api/openapi.yaml by script/contracts. Do not edit.
// clang-format off
#pragma once
// The OpenAPI document as it is served at /v1/openapi.json and printed by `gatehouse openapi`.
#include <string_view>

namespace gatehouse {

/// JSON in UTF-8 on one line. Its `servers` is "/", relative to public_url.
std::string_view openapi_document();

}  // namespace gatehouse
