#include "hadoop/md5.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include <array>
#include <memory>

namespace howdah::hadoop {
namespace {
Status refused() {
  return Status(Code::kUnsupported, "OpenSSL refuses MD5, which Hadoop's tokens are made of")
      .with_advice("allow it in OpenSSL's configuration (FIPS mode)");
}
}  // namespace

Result<std::string> md5(std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1) return refused();
  for (const std::string_view part : parts)
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) return refused();
  return std::string(digest.begin(), digest.begin() + size);
}

// RFC 2104.
Result<std::string> hmac_md5(std::string_view key, std::initializer_list<std::string_view> parts) {
  constexpr size_t kBlockBytes = 64;
  std::string block(key.size() > kBlockBytes ? HOWDAH_TRY(md5({key})) : std::string(key));
  block.resize(kBlockBytes, '\0');
  std::string inner = block, outer = block;
  for (char& byte : inner) byte = static_cast<char>(byte ^ 0x36);
  for (char& byte : outer) byte = static_cast<char>(byte ^ 0x5c);
  for (const std::string_view part : parts) inner.append(part);
  const std::string inside = HOWDAH_TRY(md5({inner}));
  return md5({outer, inside});
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  ::arc4random_buf(out.data(), out.size());
  return out;
}

}  // namespace howdah::hadoop
