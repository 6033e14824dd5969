// coordinator_sim --seeds N [--first M]   runs N seeds; prints the first that breaks a rule
// coordinator_sim --seed N                replays one, with a trace
#include <fmt/core.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "world.h"

namespace {

using namespace howdah::sim;

int replay(uint64_t seed) {
  World world(seed, true);
  const auto violation = world.run();
  if (!violation) return fmt::print("seed {}: all rules hold\n", seed), 0;
  fmt::print("seed {}: broken: {}\n", seed, *violation);
  return 1;
}

int run(uint64_t first, uint64_t count) {
  uint64_t events = 0, lost = 0;
  std::map<std::string, uint64_t> endings;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    World world(seed, false);
    if (const auto violation = world.run()) {
      fmt::print("seed {}: broken: {}\nsee it happen: coordinator_sim --seed {}\n", seed,
                 *violation, seed);
      return 1;
    }
    events += world.events();
    lost += static_cast<uint64_t>(world.checker().lost());
    const auto ending = *world.checker().ending();
    ++endings[std::string(howdah::job::outcome_name(ending.outcome)) + " " +
              std::string(howdah::job::cause_name(ending.cause))];
  }
  fmt::print("{} seeds, {} events, {} workers lost: all rules hold\n", count, events, lost);
  for (const auto& [name, times] : endings) fmt::print("{:>8}  {}\n", times, name);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = 1, count = 1000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) return replay(value);
    if (std::strcmp(argv[i], "--seeds") == 0) count = value;
    if (std::strcmp(argv[i], "--first") == 0) first = value;
  }
  return run(first, count);
}
