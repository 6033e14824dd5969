#include "bench/train/peer.h"

#include <torch/torch.h>

#include <chrono>

#include "dataset/index.h"
#include "fs/local_file_system.h"

namespace howdah::bench {
namespace {

namespace nn = torch::nn;

struct Records {
  torch::Tensor images, labels;
};

// All training records in memory, as a plain program would have them.
Records load(const std::string& folder, const dataset::Index& index) {
  const dataset::Partition& part = *index.partition("train");
  fs::LocalFileSystem files;
  const int64_t width = index.record_bytes(), features = width - 4;
  Records records{torch::empty({part.records, features}, torch::kUInt8),
                  torch::empty({part.records}, torch::kInt64)};
  int64_t at = 0;
  for (const dataset::Chunk& chunk : part.chunks) {
    const auto file =
        files.open(folder + "/" + part.files[static_cast<size_t>(chunk.file)], Deadline::never())
            .value();
    std::vector<std::byte> bytes(static_cast<size_t>(chunk.records * width));
    for (size_t got = 0; got < bytes.size();)
      got += file->read_at(chunk.offset_bytes + static_cast<int64_t>(got),
                           std::span(bytes).subspan(got), Deadline::never())
                 .value();
    for (int64_t i = 0; i < chunk.records; ++i, ++at) {
      const std::byte* record = bytes.data() + i * width;
      std::memcpy(records.images.mutable_data_ptr<uint8_t>() + at * features, record,
                  static_cast<size_t>(features));
      int32_t label;
      std::memcpy(&label, record + features, sizeof label);
      records.labels.mutable_data_ptr<int64_t>()[at] = label;
    }
  }
  records.images = records.images.view({part.records, 1, 28, 28});
  return records;
}

}  // namespace

int run_peer(const std::string& folder, int64_t steps, int threads) {
  torch::set_num_threads(threads);
  torch::manual_seed(1);
  const dataset::Index index =
      dataset::Index::load({std::make_shared<fs::LocalFileSystem>(), folder}, Deadline::never())
          .value();
  const Records records = load(folder, index);
  nn::Sequential network(nn::Conv2d(nn::Conv2dOptions(1, 32, 3).padding(1)), nn::ReLU(),
                         nn::MaxPool2d(nn::MaxPool2dOptions(2)),
                         nn::Conv2d(nn::Conv2dOptions(32, 64, 3).padding(1)), nn::ReLU(),
                         nn::MaxPool2d(nn::MaxPool2dOptions(2)), nn::Flatten(),
                         nn::Linear(3136, 128), nn::ReLU(), nn::Dropout(0.25), nn::Linear(128, 10));
  torch::optim::Adam optimizer(network->parameters(), torch::optim::AdamOptions(1e-3));
  const torch::Tensor order = torch::randperm(records.labels.size(0));
  const double mean = index.mean.at(0) / 255, stddev = index.stddev.at(0) / 255;

  std::vector<double> times;
  for (int64_t step = 0; step < steps; ++step) {
    const auto begin = std::chrono::steady_clock::now();
    const int64_t first = step * 128 % (records.labels.size(0) - 128);
    const torch::Tensor chosen = order.narrow(0, first, 128);
    const torch::Tensor input =
        (records.images.index_select(0, chosen).to(torch::kFloat32) / 255 - mean) / stddev;
    optimizer.zero_grad();
    nn::functional::cross_entropy(network->forward(input), records.labels.index_select(0, chosen))
        .backward();
    optimizer.step();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  times.erase(times.begin(), times.begin() + std::min<std::ptrdiff_t>(10, std::ssize(times) - 1));
  std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
  std::printf("median %.3f\n", times[times.size() / 2]);
  return 0;
}

}  // namespace howdah::bench
