#include "gradus/base/json.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "gradus/base/error.h"

namespace gradus {

std::string sha256_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  require(EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha256(), nullptr) == 1,
          "SHA-256 failed");
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(size_t{2} * length);
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace gradus
