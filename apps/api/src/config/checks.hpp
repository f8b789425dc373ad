#pragma once
// Checks of what holds in every mode: shapes, and references to what does not exist. Used by load.cpp. Pure.
#include "config/binder.hpp"
#include "config/config.hpp"
#include "config/problem.hpp"
#include "domain/identity/roles_and_permissions.hpp"

namespace gatehouse::config {

/// Collects problems of a bound and resolved configuration; `binder` tells where a key was said.
class Checks {
 public:
  Checks(const Config& config, const Binder& binder, Problems& problems)
      : config_(config), binder_(binder), problems_(problems) {}

  void all();
  /// Allowed, but worth saying.
  Problems warnings() const;

 private:
  void server();
  void database();
  void clients();
  void lifetimes();
  void roles();
  void keys();
  void messages();
  void oauth();
  void rest();
  void development();

  void add(const KeyId& id, std::string what, std::string mend);
  void url(const KeyId& id, const std::string& value, const std::vector<std::string>& schemes);
  void known(const KeyId& id, const std::vector<std::string>& values, const std::vector<std::string>& allowed);

  const Config& config_;
  const Binder& binder_;
  Problems& problems_;
};

/// Origins and redirect URIs that may not be configured: in production no http (but for native apps' loopback
/// redirects), in neither mode a wildcard, `null`, or anything that is not written out exactly.
Problems client_faults(const Config& config);

/// The role catalog of the configuration; problems where it can't be made (then the built-in roles alone).
domain::RoleCatalog role_catalog(const Config& config, Problems* problems = nullptr);

}  // namespace gatehouse::config
