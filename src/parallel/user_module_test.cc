// Networks of the user's own, trained by several workers.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "fs/memory_file_system.h"
#include "parallel/test_workers.h"
#include "train/checkpoint_writer.h"
#include "train/look_into.h"
#include "train/test_modules.h"

namespace howdah::parallel {
namespace {

// All that may make the bits depend on who computes: batch norm, dropout of libtorch's own, an
// average of the weights, clipping.
model::Training job_of(int streams) {
  model::Training job = small_job(streams);
  job.layers = train::small_layers();
  job.channels_last = false;
  job.optimizer.average = {.decay = 0.9};
  job.optimizer.clip = {.norm = 1};
  job.optimizer.groups = {{.match = "*.bias", .weight_decay = 0, .rate = 0.5}};
  job.epochs = 1;
  return job;
}

model::Training archive_job(int streams, int dropout_percent) {
  model::Training job = job_of(streams);
  train::use_archive(job, train::small_archive(job, dropout_percent));
  EXPECT_EQ(train::look_into_module(job).to_string(), "ok");
  return job;
}

model::Training plugin_job(int streams) {
  model::Training job = job_of(streams);
  job.layers.clear();
  job.module.emplace();
  job.module->kind = model::UserModule::Kind::kPlugin;
  job.module->options = {{"width", "4"}, {"dropout", "0.3"}};
  std::ifstream file(HOWDAH_TEST_PLUGIN, std::ios::binary);
  job.module->content = std::make_shared<const std::string>(std::istreambuf_iterator<char>(file),
                                                            std::istreambuf_iterator<char>());
  EXPECT_EQ(train::look_into_module(job).to_string(), "ok");
  return job;
}

class UserModuleTest : public WorkersTest {};

TEST_F(UserModuleTest, gives_the_same_model_whoever_carries_the_streams) {
  for (const model::Training& job : {archive_job(4, 20), plugin_job(4)}) {
    const std::string alone = digest(job, {{0, 4}});
    EXPECT_EQ(digest(job, {{0, 2}, {2, 4}}), alone);
    EXPECT_EQ(digest(job, {{0, 1}, {1, 2}, {2, 3}, {3, 4}}), alone);
  }
  EXPECT_NE(digest(archive_job(4, 20), {{0, 4}}), digest(archive_job(4, 30), {{0, 4}}));
}

TEST_F(UserModuleTest, learns_what_the_same_layers_learn) {
  const auto figures = [&](const model::Training& job) {
    TestWorkers workers = this->workers(job);
    const size_t a = workers.add();
    workers.train({{a, {0, 2}}}, {}, workers[a].total_steps());
    return workers[a].evaluate(dataset::Part::kTest, test_deadline()).value();
  };
  model::Training layers = job_of(2);
  layers.optimizer.average = {};
  layers.optimizer.groups = {};
  model::Training module = layers;
  train::use_archive(module, train::small_archive(layers));
  ASSERT_TRUE(train::look_into_module(module).is_ok());
  const train::Metrics expected = figures(layers), said = figures(module);
  EXPECT_EQ(said.loss, expected.loss);
  EXPECT_EQ(said.at("accuracy"), expected.at("accuracy"));
  EXPECT_GT(said.at("accuracy"), 0.5);
}

TEST_F(UserModuleTest, keeps_the_bits_of_what_no_stream_changes) {
  model::Training job = job_of(3);
  const torch::Tensor table = torch::arange(64, torch::kFloat32) / 7 + 0.1F;
  train::use_archive(job,
                     train::TestScript()
                         .buffer("table", table.clone())
                         .parameter("head.weight", torch::zeros({4, 64}))
                         .parameter("head.bias", torch::zeros({4}))
                         .define("def forward(self, x):\n"
                                 "  x = torch.flatten(x, 1) * self.table\n"
                                 "  return torch.linear(x, self.head.weight, self.head.bias)\n")
                         .archive());
  ASSERT_TRUE(train::look_into_module(job).is_ok());
  TestWorkers workers = this->workers(job);
  const size_t a = workers.add();
  workers.train({{a, {0, 3}}}, {}, workers[a].total_steps());
  const auto snapshot = workers[a].snapshot();
  for (const train::TensorView& tensor : snapshot->model)
    if (tensor.name == "table") {
      EXPECT_EQ(as_text(tensor.bytes),
                std::string(static_cast<const char*>(table.const_data_ptr()), 64 * sizeof(float)));
    }
}

TEST_F(UserModuleTest, continues_from_a_checkpoint_to_the_bits_of_an_undisturbed_run) {
  const auto resumed = [&](const model::Training& job, const std::string& name) {
    const fs::Location checkpoints{files_, "/job/" + name};
    const StateSource storage{.holder_rank = {}, .start_step = -1, .checkpoints = checkpoints};
    {
      TestWorkers workers = this->workers(job);
      const size_t a = workers.add();
      workers.train({{a, {0, 2}}}, storage, 5);
      train::CheckpointWriter writer(files_, checkpoints.path, {}, {});
      writer.submit(workers[a].snapshot());
      EXPECT_TRUE(writer.drain(test_deadline()).is_ok());
    }
    TestWorkers workers = this->workers(job);
    const size_t a = workers.add(), b = workers.add();
    workers.train({{a, {0, 1}}, {b, {1, 2}}}, storage, workers[a].total_steps());
    return digest_of(workers[b]);
  };
  for (const bool plugin : {false, true}) {
    const model::Training job = plugin ? plugin_job(2) : archive_job(2, 20);
    EXPECT_EQ(resumed(job, plugin ? "plugin" : "archive"), digest(job, {{0, 2}}));
  }

  // Not with another file, and not with layers.
  model::Training other = archive_job(2, 20), layers = job_of(2);
  other.module->sha256 = std::string(64, 'b');
  for (const model::Training& stranger : {other, layers}) {
    TestWorkers workers = this->workers(stranger);
    const size_t a = workers.add();
    workers.generation(
        {{a, {0, 2}}},
        {.holder_rank = {}, .start_step = -1, .checkpoints = fs::Location{files_, "/job/archive"}},
        [&](size_t, const Result<int64_t>& start) {
          EXPECT_EQ(start.status().code(), Code::kFailedPrecondition);
          EXPECT_THAT(
              start.status().to_string(),
              testing::HasSubstr("the checkpoint was made with the model " + std::string(64, 'a')));
        });
  }
}

}  // namespace
}  // namespace howdah::parallel
