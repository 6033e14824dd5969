#include "hadoop/sasl_wrap.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hadoop/md5.h"

namespace howdah::hadoop {
namespace {

constexpr size_t kMacBytes = 10;
// The message type 0001 and the sequence number, after the MAC and never encrypted.
constexpr size_t kTrailerBytes = 6;

Result<DigestMd5Wrap::Keys> make_keys(std::string_view session_key, WrapCipher cipher,
                                      std::string_view from_to) {
  DigestMd5Wrap::Keys keys;
  const std::string words(from_to);
  keys.sign = HOWDAH_TRY(
      md5({session_key, "Digest session key to " + words + " signing key magic constant"}));
  if (cipher == WrapCipher::kRc4)
    keys.seal =
        HOWDAH_TRY(md5({session_key, "Digest H(A1) to " + words + " sealing key magic constant"}));
  return keys;
}

std::string big_endian(uint32_t value) {
  std::string out(4, '\0');
  store_be32(out.data(), value);
  return out;
}

}  // namespace

Result<DigestMd5Wrap::Keys> DigestMd5Wrap::client_to_server(std::string_view session_key,
                                                            WrapCipher cipher) {
  return make_keys(session_key, cipher, "client-to-server");
}

Result<DigestMd5Wrap::Keys> DigestMd5Wrap::server_to_client(std::string_view session_key,
                                                            WrapCipher cipher) {
  return make_keys(session_key, cipher, "server-to-client");
}

// OpenSSL 3 keeps RC4 in a provider that machines need not have.
DigestMd5Wrap::Rc4::Rc4(std::string_view key) {
  std::iota(state_.begin(), state_.end(), uint8_t{0});
  uint8_t j = 0;
  for (size_t i = 0; i < state_.size(); ++i) {
    j = static_cast<uint8_t>(j + state_[i] + static_cast<uint8_t>(key[i % key.size()]));
    std::swap(state_[i], state_[j]);
  }
}

void DigestMd5Wrap::Rc4::apply(std::string* bytes) {
  for (char& byte : *bytes) {
    ++i_;
    j_ = static_cast<uint8_t>(j_ + state_[i_]);
    std::swap(state_[i_], state_[j_]);
    byte = static_cast<char>(static_cast<uint8_t>(byte) ^
                             state_[static_cast<uint8_t>(state_[i_] + state_[j_])]);
  }
}

DigestMd5Wrap::Direction DigestMd5Wrap::make_direction(WrapCipher cipher, const Keys& keys) {
  Direction direction;
  direction.sign = keys.sign;
  if (cipher == WrapCipher::kRc4) direction.cipher = std::make_unique<Rc4>(keys.seal);
  return direction;
}

DigestMd5Wrap::DigestMd5Wrap(WrapCipher cipher, const Keys& sending, const Keys& receiving)
    : sending_(make_direction(cipher, sending)), receiving_(make_direction(cipher, receiving)) {}

Result<std::string> DigestMd5Wrap::wrap(Bytes message) {
  const std::string sequence = big_endian(sending_.sequence++);
  const std::string mac = HOWDAH_TRY(hmac_md5(sending_.sign, {sequence, as_text(message)}));
  std::string out(as_text(message));
  out.append(mac, 0, kMacBytes);
  if (sending_.cipher) sending_.cipher->apply(&out);
  out.push_back('\0');
  out.push_back('\1');
  return out + sequence;
}

Result<std::string> DigestMd5Wrap::unwrap(Bytes token) {
  if (token.size() < kMacBytes + kTrailerBytes)
    return Status(Code::kCorrupt, "a wrapped message that is too short");
  const std::string_view trailer = as_text(token.last(kTrailerBytes));
  if (trailer.substr(0, 2) != std::string_view("\0\1", 2))
    return Status(Code::kCorrupt, "a wrapped message of an unknown type");
  const std::string sequence = big_endian(receiving_.sequence++);
  if (trailer.substr(2) != sequence)
    return Status(Code::kCorrupt, "a wrapped message out of sequence");
  std::string out(as_text(token.first(token.size() - kTrailerBytes)));
  if (receiving_.cipher) receiving_.cipher->apply(&out);
  const std::string received_mac = out.substr(out.size() - kMacBytes);
  out.resize(out.size() - kMacBytes);
  const std::string mac = HOWDAH_TRY(hmac_md5(receiving_.sign, {sequence, out}));
  if (received_mac != mac.substr(0, kMacBytes))
    return Status(Code::kCorrupt, "a wrapped message was changed on its way");
  return out;
}

}  // namespace howdah::hadoop
