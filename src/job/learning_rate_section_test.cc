#include "job/learning_rate_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {
using model::ScheduleType;

const std::string kHead =
    "name: a\n"
    "data: {source: /data}\n"
    "model: {layers: [flatten]}\n";

Result<JobSpec> parse(const std::string& value, const std::string& more = "") {
  return parse_job(kHead + "learning_rate: " + value + "\n" + more, "job.yaml");
}
model::Schedule parsed(const std::string& value) {
  const auto spec = parse(value);
  EXPECT_TRUE(spec) << value << ": " << spec.status().to_string();
  return spec ? spec->training.schedule : model::Schedule{};
}
std::string complaint(const std::string& value) {
  const auto spec = parse(value);
  EXPECT_FALSE(spec) << value;
  return spec ? "" : spec.status().to_string();
}

TEST(LearningRateSection, reads_every_schedule_and_writes_it_so_that_it_is_read_as_the_same) {
  for (const char* value :
       {"0.05", "{initial: 0.2}",
        "{schedule: exponential, initial: 0.1, decay: 0.9, every: 1 epoch}",
        "{schedule: exponential, initial: 1e-7, decay: 0.9, every: 100 steps, staircase: false, "
        "by: epoch}",
        "{schedule: polynomial, initial: 0.1, end: 0.001, power: 2, over: 30 epochs, cycle: true}",
        "{schedule: polynomial, by: epoch}",
        "{schedule: step, initial: 0.1, decay: 0.3, every: 30 epochs}",
        "{schedule: multi_step, initial: 0.1, decay: 0.1, at: [30 epochs, 60 epochs]}",
        "{schedule: multi_step, at: [1 step]}",
        "{schedule: inverse_time, initial: 0.1, decay: 3, every: 10 steps, staircase: false}",
        "{schedule: inverse_sqrt, initial: 7e-4, warmup: 4000 steps}",
        "{schedule: inverse_sqrt, initial: 7e-4, timescale: 2 epochs}",
        "{schedule: cosine, initial: 0.1, end: 1e-5, over: 90 epochs}",
        "{schedule: cosine, restarts: {first: 10 epochs, factor: 2, decay: 0.9}}",
        "{schedule: one_cycle, max: 0.4, over: 1000 steps, rise: 0.2, start_factor: 0.1, "
        "end_factor: 0.001}",
        "{schedule: plateau, measure: f1, factor: 0.2, patience: 3, threshold: 0.01, mode: max, "
        "cooldown: 2, min: 1e-6}",
        "{schedule: cosine, warmup: {epochs: 5, from: 0.001}}",
        "{warmup: {steps: 500, from: 0.001, shape: constant}}"}) {
    const model::Schedule schedule = parsed(value);
    const std::string text = learning_rate_to_yaml(schedule);
    EXPECT_EQ(parsed(text), schedule) << value << " -> " << text;
    EXPECT_EQ(learning_rate_to_yaml(parsed(text)), text);
  }
}

TEST(LearningRateSection, takes_a_number_alone_for_a_fixed_rate) {
  EXPECT_EQ(parsed("0.05"), (model::Schedule{.initial = 0.05}));
  EXPECT_EQ(parse_job(kHead, "job.yaml")->training.schedule.initial, 0.01);
  EXPECT_EQ(parse("~", "optimizer: {type: adam}\n")->training.schedule.initial, 0.001);
}

TEST(LearningRateSection, keeps_what_the_keys_say) {
  const auto cosine = parsed(
      "{schedule: cosine, initial: 0.1, end: 0.01, restarts: {first: 10 epochs, factor: 2}, "
      "warmup: {steps: 500, from: 0.02}}");
  EXPECT_EQ(cosine.type, ScheduleType::kCosine);
  EXPECT_EQ(cosine.end, 0.01);
  EXPECT_EQ(cosine.restarts.first, (model::Period{10, true}));
  EXPECT_EQ(cosine.warmup.length, (model::Period{500, false}));
  EXPECT_EQ(cosine.warmup.from, 0.02);
  EXPECT_EQ(parsed("{warmup: 1 epoch}").warmup, (model::Warmup{.length = {1, true}}));
  EXPECT_EQ(parsed("{schedule: multi_step, at: [30 epochs, 60 epochs]}").at[1],
            (model::Period{60, true}));
}

TEST(LearningRateSection, refuses_a_rate_that_is_not_a_number_with_its_place) {
  EXPECT_EQ(complaint("fast"), "job.yaml:4:16: 'learning_rate' must be a number, not 'fast'");
  EXPECT_EQ(complaint("nan"), "job.yaml:4:16: 'learning_rate' must be a number, not 'nan'");
  EXPECT_EQ(complaint("-0.1"),
            "job.yaml:4:16: 'learning_rate' must be from 0 to 1000000, not -0.1");
  EXPECT_EQ(complaint("[0.1]"), "job.yaml:4:16: 'learning_rate' must be a map of keys");
  EXPECT_EQ(complaint("{schedule: one_cycle, max: inf}"),
            "job.yaml:4:43: 'learning_rate.max' must be a number, not 'inf'");
  EXPECT_EQ(complaint("{schedule: cosine, end: .nan}"),
            "job.yaml:4:40: 'learning_rate.end' must be a number, not '.nan'");
  EXPECT_EQ(complaint("{schedule: multi_step, at: [3 epochs], decay: 0,1}").rfind("job.yaml:4:", 0),
            0U);
}

TEST(LearningRateSection, names_the_nearest_word) {
  EXPECT_EQ(complaint("{schedule: cosin}"),
            "job.yaml:4:27: 'learning_rate.schedule' cannot be 'cosin'; did you mean 'cosine'?");
  EXPECT_EQ(complaint("{schedule: step, every: 1 epoch, decai: 0.1}"),
            "job.yaml:4:49: unknown key 'learning_rate.decai'; did you mean 'decay'?");
  EXPECT_EQ(complaint("{schedule: cosine, warmup: {step: 5}}"),
            "job.yaml:4:43: 'learning_rate.warmup' needs either 'steps' or 'epochs'; write "
            "'warmup: {steps: 500}' or 'warmup: 1 epoch'");
}

TEST(LearningRateSection, refuses_what_is_missing_or_has_no_meaning) {
  EXPECT_EQ(complaint("{schedule: step}"),
            "job.yaml:4:16: step needs 'every'; write 'every: 30 epochs'");
  EXPECT_EQ(complaint("{schedule: multi_step, at: []}"),
            "job.yaml:4:16: multi_step needs 'at'; write 'at: [30 epochs, 60 epochs]'");
  EXPECT_EQ(complaint("{schedule: multi_step, at: [3 epochs, 3 epochs]}"),
            "job.yaml:4:54: 'learning_rate.at' must rise, in one unit; write it as [30 epochs, 60 "
            "epochs]");
  EXPECT_EQ(
      complaint("{schedule: multi_step, at: [3 epochs, 700 steps]}").rfind("job.yaml:4:54: ", 0),
      0U);
  EXPECT_EQ(complaint("{schedule: multi_step, at: [soon]}"),
            "job.yaml:4:44: 'learning_rate.at' must be an amount, not 'soon'; write it as '5 "
            "epochs'");
  EXPECT_EQ(complaint("{schedule: inverse_sqrt}"),
            "job.yaml:4:16: inverse_sqrt needs a 'warmup' or a 'timescale'; write 'warmup: 4000 "
            "steps'");
  EXPECT_EQ(complaint("{schedule: cosine, over: 3 epochs, restarts: {first: 1 epoch}}"),
            "job.yaml:4:41: 'learning_rate.over' has no meaning with restarts; "
            "'restarts.first' is the first cycle's length");
  EXPECT_EQ(complaint("{schedule: plateau, mode: max}"),
            "job.yaml:4:42: 'learning_rate.mode' must be 'min' for loss; leave it out, it follows "
            "from 'measure'");
  EXPECT_EQ(complaint("{schedule: plateau, factor: 1}"),
            "job.yaml:4:44: 'learning_rate.factor' must be between 0 and 1");
  EXPECT_EQ(complaint("{schedule: plateau, initial: 0.1, min: 0.2}"),
            "job.yaml:4:55: 'learning_rate.min' is above 'initial'");
  EXPECT_EQ(complaint("{warmup: {steps: 5, shape: constant}}"),
            "job.yaml:4:25: a constant 'learning_rate.warmup' needs a 'from' above 0; with a rate "
            "of 0 nothing is learnt");
  EXPECT_EQ(complaint("{schedule: cosine, restarts: {first: 1 epoch, factor: 1.001}}"),
            "job.yaml:4:45: 'learning_rate.restarts.factor' must be 1 or at least 1.01");
}

TEST(LearningRateSection, refuses_to_wait_for_a_plateau_without_validation) {
  const std::string text =
      "name: a\ndata: {source: /data, split: {train: 1}}\n"
      "model: {layers: [flatten, dense: {units: 2}]}\nlearning_rate: {schedule: plateau}\n";
  auto spec = parse_job(text, "job.yaml");
  ASSERT_TRUE(spec) << spec.status().to_string();
  dataset::Index index;
  index.source = "hdfs:///data";
  index.shape = {1, 2, 2};
  index.classes = 2;
  index.partitions.resize(1);
  index.partitions[0].name = "train";
  EXPECT_EQ(complete_from_index(*spec, index).to_string(),
            "hdfs:///data: the learning rate waits for a plateau, but there is no validation part; "
            "give 'data.split.validation', or choose another schedule");
  spec->data.split = {.train = 0.9, .validation = 0.1};
  EXPECT_TRUE(complete_from_index(*spec, index).is_ok());
}

TEST(LearningRateSection, may_wait_for_any_number_that_fits_the_task) {
  const auto measure_of = [](const std::string& name, const std::string& task) {
    const std::string text = task == "regression"       ? ""
                             : task == "language_model" ? ", text: t"
                                                        : ", text: t, target: u";
    const auto spec = parse_job("name: a\ndata: {source: /data" + text +
                                    "}\nmodel: {layers: [flatten]}\nlearning_rate: {schedule: "
                                    "plateau, measure: " +
                                    name + "}\ntask: " + task + "\n",
                                "job.yaml");
    EXPECT_TRUE(spec) << spec.status().to_string();
    if (!spec) return model::Schedule::Measure{};
    const auto again = parse_job(to_yaml(*spec), "again.yaml");
    EXPECT_TRUE(again) << again.status().to_string();
    if (again) {
      EXPECT_EQ(again->training.schedule, spec->training.schedule);
      EXPECT_EQ(again->training.measures, spec->training.measures);
    }
    return spec->training.schedule.plateau.measure;
  };
  using Measure = model::Schedule::Measure;
  EXPECT_EQ(measure_of("loss", "regression"), (Measure{"loss", true}));
  EXPECT_EQ(measure_of("rmse", "regression"), (Measure{"rmse", true}));
  EXPECT_EQ(measure_of("r2", "regression"), (Measure{"r2", false}));
  EXPECT_EQ(measure_of("f1", "text_classification"), (Measure{"f1", false}));
  EXPECT_EQ(measure_of("perplexity", "language_model"), (Measure{"perplexity", true}));
  EXPECT_EQ(measure_of("bleu", "translation"), (Measure{"bleu", false}));
  // What is watched is measured.
  const auto spec = parse("{schedule: plateau, measure: f1_weighted}");
  EXPECT_EQ(spec->training.measures, (std::vector<std::string>{"f1_weighted"}));
}

TEST(LearningRateSection, refuses_to_wait_for_what_does_not_fit_the_task_or_is_no_number) {
  EXPECT_EQ(complaint("{schedule: plateau, measure: r2}").substr(0, 15), "job.yaml:4:45: ");
  EXPECT_NE(complaint("{schedule: plateau, measure: confusion_matrix}").find("not one number"),
            std::string::npos);
  EXPECT_NE(complaint("{schedule: plateau, measure: acuracy}").find("did you mean 'accuracy'"),
            std::string::npos);
}

}  // namespace
}  // namespace howdah::job
