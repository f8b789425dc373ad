// Access tokens per second of the bare signing path, on one thread: the local EdDSA signer alone, from a token's claims
// as JSON to the compact JWS, without HTTP and store. Per second of processor time, as `openssl speed` counts.
//   local_signer SECONDS  -> signatures per second
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "adapters/clock/system_clock.hpp"
#include "auth/crypto/random.hpp"
#include "composition/core.hpp"
#include "config/load.hpp"

using namespace gatehouse;

namespace {

/// As long as a real one, and never the same twice.
std::string claims(const std::string& jti) {
  return R"({"sub":"01936c5e-7f00-7a10-8b00-000000000001","sid":"01936c5e-7f00-7a10-8b00-000000000002","client_id":)"
         R"("default","auth_time":1764000000,"acr":"aal1","amr":["pwd"],"roles":["user"],"permissions":[],)"
         R"("email":"minter@example.com","email_verified":true,"identity_verification":"none","screening":"none",)"
         R"("iss":"http://localhost:8080","aud":"platform","iat":1764000000,"nbf":1764000000,"exp":1764000300,"jti":")" +
         jti + "\"}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto loaded = config::load({.mode = config::Mode::development, .data = ":memory:", .cores = 2});
  const adapters::SystemClock clock;
  const auto core = composition::Core::open(loaded.config, composition::Purpose::command, clock);
  if (!core) return 1;
  auto& signer = (*core)->deps().signer;
  const double limit = std::atof(argv[1]);
  const auto processor_seconds = [began = std::clock()] {
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  };
  long made = 0;
  double took = 0;
  for (; took < limit; took = processor_seconds()) {
    for (int i = 0; i < 100; ++i, ++made) {
      const auto token = signer.sign(ports::SigningPurpose::access_token, "at+jwt", claims(auth::random_token(16)));
      if (!token || token->empty()) return 1;
    }
  }
  std::printf("%.1f\n", static_cast<double>(made) / took);
}
