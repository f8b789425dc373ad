#pragma once
// Enumerations as text: one spelling in code, in the store and on the wire. An enum opts in by specialising EnumNames
// beside its declaration, listing its names in the order of its enumerators (which count up from 0).
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::domain {

template <class E>
struct EnumNames;  // specialise: static constexpr auto kNames = std::to_array<std::string_view>({...});

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::kNames.size();
};

/// The spelling of an enumerator, e.g. "pending_deletion".
template <NamedEnum E>
constexpr std::string_view to_text(E value) {
  return EnumNames<E>::kNames[static_cast<std::size_t>(value)];
}

/// The enumerator spelled so; nullopt when there is none.
template <NamedEnum E>
constexpr std::optional<E> from_text(std::string_view text) {
  for (std::size_t i = 0; i < EnumNames<E>::kNames.size(); ++i) {
    if (EnumNames<E>::kNames[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace gatehouse::domain

/// `GH_ENUM_NAMES(UserStatus, "active", "disabled");` after the enum, inside gatehouse::domain.
#define GH_ENUM_NAMES(Enum, ...)                                                   \
  template <>                                                                      \
  struct EnumNames<Enum> {                                                         \
    static constexpr auto kNames = std::to_array<std::string_view>({__VA_ARGS__}); \
  }
