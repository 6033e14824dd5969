#include "bench/train/step_job.h"

#include "model/zoo.h"

namespace howdah::bench {
namespace {

using model::ZooType;

void make_images(model::Training& training, model::ZooModel zoo, model::Shape input,
                 int64_t classes) {
  training.input = std::move(input);
  training.classes = classes;
  training.layers = model::zoo_layers(zoo, classes);
}

void make_texts(model::Training& training, const StepJob& job, ZooType type) {
  training.task = model::Task::kTextClassification;
  training.input_form = model::Form::kTokens;
  training.input = {job.length};
  training.vocabulary = job.vocabulary;
  training.classes = 2;
  training.layers = model::zoo_layers({.type = type,
                                       .dropout = job.dropout ? 0.5 : 0,
                                       .embedding = 64,
                                       .units = 64,
                                       .pooling = model::Pooling::kMean},
                                      2);
  training.layers[0].vocabulary = job.vocabulary;
}

void make_translation(model::Training& training, const StepJob& job) {
  const model::ZooModel zoo{.type = ZooType::kTransformer,
                            .dropout = job.dropout ? 0.1 : 0,
                            .layers = 3,
                            .width = 256,
                            .heads = 4,
                            .feed_forward = 512,
                            .shared = true};
  training.task = model::Task::kTranslation;
  training.input_form = model::Form::kTokens;
  training.input = {job.length};
  training.vocabulary = training.classes = job.vocabulary;
  training.target_width = job.target_length;
  training.layers = model::zoo_layers(zoo, job.vocabulary);
  training.decoder = model::zoo_decoder(zoo, job.vocabulary);
}

}  // namespace

const std::vector<std::string>& step_models() {
  static const std::vector<std::string> names = {"small_cnn", "resnet20", "resnet18",
                                                 "lstm",      "gru",      "transformer"};
  return names;
}

model::Training training_of(const StepJob& job) {
  model::Training training;
  training.optimizer.type = model::OptimizerType::kAdam;
  training.optimizer.clip.norm = job.clip;
  training.schedule.initial = 1e-3;
  training.batch = job.batch;
  training.streams = job.streams;
  training.threads = job.threads;
  training.epochs = 1 << 20;
  if (job.model == "small_cnn")
    make_images(training,
                {.type = ZooType::kSmallCnn, .classes = 10, .dropout = job.dropout ? 0.25 : 0},
                {1, 28, 28}, 10);
  else if (job.model == "resnet20")
    make_images(training, {.type = ZooType::kResnet20, .classes = 10}, {3, 32, 32}, 10);
  else if (job.model == "resnet18")
    make_images(training, {.type = ZooType::kResnet18, .classes = 1000}, {3, 224, 224}, 1000);
  else if (job.model == "transformer")
    make_translation(training, job);
  else
    make_texts(training, job, job.model == "gru" ? ZooType::kGru : ZooType::kLstm);
  return training;
}

}  // namespace howdah::bench
