#include "train/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "fs/memory_file_system.h"
#include "train/checkpoint_writer.h"
#include "train/model_state.h"

namespace howdah::train {
namespace {

using model::LayerType;
using testing::ElementsAre;

Deadline soon() {
  return Deadline::after(std::chrono::seconds(20));
}

// A trainer's state whose values are easy to tell apart.
class Trainer {
 public:
  explicit Trainer(float value = 0,
                   model::Optimizer options = {.type = model::OptimizerType::kAdam})
      : layout_(Layout::of(training()).value()), optimizer_(options, {}, layout_) {
    weights_.assign(static_cast<size_t>(layout_.weights), 0);
    buffers_.assign(static_cast<size_t>(layout_.buffer_values), value + 1);
    for (const Parameter& parameter : layout_.parameters)
      std::fill_n(weights_.begin() + parameter.offset, parameter.count, value);
    for (const auto& state : optimizer_.states())
      for (const Parameter& parameter : layout_.parameters)
        std::fill_n(state.values.begin() + parameter.offset, parameter.count, value + 2);
  }
  static model::Training training() {
    model::Training training;
    training.layers = {{.type = LayerType::kBatchNorm2d},
                       {.type = LayerType::kFlatten},
                       {.type = LayerType::kDense, .units = 3}};
    training.input = {2, 4, 4};
    training.classes = 3;
    return training;
  }
  ModelState state() { return {layout_, weights_, buffers_, optimizer_}; }
  std::shared_ptr<const Snapshot> snapshot(int64_t step) {
    TrainingState state;
    state.step = step;
    state.epoch = 1;
    state.seed = ~uint64_t{0};
    state.streams = 4;
    state.batch = 128;
    state.dataset = "abc";
    state.engine = "torch";
    return take_snapshot(this->state(), state);
  }
  std::vector<float>& weights() { return weights_; }
  std::vector<float>& buffers() { return buffers_; }
  Optimizer& optimizer() { return optimizer_; }

 private:
  Layout layout_;
  Optimizer optimizer_;
  std::vector<float> weights_, buffers_;
};

class CheckpointTest : public testing::Test {
 protected:
  WrittenCheckpoint write(int64_t step, float value = 0) {
    const auto written =
        write_checkpoint(*files_, "/job/checkpoints", *Trainer(value).snapshot(step), soon());
    EXPECT_TRUE(written.is_ok()) << written.status().to_string();
    return *written;
  }
  std::optional<Checkpoint> newest() {
    auto checkpoint = load_newest_checkpoint(*files_, "/job/checkpoints", soon());
    EXPECT_TRUE(checkpoint.is_ok()) << checkpoint.status().to_string();
    return std::move(checkpoint).value();
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto entries = files_->list("/job/checkpoints", soon());
    for (const auto& entry : *entries) names.push_back(entry.name());
    return names;
  }
  void replace(const std::string& path, const std::string& content) {
    ASSERT_TRUE(
        fs::write_file(*files_, path, as_bytes(content), {.overwrite = true}, soon()).is_ok());
  }
  std::string content(const std::string& path) {
    return fs::read_file(*files_, path, 1 << 20, soon()).value();
  }

  const std::shared_ptr<fs::FileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("test");
};

TEST_F(CheckpointTest, gives_back_the_state_that_was_written) {
  const WrittenCheckpoint written = write(7, 3);
  EXPECT_EQ(written.path, "/job/checkpoints/step-7");
  const auto checkpoint = newest();
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->state.step, 7);
  EXPECT_EQ(checkpoint->state.seed, ~uint64_t{0});
  EXPECT_EQ(checkpoint->state.dataset, "abc");
  EXPECT_EQ(checkpoint->model_sha256, written.model_sha256);
  Trainer trainer(0), expected(3);
  ASSERT_TRUE(restore(*checkpoint, trainer.state()).is_ok());
  EXPECT_EQ(trainer.weights(), expected.weights());
  EXPECT_EQ(trainer.buffers(), expected.buffers());
  EXPECT_EQ(trainer.optimizer().steps(), 7);
  const auto states = trainer.optimizer().states();
  EXPECT_EQ(states[1].values[0], 5);
}

TEST(TrainingState, keeps_what_a_plateau_was_told_to_the_last_bit) {
  TrainingState state;
  EXPECT_FALSE(TrainingState::from_json(state.to_json())->plateau.has_value());
  state.plateau = model::PlateauState{.epochs = 7,
                                      .best_epoch = 4,
                                      .best = 1.0 / 3,
                                      .bad = 3,
                                      .cooldown = 2,
                                      .factor = 0.1 * 0.1 * 0.1};
  EXPECT_EQ(TrainingState::from_json(state.to_json())->plateau, state.plateau);
}

TEST(TrainingState, refuses_a_plateau_that_is_none) {
  TrainingState state;
  state.plateau = model::PlateauState{};
  const std::string good = state.to_json();
  for (const auto& [from, to] :
       {std::pair("\"bad\": 0", "\"bad\": -1"), std::pair("\"bad\": 0", "\"bed\": 0"),
        std::pair("\"cooldown\": 0", "\"cooldown\": 18446744073709551615"),
        std::pair("\"factor\": 1.0", "\"factor\": null"),
        std::pair("\"plateau\": {", "\"plateau\": [], \"x\": {")}) {
    std::string text = good;
    ASSERT_NE(text.find(from), std::string::npos) << text;
    text.replace(text.find(from), std::string(from).size(), to);
    EXPECT_EQ(TrainingState::from_json(text).status().code(), Code::kCorrupt) << text;
  }
}

TEST_F(CheckpointTest, names_tensors_as_pytorch_does) {
  write(7);
  std::vector<std::string> model, optimizer;
  const auto checkpoint = newest();
  for (const auto& tensor : checkpoint->model) model.push_back(tensor.name);
  for (const auto& tensor : checkpoint->optimizer) optimizer.push_back(tensor.name);
  EXPECT_THAT(model, ElementsAre("0.num_batches_tracked", "0.bias", "0.running_mean",
                                 "0.running_var", "0.weight", "2.bias", "2.weight"));
  EXPECT_THAT(optimizer, testing::Contains("exp_avg_sq.2.weight"));
}

TEST_F(CheckpointTest, proves_equal_models_by_equal_digests) {
  EXPECT_EQ(write(7, 3).model_sha256,
            Sha256::hex_of(as_bytes(model_file(*Trainer(3).snapshot(7)))));
  EXPECT_NE(write(8, 4).model_sha256, write(8, 3).model_sha256.substr(1));
}

TEST_F(CheckpointTest, finds_nothing_where_there_is_nothing) {
  EXPECT_FALSE(newest().has_value());
  ASSERT_TRUE(files_->mkdir("/job/checkpoints", 0755, soon()).is_ok());
  EXPECT_FALSE(newest().has_value());
}

TEST_F(CheckpointTest, takes_the_highest_step_and_not_the_last_name) {
  write(900);
  write(1000);
  EXPECT_EQ(newest()->state.step, 1000);
}

TEST_F(CheckpointTest, passes_over_one_with_a_changed_byte) {
  write(5);
  write(6);
  const std::string path = "/job/checkpoints/step-6/model.safetensors";
  std::string bytes = content(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  replace(path, bytes);
  EXPECT_EQ(load_checkpoint(*files_, "/job/checkpoints/step-6", soon()).status().code(),
            Code::kChecksum);
  EXPECT_EQ(newest()->state.step, 5);
}

TEST_F(CheckpointTest, passes_over_one_that_is_shorter_than_its_manifest_says_or_lacks_a_file) {
  write(5);
  write(6);
  write(7);
  const std::string path = "/job/checkpoints/step-7/optimizer.safetensors";
  replace(path, content(path).substr(1));
  ASSERT_TRUE(files_->remove("/job/checkpoints/step-6/model.safetensors", false, soon()).is_ok());
  EXPECT_EQ(newest()->state.step, 5);
}

TEST_F(CheckpointTest, passes_over_a_folder_without_a_manifest_and_a_manifest_that_is_none) {
  write(5);
  replace("/job/checkpoints/step-6/model.safetensors", "x");
  replace("/job/checkpoints/step-7/MANIFEST.json", "{");
  replace("/job/checkpoints/step-8/MANIFEST.json",
          R"({"version":1,"step":8,"files":[{"name":"../../etc","length_bytes":1,"sha256":""}]})");
  replace("/job/checkpoints/step-9.tmp-0badcafe/MANIFEST.json", "{}");
  EXPECT_EQ(newest()->state.step, 5);
}

TEST_F(CheckpointTest, replaces_the_rest_of_a_dead_writer_and_keeps_a_complete_one) {
  replace("/job/checkpoints/step-5/model.safetensors", "x");
  write(5);
  const std::string first = content("/job/checkpoints/step-5/MANIFEST.json");
  write(5, 1);
  EXPECT_EQ(content("/job/checkpoints/step-5/MANIFEST.json"), first);
  EXPECT_THAT(names(), ElementsAre("step-5"));
}

TEST_F(CheckpointTest, sweeps_what_is_old_or_incomplete) {
  for (const int step : {1, 2, 3, 20}) write(step);
  replace("/job/checkpoints/step-30/model.safetensors", "x");
  replace("/job/checkpoints/step-4.tmp-0badcafe/model.safetensors", "x");
  replace("/job/checkpoints/notes.txt", "mine");
  ASSERT_TRUE(sweep_checkpoints(*files_, "/job/checkpoints", 2, soon()).is_ok());
  EXPECT_THAT(names(), ElementsAre("notes.txt", "step-20", "step-3"));
}

TEST_F(CheckpointTest, keeps_the_best_one_however_old_it_is) {
  const std::string dir = "/job/checkpoints";
  EXPECT_EQ(read_best(*files_, dir, soon()).value(), std::nullopt);
  for (const int64_t step : {10, 20, 30}) write(step);
  const BestCheckpoint best{.step = 10, .epoch = 1, .measure = "accuracy", .value = 0.1};
  ASSERT_TRUE(write_best(*files_, dir, best, soon()).is_ok());
  const auto read = read_best(*files_, dir, soon());
  ASSERT_TRUE(read.is_ok() && *read);
  EXPECT_EQ((*read)->step, 10);
  EXPECT_EQ((*read)->measure, "accuracy");
  EXPECT_EQ((*read)->value, 0.1);
  ASSERT_TRUE(sweep_checkpoints(*files_, dir, 1, soon()).is_ok());
  EXPECT_THAT(names(), ElementsAre("best.json", "step-10", "step-30"));
  ASSERT_TRUE(
      write_best(*files_, dir, {.step = 30, .epoch = 3, .measure = "loss", .value = 0.05}, soon())
          .is_ok());
  ASSERT_TRUE(sweep_checkpoints(*files_, dir, 1, soon()).is_ok());
  EXPECT_THAT(names(), ElementsAre("best.json", "step-30"));
}

TEST_F(CheckpointTest, does_not_believe_a_damaged_note_of_the_best) {
  write(10);
  for (const char* text :
       {"", "{}", "[1]", R"({"version":1,"step":-1,"epoch":1,"measure":"a","value":1})",
        R"({"version":1,"step":1,"epoch":1,"measure":2,"value":1})"}) {
    replace("/job/checkpoints/best.json", text);
    EXPECT_EQ(read_best(*files_, "/job/checkpoints", soon()).status().code(), Code::kCorrupt);
    EXPECT_TRUE(sweep_checkpoints(*files_, "/job/checkpoints", 1, soon()).is_ok());
  }
}

TEST(TrainingStateTest, tells_the_course_to_the_bit) {
  TrainingState state;
  state.course = model::Course{.validated = 3,
                               .best_epoch = 2,
                               .best_step = 20,
                               .best = 0.1 + 0.2,
                               .mark_epoch = 1,
                               .mark = 1.0 / 3,
                               .bad = 2,
                               .stopped_epoch = 3,
                               .roll_backs = 1,
                               .rate = 0.3};
  const auto again = TrainingState::from_json(state.to_json());
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->course, state.course);
  std::string text = state.to_json();
  text.replace(text.find("\"bad\": 2"), 8, "\"bad\": -2");
  EXPECT_EQ(TrainingState::from_json(text).status().code(), Code::kCorrupt);
}

TEST_F(CheckpointTest, refuses_a_checkpoint_of_another_optimizer_or_network_and_changes_nothing) {
  write(5, 3);
  const auto checkpoint = newest();
  Trainer sgd(0, {.momentum = 0.9});
  const Status status = restore(*checkpoint, sgd.state());
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), testing::HasSubstr("momentum_buffer.0.weight"));
  EXPECT_EQ(sgd.weights(), Trainer(0).weights());
  EXPECT_TRUE(restore_weights(checkpoint->model, sgd.state()).is_ok());
  EXPECT_EQ(sgd.weights(), Trainer(3).weights());
}

TEST_F(CheckpointTest, writes_in_the_background_and_tells_of_it) {
  std::vector<int64_t> steps;
  CheckpointWriter writer(files_, "/job/checkpoints", {.keep = 1},
                          [&](const Result<WrittenCheckpoint>& written) {
                            if (written.is_ok()) steps.push_back(written->step);
                          });
  for (const int step : {1, 2, 3}) {
    writer.submit(Trainer(1).snapshot(step));
    ASSERT_TRUE(writer.drain(soon()).is_ok());
  }
  EXPECT_THAT(steps, ElementsAre(1, 2, 3));
  EXPECT_THAT(names(), ElementsAre("step-3"));
}

TEST_F(CheckpointTest, reports_a_checkpoint_that_could_not_be_written_and_leaves_nothing) {
  replace("/job/checkpoints", "a file where a folder is due");
  CheckpointWriter writer(files_, "/job/checkpoints", {}, {});
  writer.submit(Trainer(1).snapshot(1));
  EXPECT_FALSE(writer.drain(soon()).is_ok());
}

}  // namespace
}  // namespace howdah::train
