// The names and addresses of the machine that this process runs on, to tell a block that lies here
// from one that comes over the network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace howdah::dataset {

class OwnHost {
 public:
  // Asks the kernel only: no name server is waited for.
  static OwnHost detect();
  explicit OwnHost(std::string host_name, std::vector<std::string> addresses)
      : host_name_(std::move(host_name)), addresses_(std::move(addresses)) {}

  // `host`: a name, short or full, or an address, as DataNodes register. A short name here agrees
  // with every full name that begins with it.
  bool is(std::string_view host) const;

 private:
  std::string host_name_;
  std::vector<std::string> addresses_;
};

}  // namespace howdah::dataset
