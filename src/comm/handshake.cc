#include "comm/handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace howdah::comm {
namespace {

constexpr uint32_t kGreetingMagic = 0x48574731;      // "HWG1"
constexpr uint32_t kIntroductionMagic = 0x48574931;  // "HWI1"
constexpr uint32_t kVerdictMagic = 0x48575631;       // "HWV1"

void append(std::string& text, Bytes bytes) {
  text.append(as_text(bytes));
}

void append_u64(std::string& text, uint64_t value) {
  std::array<std::byte, 8> bytes{};
  store_be64(bytes.data(), value);
  append(text, bytes);
}

Mac sign(const JobKey& key, std::string_view label, const Claim& claim, const Nonce& dialers,
         const Nonce& acceptors) {
  std::string text;
  append_u64(text, label.size());
  text += label;
  append_u64(text, key.job_id.size());
  text += key.job_id;
  for (const uint64_t value :
       {claim.generation, uint64_t{claim.from_rank}, uint64_t{claim.to_rank},
        uint64_t{claim.from_worker}, uint64_t{claim.to_worker}, static_cast<uint64_t>(claim.plane)})
    append_u64(text, value);
  append(text, dialers);
  append(text, acceptors);
  Mac mac{};
  unsigned length = mac.size();
  HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &length);
  return mac;
}

bool equal(const Mac& one, const Mac& other) {
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string_view label_of(Verdict verdict) {
  return verdict == Verdict::kWelcome ? "acceptor welcome" : "acceptor stale";
}

}  // namespace

std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting) {
  std::array<std::byte, kGreetingBytes> bytes{};
  store_be32(bytes.data(), kGreetingMagic);
  store_be32(bytes.data() + 4, static_cast<uint32_t>(greeting.local_name.size()));
  std::copy(greeting.nonce.begin(), greeting.nonce.end(), bytes.begin() + 8);
  const Bytes name = as_bytes(greeting.local_name);
  std::copy_n(name.begin(), std::min<size_t>(name.size(), 48), bytes.begin() + 40);
  return bytes;
}

Result<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes) {
  const uint32_t length = load_be32(bytes.data() + 4);
  if (load_be32(bytes.data()) != kGreetingMagic || length > 48)
    return Status(Code::kCorrupt, "another program listens there");
  Greeting greeting;
  std::copy_n(bytes.begin() + 8, 32, greeting.nonce.begin());
  greeting.local_name = as_text(bytes.subspan(40, length));
  return greeting;
}

Introduction introduce(const JobKey& key, const Claim& claim, const Nonce& acceptors) {
  const Nonce mine = random_nonce();
  return {claim, mine, sign(key, "dialer", claim, mine, acceptors)};
}

std::array<std::byte, kIntroductionBytes> encode(const Introduction& introduction) {
  std::array<std::byte, kIntroductionBytes> bytes{};
  const Claim& claim = introduction.claim;
  store_be32(bytes.data(), kIntroductionMagic);
  store_be32(bytes.data() + 4, static_cast<uint32_t>(claim.plane));
  store_be64(bytes.data() + 8, claim.generation);
  store_be32(bytes.data() + 16, claim.from_rank);
  store_be32(bytes.data() + 20, claim.to_rank);
  store_be32(bytes.data() + 24, claim.from_worker);
  store_be32(bytes.data() + 28, claim.to_worker);
  std::copy(introduction.nonce.begin(), introduction.nonce.end(), bytes.begin() + 32);
  std::copy(introduction.mac.begin(), introduction.mac.end(), bytes.begin() + 64);
  return bytes;
}

Result<Introduction> verify_introduction(const JobKey& key, const Nonce& acceptors,
                                         std::span<const std::byte, kIntroductionBytes> bytes) {
  const uint32_t plane = load_be32(bytes.data() + 4);
  if (load_be32(bytes.data()) != kIntroductionMagic || plane >= kPlanes)
    return Status(Code::kCorrupt, "the peer sent something that is not an introduction");
  Introduction introduction;
  Claim& claim = introduction.claim;
  claim.plane = static_cast<Plane>(plane);
  claim.generation = load_be64(bytes.data() + 8);
  claim.from_rank = load_be32(bytes.data() + 16);
  claim.to_rank = load_be32(bytes.data() + 20);
  claim.from_worker = load_be32(bytes.data() + 24);
  claim.to_worker = load_be32(bytes.data() + 28);
  std::copy_n(bytes.begin() + 32, 32, introduction.nonce.begin());
  std::copy_n(bytes.begin() + 64, 32, introduction.mac.begin());
  if (!equal(introduction.mac, sign(key, "dialer", claim, introduction.nonce, acceptors)))
    return Status(Code::kUnauthenticated, "the peer does not know the job's secret");
  return introduction;
}

std::array<std::byte, kVerdictBytes> encode_verdict(const JobKey& key, Verdict verdict,
                                                    const Introduction& introduction,
                                                    const Nonce& acceptors) {
  std::array<std::byte, kVerdictBytes> bytes{};
  store_be32(bytes.data(), kVerdictMagic);
  store_be32(bytes.data() + 4, static_cast<uint32_t>(verdict));
  const Mac mac = sign(key, label_of(verdict), introduction.claim, introduction.nonce, acceptors);
  std::copy(mac.begin(), mac.end(), bytes.begin() + 8);
  return bytes;
}

Result<Verdict> verify_verdict(const JobKey& key, const Introduction& introduction,
                               const Nonce& acceptors,
                               std::span<const std::byte, kVerdictBytes> bytes) {
  const uint32_t value = load_be32(bytes.data() + 4);
  if (load_be32(bytes.data()) != kVerdictMagic || (value != 1 && value != 2))
    return Status(Code::kCorrupt, "the peer sent something that is not a verdict");
  const auto verdict = static_cast<Verdict>(value);
  Mac mac{};
  std::copy_n(bytes.begin() + 8, 32, mac.begin());
  if (!equal(mac, sign(key, label_of(verdict), introduction.claim, introduction.nonce, acceptors)))
    return Status(Code::kUnauthenticated, "the peer does not know the job's secret");
  return verdict;
}

Nonce random_nonce() {
  Nonce nonce{};
  // Without randomness nothing here can be trusted: there is no error to go on with.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) !=
      1)
    std::abort();
  return nonce;
}

}  // namespace howdah::comm
