#pragma once
// What the handlers are given: the use cases' dependencies, who authenticates, and what the process can say of itself.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/http/development.hpp"
#include "modules/identity/http/service_rate.hpp"
#include "modules/identity/ports/mail_feedback.hpp"

namespace gatehouse::http {

/// One dependency as readiness reports it.
struct DependencyHealth {
  std::string name;
  bool ok = true;
  bool vital = false;  ///< not ok makes the service not ready; else only degraded (decision 17)
  std::string detail;
};

struct Api {
  const application::Dependencies& deps;
  application::Authenticator authenticator;
  Development* development = nullptr;                          ///< only under --dev
  const ports::MailFeedbackReader* mail_feedback = nullptr;    ///< where the mail provider sends reports
  std::function<std::vector<DependencyHealth>()> health = {};  ///< cached a second by whoever makes it
  std::function<bool()> draining = [] { return false; };
  std::function<std::string()> metrics = {};
  std::shared_ptr<ServiceRate> service_rate;

  explicit Api(const application::Dependencies& dependencies)
      : deps(dependencies),
        authenticator(dependencies),
        service_rate(std::make_shared<ServiceRate>(dependencies.settings.service_rate)) {}
};

}  // namespace gatehouse::http
