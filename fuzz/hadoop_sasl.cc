// Any bytes as a digest challenge, as the server's proof, and as a wrapped message.
#include <array>

#include "hadoop/sasl_digest_md5.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::hadoop;
  const howdah::Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  constexpr std::array kAll{Protection::kPrivacy, Protection::kIntegrity,
                            Protection::kAuthentication};
  DigestMd5 digest("user", "password", "/default", "cnonce");
  if (digest.respond(bytes, kAll)) (void)digest.verify(bytes);
  for (const WrapCipher cipher : {WrapCipher::kNone, WrapCipher::kRc4}) {
    DigestMd5Wrap wrap(cipher, {"sign", "seal"}, {"sign", "seal"});
    (void)wrap.unwrap(bytes);
  }
  return 0;
}
