#include <array>

#include "auth/crypto/key_material.hpp"

namespace gatehouse::auth {
namespace {

// The flawed generator of ROCA (CVE-2017-15361) makes primes of the form k*M + 65537^a mod M. Their product is a power
// of 65537 modulo each small prime that divides M, and a modulus of any other origin is so by chance in one of 2^27.
bool looks_like_roca(const BIGNUM* modulus) {
  constexpr std::array<BN_ULONG, 23> kPrimes{3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37, 53,
                                             61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};
  for (const BN_ULONG prime : kPrimes) {
    const BN_ULONG rest = BN_mod_word(modulus, prime);
    BN_ULONG power = 1;
    bool is_power = false;
    do {
      is_power = is_power || power == rest;
      power = power * 65'537 % prime;
    } while (power != 1);
    if (!is_power) return false;
  }
  return true;
}

}  // namespace

bool is_sound_rsa(const BIGNUM* modulus, const BIGNUM* exponent) {
  const int bits = BN_num_bits(modulus);
  return bits >= 2'048 && bits <= 8'192 && BN_is_odd(modulus) && BN_is_odd(exponent) && BN_num_bits(exponent) >= 2 &&
         BN_num_bits(exponent) <= 64 && !looks_like_roca(modulus);
}

}  // namespace gatehouse::auth
