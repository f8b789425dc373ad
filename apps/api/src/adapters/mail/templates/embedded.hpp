#pragma once
// The files of this folder as they are in the binary. embedded.cpp is made of them by `script/embed`; a test fails when
// it lags behind.
#include <string_view>

namespace gatehouse::adapters::mail::templates {

extern const std::string_view kLayoutHtml;
extern const std::string_view kLayoutTxt;
extern const std::string_view kStringsEnJson;

}  // namespace gatehouse::adapters::mail::templates
