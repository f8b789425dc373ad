#include "modules/identity/application/known_device.hpp"

#include <utility>

#include "auth/crypto/constant_time.hpp"

namespace gatehouse::application {

std::optional<auth::ParsedToken> parse_device_token(const std::optional<std::string>& device_token) {
  if (!device_token) return std::nullopt;
  auto parsed = auth::parse_token(*device_token, auth::TokenKind::device);
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

std::optional<domain::DeviceId> device_of(const std::optional<auth::ParsedToken>& sent) {
  return sent ? std::optional(domain::DeviceId(sent->id)) : std::nullopt;
}

std::optional<domain::Device> known_device(std::optional<domain::Device> row,
                                           const std::optional<auth::ParsedToken>& sent, const domain::UserId& user,
                                           Timestamp now) {
  const bool known = row && sent && row->user_id == user && now < row->expires_at &&
                     auth::equal_in_constant_time(sent->hash, row->token_hash);
  return known ? std::move(row) : std::nullopt;
}

Result<std::optional<domain::Device>> find_known_device(ports::Tx& tx, const std::optional<std::string>& device_token,
                                                        const std::optional<domain::UserId>& user, Timestamp now) {
  const auto sent = parse_device_token(device_token);
  if (!sent || !user) return std::optional<domain::Device>();
  GH_TRY(auto row, tx.devices().find(*device_of(sent)));
  return known_device(std::move(row), sent, *user, now);
}

}  // namespace gatehouse::application
