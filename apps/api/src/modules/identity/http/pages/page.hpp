#pragma once
// The pages that our mails lead to where `[links]` names none of the platform's own: one self-contained document each,
// by one layout, style and script (apps/api/web). A page takes the key out of the address when it opens, and sends it
// only when the person presses the button; fetching a page spends nothing. Nothing is loaded from anywhere, and the
// policy it comes with lets only its own style and script run.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/identity/application/settings.hpp"
#include "server/response.hpp"

namespace gatehouse::http::pages {

/// What a page says and does; the members are the holes of page.html.
struct Page {
  std::string_view kind = "token";  ///< token, challenge, sign-in or error: what the script does
  std::string_view title = {};
  std::string_view lead = {};
  std::string_view button = {};
  std::string_view action = {};          ///< the call, without the base path
  std::string_view done = {};            ///< said when it worked
  std::string_view password_label = {};  ///< empty: no password is asked for
  bool new_password = false;
  bool asks_email = false;
  bool asks_name = false;
  bool asks_code = false;
  std::string providers = {};  ///< as provider_links() made them; empty: none is offered
};

/// Where our own sign-in page sends people back to from a provider: a redirect target of the client `pages`.
std::string sign_in_target(const application::Settings& settings);

/// A link per provider that begins a sign-in at the client `pages`.
std::string provider_links(const application::Settings& settings,
                           const std::vector<std::pair<std::string, std::string>>& names_and_titles);

/// The page for this installation: its brand, its base path, its rule for passwords.
server::Response render(const Page& page, const application::Settings& settings);

/// A template with {{name}} (escaped), {{{name}}} (as it is) and {{#name}}…{{/name}} (left out where it is empty).
std::string fill(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace gatehouse::http::pages
