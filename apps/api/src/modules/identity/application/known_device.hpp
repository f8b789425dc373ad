#pragma once
// The device that a device token stands for, where it is that user's and not expired; nothing for any other text.
#include <optional>
#include <string>

#include "auth/token.hpp"
#include "domain/identity/device.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// What a caller sent as a device token, if it can be one; nothing is proved by it yet.
std::optional<auth::ParsedToken> parse_device_token(const std::optional<std::string>& device_token);
std::optional<domain::DeviceId> device_of(const std::optional<auth::ParsedToken>& sent);

/// `row` is the device of that id, if there is one.
std::optional<domain::Device> known_device(std::optional<domain::Device> row,
                                           const std::optional<auth::ParsedToken>& sent, const domain::UserId& user,
                                           Timestamp now);

/// All of it, in a read of its own.
Result<std::optional<domain::Device>> find_known_device(ports::Tx& tx, const std::optional<std::string>& device_token,
                                                        const std::optional<domain::UserId>& user, Timestamp now);

}  // namespace gatehouse::application
