#include "config/load.hpp"

#include <algorithm>

#include "config/checks.hpp"
#include "config/refusals.hpp"
#include "config/sections.hpp"
#include "config/url.hpp"

namespace gatehouse::config {
namespace {

constexpr std::pair<Text LinksConfig::*, std::string_view> kPages[] = {
    {&LinksConfig::verify_email, "/verify-email"},
    {&LinksConfig::reset_password, "/reset-password"},
    {&LinksConfig::accept_invitation, "/accept-invitation"},
    {&LinksConfig::confirm_email, "/confirm-email"},
    {&LinksConfig::undo_email, "/undo-email"},
    {&LinksConfig::not_me, "/not-me"},
    {&LinksConfig::cancel_deletion, "/cancel-deletion"},
    {&LinksConfig::sign_in, "/sign-in"},
    {&LinksConfig::mfa, "/mfa"},
    {&LinksConfig::error, "/error"}};

void default_to(std::size_t& value, std::size_t fallback) {
  if (value == 0) value = fallback;
}
template <class T>
void default_to(T& value, const T& fallback) {
  if (value == T{}) value = fallback;
}

/// "http://" and `listen`, unless its port is not known yet.
std::string development_url(const std::string& listen) {
  const bool any_port = listen.size() > 2 && listen.compare(listen.size() - 2, 2, ":0") == 0;
  return any_port ? "" : "http://" + listen;
}

void resolve_stores(Config& c, const LoadInput& input) {
  default_to(c.server.io_threads, std::max<std::size_t>(1, input.cores / 2));
  default_to(c.server.store_threads, 4 * input.cores);
  default_to(c.server.hash_threads, input.cores);
  default_to(c.server.upstream_threads, std::size_t{c.keys.provider == KeyProvider::vault ? 64U : 16U});
  if (c.database.url.empty()) {
    c.database.url = SecretText("sqlite:" + (c.in_memory() ? ":memory:" : (input.data / "gatehouse.db").string()));
  }
  if (c.database.listen_url.empty()) c.database.listen_url = c.database.url;
}

void resolve_people(Config& c, const Binder& binder) {
  for (auto& [name, client] : c.clients) {
    default_to(client.idle_timeout,
               std::min(c.session.idle_timeout,
                        client.absolute_timeout == Duration{} ? c.session.absolute_timeout : client.absolute_timeout));
    default_to(client.absolute_timeout, c.session.absolute_timeout);
    default_to(client.audiences, c.token.audiences);
  }
  for (auto& [name, service] : c.services) default_to(service.audiences, c.token.audiences);
  for (auto& [name, provider] : c.oauth.providers) default_to(provider.accepted_audiences, Texts{provider.client_id});
  if (c.mfa.required && binder.where({"password", "", "min_length"}).empty()) c.password.min_length = 8;
  default_to(c.mfa.issuer_name, c.brand.name);
}

void resolve_grantable(Config& c, const Binder& binder, Problems& problems) {
  const KeyId id{"events", "", "grantable_roles"};
  const std::string where = binder.where(id);
  const auto said = where.empty() ? std::nullopt : std::optional(c.events.grantable_roles);
  auto grantable = role_catalog(c).grantable_roles(said);
  if (grantable) {
    c.events.grantable_roles = std::move(*grantable);
  } else {
    problems.push_back({where, id.str(), "is not right: " + grantable.error().detail, "take that role out"});
  }
}

}  // namespace

void set_public_url(Config& config, const std::string& url) {
  const std::string old = config.server.public_url;
  config.server.public_url = url;
  while (!config.server.public_url.empty() && config.server.public_url.back() == '/')
    config.server.public_url.pop_back();
  const std::string& base = config.server.public_url;
  if (base.empty()) return;
  if (config.token.issuer.empty() || (!old.empty() && config.token.issuer == old)) config.token.issuer = base;
  for (const auto& [member, path] : kPages) {
    Text& link = config.links.*member;
    if (link.empty() || (!old.empty() && link == old + std::string(path))) link = base + std::string(path);
  }
}

Loaded load(const LoadInput& input) {
  Loaded loaded;
  RawConfig raw;
  for (const auto& file : input.files) raw.overlay(read_toml(file, loaded.problems));
  raw.overlay(read_environment(input.environment, loaded.problems));
  raw.overlay(read_flags(input.flags, loaded.problems));
  read_secret_files(raw, loaded.problems);

  Config& config = loaded.config;
  config.mode = input.mode;
  config.data = input.data;
  config.files = {raw.files, raw.secret_files};
  Binder binder(raw, input.mode, loaded.problems);
  bind_sections(binder, config);
  loaded.settings = binder.settings();

  resolve_stores(config, input);
  resolve_people(config, binder);
  resolve_grantable(config, binder, loaded.problems);
  std::string public_url = config.server.public_url;
  if (public_url.empty() && config.development()) public_url = development_url(config.server.listen);
  set_public_url(config, public_url);

  Checks checks(config, binder, loaded.problems);
  checks.all();
  loaded.warnings = checks.warnings();
  return loaded;
}

Problems obstacles(const Loaded& loaded, const Facts& facts) {
  Problems all = loaded.problems;
  // A value that was given and can't be read is not missing besides.
  const auto told = [&](const Problem& refusal) {
    return std::any_of(loaded.problems.begin(), loaded.problems.end(), [&](const Problem& problem) {
      return problem.key == refusal.key || problem.key == refusal.key + "_file";
    });
  };
  for (Problem& refusal : refuse(loaded.config, facts)) {
    if (told(refusal)) continue;
    for (const Setting& setting : loaded.settings) {
      if (setting.id.str() == refusal.key && setting.source != "default") refusal.where = setting.source;
    }
    all.push_back(std::move(refusal));
  }
  return all;
}

Pairs environment_pairs(const char* const* environment) {
  Pairs pairs;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view one = *environment;
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos) pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return pairs;
}

std::string show(const std::vector<Setting>& settings) {
  std::string out, section;
  for (const Setting& setting : settings) {
    const std::string title = setting.id.section + (setting.id.name.empty() ? "" : "." + setting.id.name);
    if (title != section) {
      out += (section.empty() ? "[" : "\n[") + title + "]\n";
      section = title;
    }
    if (setting.value.empty()) {
      out += "# " + setting.id.key + " is not set" + (setting.note.empty() ? "" : " (default: " + setting.note + ")") +
             "\n";
    } else {
      const bool in_words = setting.source == "default" && !setting.note.empty();
      out += setting.id.key + " = " + setting.value + "  # " + setting.source + (in_words ? ": " + setting.note : "") +
             "\n";
    }
  }
  return out;
}

}  // namespace gatehouse::config
