// MD5 and HMAC-MD5, because DIGEST-MD5 and HDFS's file checksums are made of them. OpenSSL's.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::hadoop {

// 16 raw bytes, of the parts one after the other.
//   kUnsupported  OpenSSL refuses MD5 (a FIPS configuration)
Result<std::string> md5(std::initializer_list<std::string_view> parts);
Result<std::string> hmac_md5(std::string_view key, std::initializer_list<std::string_view> parts);

// Lower-case hexadecimal digits.
std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
// From the system's source of randomness.
std::string random_bytes(size_t count);

}  // namespace howdah::hadoop
