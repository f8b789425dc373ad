#pragma once
// Starts libsodium once: it picks the processor's fast paths. Only for the .cpp files of this folder.

namespace gatehouse::auth {

/// Call before any libsodium function; cheap after the first time. Throws std::runtime_error if libsodium won't start.
void ensure_sodium();

}  // namespace gatehouse::auth
