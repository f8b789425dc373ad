#pragma once
// The files of apps/api/web as they are in the binary. embedded.cpp is made of them by `script/embed`; a test fails
// when it lags behind.
#include <string_view>

namespace gatehouse::http::pages {

extern const std::string_view kPageHtml;
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace gatehouse::http::pages
