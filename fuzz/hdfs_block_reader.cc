// Everything that a DataNode may answer to a read: the reader ends, with bytes or an error.
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <thread>

#include "hdfs/block_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah;
  static auto listener = net::Listener::listen({"127.0.0.1", 0});
  if (!listener) return 0;
  const Deadline deadline = Deadline::after(std::chrono::seconds(5));
  std::jthread datanode([&] {
    auto client = listener->accept(deadline);
    if (!client) return;
    (void)client->write_all(Bytes(reinterpret_cast<const std::byte*>(data), size), deadline);
    ::shutdown(client->fd(), SHUT_WR);
    std::array<std::byte, 4096> sink;
    for (;;) {
      const auto count = client->read_some(sink, deadline);
      if (!count || *count == 0) return;
    }
  });
  hdfs::DatanodeConnections connections;
  hdfs::LocatedBlock block;
  block.block = {"BP-1", 1, 1001, 100'000};
  auto reader = hdfs::BlockReader::open(connections, block, listener->address(), {100, 90'000},
                                        {"fuzz"}, deadline);
  std::array<std::byte, 3000> into;
  while (reader) {
    const auto count = (*reader)->read(into, deadline);
    if (!count || *count == 0) break;
  }
  return 0;
}
