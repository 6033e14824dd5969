// Messages under DIGEST-MD5's integrity and privacy (RFC 2831, sections 2.3 and 2.4).
//
// Messages have a sequence: wrap in the order of sending, unwrap in the order of arrival. One
// thread may wrap while another unwraps.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::hadoop {

enum class WrapCipher { kNone, kRc4 };  // kNone: integrity only

class DigestMd5Wrap {
 public:
  struct Keys {
    std::string sign, seal;  // seal: empty without a cipher
  };
  // From the session key H(A1).
  static Result<Keys> client_to_server(std::string_view session_key, WrapCipher cipher);
  static Result<Keys> server_to_client(std::string_view session_key, WrapCipher cipher);

  // A client sends with client_to_server and receives with server_to_client; a server the reverse.
  DigestMd5Wrap(WrapCipher cipher, const Keys& sending, const Keys& receiving);

  Result<std::string> wrap(Bytes message);
  //   kCorrupt  too short, of an unknown type, out of sequence, or its MAC does not match
  Result<std::string> unwrap(Bytes token);

 private:
  class Rc4 {
   public:
    explicit Rc4(std::string_view key);
    void apply(std::string* bytes);

   private:
    std::array<uint8_t, 256> state_{};
    uint8_t i_ = 0, j_ = 0;
  };
  struct Direction {
    std::string sign;
    std::unique_ptr<Rc4> cipher;
    uint32_t sequence = 0;
  };
  static Direction make_direction(WrapCipher cipher, const Keys& keys);

  Direction sending_, receiving_;
};

}  // namespace howdah::hadoop
