#pragma once
// Refusals: what production does not start with. Each is one small function over the configuration and the facts, with
// its mend; refuse() runs them all, so that everything is named at once. Development refuses nothing of this: it has
// rules of its own in checks.cpp, where origins and redirect URIs are judged for both modes. Pure.
#include "config/config.hpp"
#include "config/facts.hpp"
#include "config/problem.hpp"

namespace gatehouse::config {

/// All that stands against starting in production; empty when it may start, or in development.
Problems refuse(const Config& config, const Facts& facts);

Problems refuse_public_url(const Config& config);
Problems refuse_mailbox(const Config& config);
Problems refuse_no_throttle(const Config& config);
/// ASVS 5.0 appendix C: t=1 with 46 MiB, t=2 with 19 MiB, t=3 or more with 12 MiB.
Problems refuse_weak_argon2(const Config& config);
Problems refuse_everybody_as_proxy(const Config& config);
Problems refuse_insecure_links(const Config& config);
Problems refuse_unverified_postgres(const Config& config);
Problems refuse_plain_dependencies(const Config& config);
Problems refuse_insecure_providers(const Config& config);
Problems refuse_no_encryption_key(const Config& config);
Problems refuse_memory_store(const Config& config);
Problems refuse_open_files(const Facts& facts);
Problems refuse_network_file_system(const Facts& facts);

}  // namespace gatehouse::config
