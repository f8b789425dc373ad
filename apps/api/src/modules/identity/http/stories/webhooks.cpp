#include "modules/identity/application/take_mail_report.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/stories/platform_stories.hpp"

namespace gatehouse::http {
namespace {

/// A field that must be there once.
Result<std::string> single_header(const server::Request& request, std::string_view name) {
  const auto value = request.header(name);
  if (!value || value->empty() || request.header_count(name) != 1)
    return fail_field(ErrorCode::invalid_request, std::string(name), "required", "send the header once");
  return std::string(*value);
}

}  // namespace

Result<server::Response> receive_mail_report(const Api& api, const server::Request& request) {
  if (api.mail_feedback == nullptr) return fail(ErrorCode::not_found);
  ports::MailReport report;
  GH_TRY(report.id, single_header(request, "svix-id"));
  GH_TRY(report.timestamp, single_header(request, "svix-timestamp"));
  GH_TRY(report.signature, single_header(request, "svix-signature"));
  report.body = request.body;  // as it came: the signature is over these very bytes
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::take_mail_report(api.deps, *api.mail_feedback, report, info));
  return server::Response::no_content();
}

}  // namespace gatehouse::http
