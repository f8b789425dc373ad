#include "modules/identity/application/caller.hpp"

namespace gatehouse::application {

domain::ActorType Caller::audit_type() const {
  switch (kind_) {
    case CallerKind::service:
      return domain::ActorType::service;
    case CallerKind::operator_:
      return domain::ActorType::operator_;
    default:
      return domain::ActorType::user;
  }
}

Caller operator_caller(std::string login) { return {CallerKind::operator_, {}, std::move(login), {}}; }

}  // namespace gatehouse::application
