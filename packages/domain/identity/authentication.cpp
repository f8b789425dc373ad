#include "domain/identity/authentication.hpp"

#include <algorithm>

namespace gatehouse::domain {
namespace {

bool contains(const std::vector<std::string>& methods, std::string_view method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

Acr acr_of(const std::vector<std::string>& methods) {
  const bool first = contains(methods, amr::kPassword) || contains(methods, amr::kFederated);
  const bool second = contains(methods, amr::kOneTimeCode) || contains(methods, amr::kHardwareKey) ||
                      contains(methods, amr::kSoftwareKey);
  return first && second ? Acr::aal2 : Acr::aal1;
}

std::vector<std::string> with_method(std::vector<std::string> methods, std::string_view method) {
  if (!contains(methods, method)) methods.emplace_back(method);
  if (acr_of(methods) == Acr::aal2 && !contains(methods, amr::kMultiFactor)) methods.emplace_back(amr::kMultiFactor);
  return methods;
}

}  // namespace gatehouse::domain
