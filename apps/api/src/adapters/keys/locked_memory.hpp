#pragma once
// Keeps a key's bytes out of swap and core dumps for as long as the process runs. Best effort: where the limit on
// locked memory is spent, the key works all the same.
#include <string>

#include "foundation/secret.hpp"

namespace gatehouse::adapters::keys {

void keep_out_of_swap(const Secret<std::string>& key);

}  // namespace gatehouse::adapters::keys
