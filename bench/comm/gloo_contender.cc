#include "gloo_contender.h"

#include <gloo/allreduce.h>
#include <gloo/allreduce_halving_doubling.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>

namespace howdah::bench {
namespace {

class Contender : public GlooContender {
 public:
  Contender(int rank, int size, const std::string& folder) {
    gloo::transport::tcp::attr attributes;
    attributes.hostname = "127.0.0.1";
    auto device = gloo::transport::tcp::CreateDevice(attributes);
    gloo::rendezvous::FileStore store(folder);
    auto context = std::make_shared<gloo::rendezvous::Context>(rank, size);
    context->connectFullMesh(store, device);
    context_ = context;
  }

  void ring(std::span<float> values) override {
    gloo::AllreduceOptions options(context_);
    options.setAlgorithm(gloo::AllreduceOptions::Algorithm::RING);
    options.setOutput(values.data(), values.size());
    options.setReduceFunction(
        static_cast<void (*)(void*, const void*, const void*, size_t)>(&gloo::sum<float>));
    gloo::allreduce(options);
  }

  void prepare_halving_doubling(std::span<float> values) override {
    halving_doubling_ = std::make_unique<gloo::AllreduceHalvingDoubling<float>>(
        context_, std::vector<float*>{values.data()}, static_cast<int>(values.size()));
  }

  void halving_doubling() override { halving_doubling_->run(); }

 private:
  std::shared_ptr<gloo::Context> context_;
  std::unique_ptr<gloo::AllreduceHalvingDoubling<float>> halving_doubling_;
};

}  // namespace

std::unique_ptr<GlooContender> GlooContender::connect(int rank, int size,
                                                      const std::string& folder) {
  return std::make_unique<Contender>(rank, size, folder);
}

}  // namespace howdah::bench
