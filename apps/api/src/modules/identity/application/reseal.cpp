#include "modules/identity/application/reseal.hpp"

#include <algorithm>

#include "modules/identity/application/provider_identity_json.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

constexpr int kValuesAtOnce = 100;
/// What others sealed under an older key while a round ran is met by the next; they take up a new key in two seconds.
constexpr int kMostRounds = 5;

struct Sealed {
  ports::SealedKind kind;
  ports::DataPurpose purpose;
  std::string_view name;
  std::string_view context_begins{};
};

constexpr Sealed kEverything[] = {
    {ports::SealedKind::signing_key, ports::DataPurpose::signing_key, "signing_keys"},
    {ports::SealedKind::totp_secret, ports::DataPurpose::totp_secret, "totp_secrets"},
    {ports::SealedKind::provider_tokens, ports::DataPurpose::provider_token, "provider_tokens", kAccountTokensContext},
    {ports::SealedKind::mail_text, ports::DataPurpose::mail_body, "mail_texts"},
    {ports::SealedKind::mail_html, ports::DataPurpose::mail_body, "mail_htmls"},
    {ports::SealedKind::event_data, ports::DataPurpose::personal_data, "event_data"},
    {ports::SealedKind::audit_personal, ports::DataPurpose::personal_data, "audit_personal"},
    {ports::SealedKind::remembered_answer, ports::DataPurpose::personal_data, "remembered_answers"},
};

struct Move {
  ports::SealedValue from;
  std::string to;
};

/// What one page of values needs; opened and sealed outside any transaction.
Result<std::vector<Move>> moves_of(const Dependencies& deps, const Sealed& what,
                                   const std::vector<ports::SealedValue>& page, ResealedKind& count) {
  std::vector<Move> moves;
  for (const auto& value : page) {
    GH_TRY(const bool outdated, deps.cipher.is_outdated(what.purpose, value.sealed));
    if (!outdated) {
      ++count.present;
      continue;
    }
    const std::string context = std::string(what.context_begins) + value.context;
    const auto plain = deps.cipher.open(what.purpose, context, value.sealed);
    if (!plain && plain.error().code != ErrorCode::internal_error) return Failure(plain.error());
    if (!plain) {
      ++count.unreadable;
      continue;
    }
    GH_TRY(auto to, deps.cipher.seal(what.purpose, context, plain->expose()));
    moves.push_back({value, std::move(to)});
  }
  return moves;
}

Result<std::int64_t> carry_out(const Dependencies& deps, const Sealed& what, const std::vector<Move>& moves) {
  if (moves.empty()) return 0;
  return deps.store.write([&](ports::Tx& tx) -> Result<std::int64_t> {
    std::int64_t moved = 0;
    for (const auto& move : moves) {
      GH_TRY(const bool replaced, tx.sealed_values().replace(what.kind, move.from, move.to));
      moved += replaced ? 1 : 0;
    }
    return moved;
  });
}

/// Once over every value of a kind.
Result<ResealedKind> reseal_kind(const Dependencies& deps, const Sealed& what) {
  ResealedKind count{what.name};
  std::string after;
  while (true) {
    GH_TRY(const auto page,
           deps.store.read([&](ports::Tx& tx) { return tx.sealed_values().list(what.kind, after, kValuesAtOnce); }));
    if (page.empty()) return count;
    after = page.back().id;
    GH_TRY(const auto moves, moves_of(deps, what, page, count));
    GH_TRY(const std::int64_t moved, carry_out(deps, what, moves));
    count.moved += moved;
  }
}

}  // namespace

bool RewrapReport::changed_something() const {
  return wrapped_anew > 0 || data_keys_made > 0 ||
         std::any_of(values.begin(), values.end(), [](const auto& kind) { return kind.moved > 0; });
}

std::int64_t RewrapReport::unreadable() const {
  std::int64_t count = 0;
  for (const auto& kind : values) count += kind.unreadable;
  return count;
}

Result<std::vector<ResealedKind>> reseal_everything(const Dependencies& deps) {
  std::vector<ResealedKind> total;
  for (const auto& what : kEverything) {
    ResealedKind sum{what.name};
    for (int round = 0; round < kMostRounds; ++round) {
      GH_TRY(const ResealedKind now, reseal_kind(deps, what));
      sum = {what.name, sum.moved + now.moved, round == 0 ? now.present : sum.present, now.unreadable};
      if (now.moved == 0) break;
    }
    total.push_back(sum);
  }
  return total;
}

Result<> note_rewrap(const Dependencies& deps, const Caller& caller, const RewrapReport& report,
                     const RequestInfo& request) {
  if (!report.changed_something()) return {};
  boost::json::object details{{"wrapped_anew", report.wrapped_anew}, {"data_keys_made", report.data_keys_made}};
  for (const auto& kind : report.values) details[kind.name] = kind.moved;
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) {
    return Record(tx, deps, request, now)
        .audit(by(caller), domain::audit_actions::kKeysRewrapped, domain::UserId(), {.details = details});
  });
}

}  // namespace gatehouse::application
