#include "modules/identity/http/pages/page.hpp"
#include "modules/identity/http/stories/page_stories.hpp"

namespace gatehouse::http {

Result<server::Response> verify_email_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Confirm your email address",
                        .lead = "Press the button to confirm that this address is yours.",
                        .button = "Confirm address",
                        .action = "/v1/email/verify",
                        .done = "Thank you. Your address is confirmed, and you can sign in now."},
                       api.deps.settings);
}

Result<server::Response> reset_password_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Choose a new password",
                        .lead = "It ends every session of your account, on all devices.",
                        .button = "Set the new password",
                        .action = "/v1/password/reset",
                        .done = "Your new password is set, and every session has ended. Sign in with it now.",
                        .password_label = "New password",
                        .new_password = true,
                        .asks_code = true},
                       api.deps.settings);
}

Result<server::Response> accept_invitation_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Accept your invitation",
                        .lead = "Choose a password, and your account is ready.",
                        .button = "Accept the invitation",
                        .action = "/v1/invitations/accept",
                        .done = "Welcome. Your account is ready, and you can sign in now.",
                        .password_label = "Password",
                        .new_password = true,
                        .asks_name = true},
                       api.deps.settings);
}

Result<server::Response> confirm_email_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Confirm your new address",
                        .lead = "Press the button, and your account moves to this address.",
                        .button = "Confirm address",
                        .action = "/v1/email/change/confirm",
                        .done = "Your account has its new address. Sign in with it from now on."},
                       api.deps.settings);
}

Result<server::Response> undo_email_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Take the change of address back",
                        .lead = "Your account returns to the address it had before, and every session ends.",
                        .button = "Take it back",
                        .action = "/v1/email/change/undo",
                        .done = "Your account has its earlier address again, and every session has ended."},
                       api.deps.settings);
}

Result<server::Response> not_me_page(const Api& api, const server::Request&) {
  return pages::render(
      {.title = "Was this not you?",
       .lead = "Every session of your account ends, the device is forgotten, and we mail you a link to "
               "choose a new password.",
       .button = "This was not me",
       .action = "/v1/not-me",
       .done = "Every session has ended. Look into your mailbox: the link to choose a new password is "
               "on its way."},
      api.deps.settings);
}

Result<server::Response> cancel_deletion_page(const Api& api, const server::Request&) {
  return pages::render({.title = "Keep your account",
                        .lead = "Your account is about to be deleted. Press the button to keep it.",
                        .button = "Keep my account",
                        .action = "/v1/deletion/cancel",
                        .done = "Your account is kept. You can sign in again."},
                       api.deps.settings);
}

Result<server::Response> sign_in_page(const Api& api, const server::Request&) {
  std::vector<std::pair<std::string, std::string>> providers;
  for (const auto* provider : api.deps.providers.list())
    providers.emplace_back(provider->facts().name, provider->facts().title);
  return pages::render({.kind = "sign-in",
                        .title = "Sign in",
                        .lead = "With your email address and your password.",
                        .button = "Sign in",
                        .action = "/v1/sign-in",
                        .done = "You are signed in.",
                        .password_label = "Password",
                        .asks_email = true,
                        .asks_code = true,
                        .providers = pages::provider_links(api.deps.settings, providers)},
                       api.deps.settings);
}

Result<server::Response> front_door(const Api& api, const server::Request&) {
  return server::Response::redirect_303(api.deps.settings.links.sign_in);
}

Result<server::Response> mfa_page(const Api& api, const server::Request&) {
  return pages::render({.kind = "challenge",
                        .title = "Second factor",
                        .lead = "One more proof that it is you.",
                        .button = "Continue",
                        .done = "You are signed in.",
                        .asks_code = true},
                       api.deps.settings);
}

Result<server::Response> error_page_for_people(const Api& api, const server::Request&) {
  return pages::render({.kind = "error",
                        .title = "That did not work",
                        .lead = "The sign-in could not be finished. Start it again where you began."},
                       api.deps.settings);
}

}  // namespace gatehouse::http
