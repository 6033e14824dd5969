#include "exporting/trained_model.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/digest.h"
#include "exporting/test_models.h"
#include "exporting/weights_file.h"
#include "train/checkpoint.h"

namespace howdah::exporting {
namespace {

using testing::HasSubstr;

constexpr const char* kJob = "mem://test/jobs/digits-1";

Deadline soon() {
  return Deadline::after(std::chrono::seconds(20));
}

dataset::Index index() {
  dataset::Index index;
  index.source = "mem://test/raw";
  index.fingerprint = std::string(64, 'a');
  index.shape = {1, 2, 3};
  index.classes = 3;
  index.class_names = {"a", "b", "c"};
  index.mean = {51};
  index.stddev = {102};
  dataset::Partition train;
  train.name = "train";
  train.files = {"train.records"};
  train.file_bytes = {100};
  train.file_sha256 = {std::string(64, '0')};
  train.records = 10;
  train.records_by_class = {3, 3, 4};
  train.chunks = {{.file = 0, .offset_bytes = 0, .records = 10, .first_record = 0, .hosts = {}}};
  index.partitions = {train};
  return index;
}

// A job's folder as a finished job leaves it.
class TrainedModelTest : public testing::Test {
 protected:
  TrainedModelTest()
      : model_(model_of(training_of("    - flatten\n    - dense: {units: 3}\n", {1, 2, 3}, 3))) {
    write("mem://test/data/index.json", index().to_json());
    write(std::string(kJob) + "/job.yaml", job(""));
    put_model(weights_file(model_, Names::kHowdah));
  }
  static std::string job(const std::string& more) {
    return "name: digits\ndata:\n  source: mem://test/raw\n  index: mem://test/data\n"
           "  preprocess: [{normalize: {method: standard}}]\n"
           "model: {layers: [flatten, {dense: {units: 3}}]}\n" +
           more;
  }
  void write(const std::string& uri, const std::string& content) {
    const auto at = files_.resolve(uri);
    const Status written =
        fs::write_file_atomically(*at->files, at->path, as_bytes(content), {}, soon());
    ASSERT_TRUE(written) << written.to_string();
  }
  void put_model(const std::string& file) {
    write(std::string(kJob) + "/model.safetensors", file);
    write(std::string(kJob) + "/summary.json",
          fmt::format(R"({{"model": {{"sha256": "{}"}}}})", Sha256::hex_of(as_bytes(file))));
  }
  void put_checkpoint(int64_t step, const std::vector<train::TensorView>& optimizer) {
    train::Snapshot snapshot;
    snapshot.state.step = step;
    snapshot.state.dataset = snapshot.state.engine = "x";
    snapshot.model = model_.tensors;
    snapshot.optimizer = optimizer;
    const auto at = files_.resolve(std::string(kJob) + "/checkpoints");
    const auto written = train::write_checkpoint(*at->files, at->path, snapshot, soon());
    ASSERT_TRUE(written) << written.status().to_string();
  }
  Result<TrainedModel> load(const std::string& checkpoint = "") {
    return load_trained_model(files_, kJob, checkpoint, soon());
  }
  std::string complaint(Code code, const std::string& checkpoint = "") {
    const auto model = load(checkpoint);
    EXPECT_EQ(model.status().code(), code) << model.status().to_string();
    return model.status().to_string();
  }

  fs::FileSystems files_{{}, {}, {}};
  TrainedModel model_;
};

TEST_F(TrainedModelTest, is_the_network_with_what_the_data_say) {
  const auto model = load();
  ASSERT_TRUE(model) << model.status().to_string();
  EXPECT_EQ(model->job_name, "digits");
  EXPECT_EQ(model->source, std::string(kJob) + "/model.safetensors");
  EXPECT_EQ(model->training.input, (model::Shape{1, 2, 3}));
  EXPECT_EQ(model->training.normalization.mean, std::vector<double>{0.2});
  EXPECT_EQ(model->class_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(as_text(model->tensor("1.weight").bytes), as_text(model_.tensor("1.weight").bytes));
}

TEST_F(TrainedModelTest, says_where_no_job_is) {
  EXPECT_THAT(load_trained_model(files_, "mem://test/jobs/none", "", soon()).status().to_string(),
              HasSubstr("mem://test/jobs/none: no job's folder"));
}

TEST_F(TrainedModelTest, names_the_checkpoints_of_a_job_without_a_model) {
  const auto at = files_.resolve(std::string(kJob) + "/model.safetensors");
  ASSERT_TRUE(at->files->remove(at->path, false, soon()));
  EXPECT_THAT(complaint(Code::kNotFound), HasSubstr("no checkpoint either"));
  put_checkpoint(7, {});
  EXPECT_THAT(complaint(Code::kNotFound), HasSubstr("--checkpoint step-7"));
  EXPECT_THAT(complaint(Code::kNotFound, "step-8"), HasSubstr("--checkpoint step-7"));
  EXPECT_TRUE(load("step-7"));
  EXPECT_TRUE(load("7"));
  EXPECT_THAT(complaint(Code::kNotFound, "best"), HasSubstr("did not look for a best"));
  const auto folder = files_.resolve(std::string(kJob) + "/checkpoints");
  const train::BestCheckpoint best{.step = 7, .epoch = 1, .measure = "loss", .value = 1};
  ASSERT_TRUE(train::write_best(*folder->files, folder->path, best, soon()));
  EXPECT_THAT(load("best").value().source, HasSubstr("step-7"));
  EXPECT_THAT(complaint(Code::kInvalidArgument, "../x"), HasSubstr("like step-120"));
}

TEST_F(TrainedModelTest, takes_the_average_of_a_checkpoint_where_the_job_uses_it) {
  const std::vector<float> average(18, 0.5F);
  put_checkpoint(
      7,
      {{"ema.1.weight", train::TensorType::kFloat32, {3, 6}, std::as_bytes(std::span(average))}});
  const std::string own(as_text(model_.tensor("1.weight").bytes));
  EXPECT_EQ(as_text(load("step-7")->tensor("1.weight").bytes), own);
  write(std::string(kJob) + "/job.yaml", job("optimizer: {type: sgd, ema: {decay: 0.9}}\n"));
  EXPECT_EQ(as_text(load("step-7")->tensor("1.weight").bytes),
            as_text(std::as_bytes(std::span(average))));
}

TEST_F(TrainedModelTest, refuses_a_model_that_the_job_did_not_write) {
  std::string file = weights_file(model_, Names::kHowdah);
  file.back() ^= 1;
  write(std::string(kJob) + "/model.safetensors", file);
  EXPECT_THAT(complaint(Code::kChecksum), HasSubstr("model.safetensors"));
}

TEST_F(TrainedModelTest, refuses_a_damaged_model) {
  put_model("not a model");
  EXPECT_THAT(complaint(Code::kCorrupt), HasSubstr("model.safetensors"));
}

TEST_F(TrainedModelTest, refuses_the_model_of_another_network) {
  put_model(
      weights_file(model_of(training_of("    - flatten\n    - dense: {units: 4}\n", {1, 2, 3}, 4)),
                   Names::kHowdah));
  EXPECT_THAT(complaint(Code::kCorrupt), HasSubstr("'1.weight' is [4, 6], not [3, 6]"));
  TrainedModel more = model_;
  more.tensors.push_back({"9.weight", train::TensorType::kFloat32, {0}, {}});
  put_model(weights_file(more, Names::kHowdah));
  EXPECT_THAT(complaint(Code::kCorrupt), HasSubstr("it has '9.weight'"));
  more.tensors = {model_.tensors[0]};
  put_model(weights_file(more, Names::kHowdah));
  EXPECT_THAT(complaint(Code::kCorrupt), HasSubstr("'1.bias' is missing"));
}

}  // namespace
}  // namespace howdah::exporting
