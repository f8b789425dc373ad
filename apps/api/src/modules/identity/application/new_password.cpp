#include "modules/identity/application/new_password.hpp"

#include <cmath>

#include "auth/password_strength.hpp"
#include "domain/identity/password_policy.hpp"

namespace gatehouse::application {

Result<Secret<std::string>> accept_new_password(const Settings& settings, const Secret<std::string>& password,
                                                std::string_view email, const std::optional<std::string>& name,
                                                std::string_view field) {
  domain::PasswordRules rules;
  rules.min_length = settings.password_min_length;
  rules.max_length = settings.password_max_length;
  auto normalized = auth::normalize_password(password);
  domain::PasswordAssessment assessment;
  if (normalized) {
    const auto words = domain::context_words(email, name, settings.service_name);
    const auto facts = auth::assess_password(*normalized, words, rules.min_length, rules.max_length);
    assessment.length = facts.length;
    assessment.common = facts.common;
    assessment.beyond_context = domain::length_beyond_context(normalized->expose(), words);
    assessment.repetitive = facts.repetitive || domain::is_repetitive(normalized->expose());
    assessment.entropy_bits = facts.guesses_log10 * std::log2(10.0);
  }
  GH_CHECK(domain::check_password(rules, assessment, field));
  return std::move(*normalized);
}

Result<Secret<std::string>> accept_given_password(const Secret<std::string>& password, std::string_view field) {
  auto normalized = auth::normalize_password(password);
  if (!normalized)
    return fail_field(ErrorCode::invalid_request, std::string(field), "invalid_text",
                      "the password is not valid UTF-8, or longer than any password may be");
  return std::move(*normalized);
}

}  // namespace gatehouse::application
