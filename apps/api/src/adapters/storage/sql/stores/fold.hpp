#pragma once
// Case folding for the search by prefix over names: Unicode's full case folding in composed form (NFKC_Casefold without
// the compatibility part), so that "Ödön" is found as "ö". Both databases then only compare bytes.
#include <string>
#include <string_view>

namespace gatehouse::adapters::sql {

/// The folded text; text that is no UTF-8 is folded by ASCII alone.
std::string fold_case(std::string_view text);

/// The smallest text above every text with this prefix, in byte order.
std::string after_prefix(std::string_view prefix);

}  // namespace gatehouse::adapters::sql
