// How two Endpoints prove to each other that they belong to one job, and name what they connect.
//
// The acceptor greets with a nonce; the dialer answers with its claim, a nonce of its own and
// HMAC-SHA256 by the job's secret over all of it; the acceptor's verdict carries an HMAC too. Each
// HMAC binds job, generation, ranks, workers, plane and both nonces, under a label of its own, so
// that none can be replayed or reflected. Nothing that was not authenticated is acted upon.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "comm/message.h"

namespace howdah::comm {

using Nonce = std::array<std::byte, 32>;
using Mac = std::array<std::byte, 32>;

struct JobKey {
  std::string job_id;
  std::string secret;
};

// Who connects to whom, and what for.
struct Claim {
  uint64_t generation = 0;
  uint32_t from_rank = 0, to_rank = 0;
  uint32_t from_worker = 0, to_worker = 0;
  Plane plane = Plane::kControl;
  auto operator<=>(const Claim&) const = default;
};

struct Greeting {
  Nonce nonce{};
  std::string local_name;  // of the Unix domain socket, in the abstract namespace; may be empty
};
constexpr size_t kGreetingBytes = 4 + 4 + 32 + 48;
std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting);
Result<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes);

struct Introduction {
  Claim claim;
  Nonce nonce{};
  Mac mac{};
};
constexpr size_t kIntroductionBytes = 4 + 4 + 8 + 4 * 4 + 32 + 32;
Introduction introduce(const JobKey& key, const Claim& claim, const Nonce& acceptors);
std::array<std::byte, kIntroductionBytes> encode(const Introduction& introduction);
//   kCorrupt          not an introduction
//   kUnauthenticated  the peer does not know this job's secret
Result<Introduction> verify_introduction(const JobKey& key, const Nonce& acceptors,
                                         std::span<const std::byte, kIntroductionBytes> bytes);

enum class Verdict : uint32_t { kWelcome = 1, kStale = 2 };
constexpr size_t kVerdictBytes = 4 + 4 + 32;
std::array<std::byte, kVerdictBytes> encode_verdict(const JobKey& key, Verdict verdict,
                                                    const Introduction& introduction,
                                                    const Nonce& acceptors);
Result<Verdict> verify_verdict(const JobKey& key, const Introduction& introduction,
                               const Nonce& acceptors,
                               std::span<const std::byte, kVerdictBytes> bytes);

// From the system's generator.
Nonce random_nonce();

}  // namespace howdah::comm
