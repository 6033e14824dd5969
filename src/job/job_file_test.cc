#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

const std::string kSmallest =
    "name: a\n"
    "data: {source: /data}\n"
    "model:\n"
    "  layers:\n"
    "    - flatten\n"
    "    - dense: {units: 10}\n";

JobSpec parsed(const std::string& text) {
  auto spec = parse_job(text, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? *spec : JobSpec{};
}
std::string complaint(const std::string& text) {
  const auto spec = parse_job(text, "job.yaml");
  EXPECT_FALSE(spec);
  EXPECT_EQ(spec.status().code(), Code::kInvalidArgument);
  return spec.status().to_string();
}

TEST(JobFile, fills_in_what_is_not_said) {
  const JobSpec spec = parsed(kSmallest);
  EXPECT_EQ(spec.training.batch, 128);
  EXPECT_EQ(spec.training.streams, 2);  // one worker, two streams of 64 samples
  EXPECT_EQ(spec.resources.memory_bytes, int64_t{2} << 30);
  EXPECT_EQ(spec.checkpoint.every_epochs, 1);
  EXPECT_DOUBLE_EQ(spec.data.split.validation, 0.1);
}

TEST(JobFile, resolved_is_the_same_job) {
  const std::string text = to_yaml(
      parsed(kSmallest +
             "optimizer: {type: adamw, beta1: 0.8, epsilon: 1e-7}\n"
             "learning_rate: {schedule: exponential, initial: 0.1, decay: 0.5, every: 100 steps}\n"
             "resources: {workers: {min: 2, max: 4}, memory: 1536 MiB, queue: 'a \"b'}\n"
             "communication: {transport: tcp}\n"
             "checkpoint: {every: 50 steps, keep: 7}\n"));
  EXPECT_EQ(to_yaml(parsed(text)), text);
  EXPECT_NE(text.find("every: 100 steps"), std::string::npos);
}

TEST(JobFile, names_the_place_of_an_unknown_key_and_the_nearest_known_one) {
  EXPECT_EQ(complaint(kSmallest + "train: {epoch: 3}\n"),
            "job.yaml:7:9: unknown key 'train.epoch'; did you mean 'epochs'?");
  EXPECT_EQ(complaint(kSmallest + "optimiser: {type: adam}\n"),
            "job.yaml:7:1: unknown key 'optimiser'; did you mean 'optimizer'?");
}

TEST(JobFile, names_the_place_of_a_wrong_type) {
  EXPECT_EQ(complaint(kSmallest + "train: {epochs: many}\n"),
            "job.yaml:7:17: 'train.epochs' must be a whole number, not 'many'");
  EXPECT_EQ(complaint(kSmallest + "train: {epochs: 0}\n"),
            "job.yaml:7:17: 'train.epochs' must be from 1 to 1000000, not 0");
  EXPECT_EQ(
      complaint(kSmallest + "resources: {memory: 2 GB of it}\n"),
      "job.yaml:7:21: 'resources.memory' must be a size, not '2 GB of it'; write it as 512 MiB "
      "or 2 GiB");
  EXPECT_EQ(complaint(kSmallest + "learning_rate: {initial: nan}\n"),
            "job.yaml:7:26: 'learning_rate.initial' must be a number, not 'nan'");
  EXPECT_EQ(complaint(kSmallest + "optimizer: {type: adm}\n"),
            "job.yaml:7:19: 'optimizer.type' cannot be 'adm'; did you mean 'adam'?");
}

TEST(JobFile, names_a_wrong_layer_and_its_wrong_key) {
  EXPECT_EQ(complaint("name: a\ndata: {source: /d}\nmodel:\n  layers:\n    - denes: {units: 3}\n"),
            "job.yaml:5:7: unknown layer 'denes'; did you mean 'dense'?");
  EXPECT_EQ(complaint("name: a\ndata: {source: /d}\nmodel:\n  layers:\n    - dense: {unit: 3}\n"),
            "job.yaml:5:7: dense needs 'units'");
}

TEST(JobFile, tells_what_is_missing) {
  EXPECT_EQ(complaint("name: a\nmodel: {layers: [flatten]}\n"),
            "job.yaml:1:1: 'data.source' is missing");
  EXPECT_EQ(complaint(""),
            "job.yaml:1:1: the job file is empty; see examples/fashion-mnist/job.yaml");
}

TEST(JobFile, refuses_what_this_version_cannot_do_in_so_many_words) {
  EXPECT_EQ(complaint(kSmallest + "program: python train.py\n"),
            "job.yaml:7:10: 'program' is not built yet; leave it out");
}

TEST(JobFile, refuses_a_worker_that_would_have_no_stream) {
  const std::string line =
      complaint(kSmallest + "resources: {workers: {max: 8}}\nparallel: {streams: 4}\n");
  EXPECT_NE(line.find("job.yaml:8:21"), std::string::npos) << line;
  EXPECT_NE(line.find("is less than 'resources.workers.max' (8)"), std::string::npos) << line;
}

TEST(JobFile, refuses_bytes_that_are_not_yaml_with_their_place) {
  EXPECT_EQ(complaint("name: [a\n").rfind("job.yaml:", 0), 0U);
  EXPECT_EQ(complaint("name: a\nname: b\n"), "job.yaml:2:1: the key 'name' is given twice");
}

class JobFileOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "job_file_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }
  std::string folder_;
};

TEST_F(JobFileOnDisk, extends_a_base_key_by_key) {
  write("base.yaml", kSmallest + "train: {epochs: 3, batch: 64}\n");
  const auto spec =
      load_job_file(write("job.yaml", "extends: base.yaml\ntrain: {epochs: 5}\n"), {});
  ASSERT_TRUE(spec) << spec.status().to_string();
  EXPECT_EQ(spec->training.epochs, 5);
  EXPECT_EQ(spec->training.batch, 64);
}

TEST_F(JobFileOnDisk, takes_no_keys_of_a_base_whose_type_or_schedule_is_another) {
  write("base.yaml", kSmallest +
                         "optimizer: {type: sgd, momentum: 0.9}\n"
                         "learning_rate: {schedule: exponential, initial: 0.1, decay: 0.5}\n"
                         "loss: {type: cross_entropy, smoothing: 0.1}\n");
  const auto spec = load_job_file(
      write("job.yaml",
            "extends: base.yaml\noptimizer: {type: adam}\n"
            "learning_rate: {schedule: cosine, initial: 0.2}\nloss: {type: cross_entropy}\n"),
      {});
  ASSERT_TRUE(spec) << spec.status().to_string();
  EXPECT_EQ(spec->training.optimizer.type, model::OptimizerType::kAdam);
  EXPECT_EQ(spec->training.loss.smoothing, 0.1);
}

TEST_F(JobFileOnDisk, takes_variables_and_assignments_from_outside) {
  setenv("JOB_FILE_TEST_EPOCHS", "4", 1);
  const std::string path =
      write("job.yaml", kSmallest + "train: {epochs: \"${JOB_FILE_TEST_EPOCHS}\", batch: 64}\n");
  EXPECT_FALSE(load_job_file(path, {}));  // quoted: a string
  const auto spec =
      load_job_file(write("block.yaml", kSmallest + "train:\n  epochs: ${JOB_FILE_TEST_EPOCHS}\n"),
                    {{"train.batch=32", "resources.workers.max=2"}});
  ASSERT_TRUE(spec) << spec.status().to_string();
  EXPECT_EQ(spec->training.epochs, 4);
  EXPECT_EQ(spec->training.batch, 32);
  EXPECT_EQ(spec->resources.workers_max, 2);
}

TEST_F(JobFileOnDisk, says_which_variable_is_not_set_and_where) {
  const std::string path = write("job.yaml", kSmallest + "train:\n  seed: ${NOBODY_SET_THIS}\n");
  const auto spec = load_job_file(path, {});
  EXPECT_EQ(spec.status().to_string(),
            path +
                ":8:9: the environment variable NOBODY_SET_THIS is not set; set it, or write "
                "${NOBODY_SET_THIS:-default}");
}

TEST_F(JobFileOnDisk, names_a_file_that_is_not_there) {
  const auto spec = load_job_file(folder_ + "/none.yaml", {});
  EXPECT_EQ(spec.status().code(), Code::kNotFound);
  EXPECT_EQ(spec.status().peer(), folder_ + "/none.yaml");
}

TEST_F(JobFileOnDisk, does_not_go_round_in_circles) {
  const auto spec = load_job_file(write("job.yaml", "extends: job.yaml\n"), {});
  EXPECT_EQ(spec.status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::job
