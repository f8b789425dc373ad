#pragma once
// Renders the mails: templates/layout.{html,txt}.mustache give the form, templates/strings.en.json the words and what
// each mail needs. Values are plain text; they are escaped for HTML, never read as a template, and cleaned of control
// characters. A person's name never appears where a stranger could have chosen it. Thread-safe.
//
// Values that mails show where given: link, code, name, expires_in, time and until (RFC 3339, shown for people), ip,
// device, location, client, email, old_email, new_email, provider, factor, codes_left, roles.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/mail/brand.hpp"
#include "modules/identity/ports/mail_renderer.hpp"

namespace gatehouse::adapters::mail {

class TemplateRenderer : public ports::MailRenderer {
 public:
  /// Throws std::runtime_error when an embedded template is malformed, which a test rules out.
  explicit TemplateRenderer(BrandSettings brand);
  ~TemplateRenderer() override;

  Result<ports::RenderedMail> render(const std::string& template_name,
                                     const std::map<std::string, std::string>& values) override;

  /// Every template's name, for the configuration's check of `[mail] send`.
  std::vector<std::string> names() const;

 private:
  struct Words;
  struct Layouts;
  const BrandSettings brand_;
  const Palette palette_;
  std::unique_ptr<const Words> words_;
  std::unique_ptr<Layouts> layouts_;
};

}  // namespace gatehouse::adapters::mail
