#include "job/user_module_section.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using model::UserModule;
using testing::HasSubstr;

Result<JobSpec> job(const std::string& model) {
  return parse_job("name: a\ndata: {source: /data}\nmodel: " + model + "\n", "/jobs/job.yaml");
}
UserModule module_of(const Result<JobSpec>& spec) {
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec && spec->training.module ? *spec->training.module : UserModule();
}
std::string complaint(const std::string& model) {
  const auto spec = job(model);
  EXPECT_FALSE(spec) << model;
  return spec.status().to_string();
}

TEST(UserModuleSection, reads_an_archive_or_a_plugin_with_its_options) {
  const UserModule archive = module_of(job("{torchscript: 'hdfs:///models/net.pt'}"));
  EXPECT_EQ(archive.kind, UserModule::Kind::kTorchScript);
  EXPECT_EQ(archive.file, "hdfs:///models/net.pt");
  EXPECT_EQ(archive.where, "/jobs/job.yaml:3:22");
  const auto spec =
      job("{plugin: 'file:///b/libnet.so', options: {width: 64, hidden: [2, 3],"
          " name: 'x y', on: true}, pretrained: {weights: w}}");
  const UserModule plugin = module_of(spec);
  EXPECT_EQ(plugin.kind, UserModule::Kind::kPlugin);
  EXPECT_EQ(plugin.options,
            (std::map<std::string, std::string>{
                {"hidden", "2,3"}, {"name", "x y"}, {"on", "true"}, {"width", "64"}}));
  EXPECT_EQ(spec->training.pretrained.weights, "w");
}

TEST(UserModuleSection, finds_a_file_beside_the_job_file_that_names_it) {
  EXPECT_EQ(module_of(job("{torchscript: net.pt}")).file, "file:///jobs/net.pt");
  EXPECT_EQ(module_of(job("{plugin: ../build/libnet.so}")).file, "file:///build/libnet.so");
  EXPECT_EQ(module_of(job("{torchscript: /models/net.pt}")).file, "/models/net.pt");
  // Of a base file, beside that; of --set, in the present folder.
  const auto folder = std::filesystem::path(testing::TempDir()) / "user_module_section";
  std::filesystem::create_directories(folder / "base");
  std::ofstream(folder / "base" / "base.yaml")
      << "name: a\ndata: {source: /data}\nmodel: {torchscript: net.pt}\n";
  std::ofstream(folder / "job.yaml") << "extends: base/base.yaml\nname: b\n";
  const std::string file = (folder / "job.yaml").string();
  EXPECT_EQ(module_of(load_job_file(file, {})).file,
            "file://" + (folder / "base" / "net.pt").string());
  EXPECT_EQ(module_of(load_job_file(file, {{"model.torchscript=other.pt"}})).file,
            "file://" + (std::filesystem::current_path() / "other.pt").string());
  std::filesystem::remove_all(folder);
}

TEST(UserModuleSection, resolved_is_the_same) {
  const std::string digest(64, 'a');
  for (const std::string& model :
       {std::string("{torchscript: net.pt}"),
        "{torchscript: 'hdfs://h/n.pt', sha256: " + digest + "}",
        std::string("{plugin: libnet.so, options: {a: 1, 'b c': '\"x\", y'},"
                    " pretrained: {weights: w, skip: ['fc.*']}}")}) {
    const auto spec = job(model);
    ASSERT_TRUE(spec) << spec.status().to_string();
    const auto again = parse_job(to_yaml(*spec), "hdfs://h/job/job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << to_yaml(*spec);
    EXPECT_EQ(to_yaml(*again), to_yaml(*spec));
    EXPECT_EQ(module_of(again).options, module_of(spec).options);
    EXPECT_EQ(module_of(again).sha256, module_of(spec).sha256);
  }
}

TEST(UserModuleSection, refuses_what_cannot_be_with_its_place) {
  EXPECT_THAT(complaint("{torchscript: net.pt, layers: [flatten]}"),
              HasSubstr("job.yaml:3:22: 'model.torchscript' and 'model.layers' are two models"));
  EXPECT_THAT(complaint("{torchscript: net.pt, plugin: libnet.so}"),
              HasSubstr("'model.torchscript' and 'model.plugin' are two models"));
  EXPECT_THAT(complaint("{plugin: libnet.so, type: lenet}"),
              HasSubstr("'model.plugin' and 'model.type' are two models"));
  EXPECT_THAT(complaint("{torchscript: net.pt, options: {a: 1}}"),
              HasSubstr("unknown key 'model.options'"));
  EXPECT_THAT(complaint("{plugin: libnet.so, option: {a: 1}}"),
              HasSubstr("did you mean 'options'?"));
  EXPECT_THAT(complaint("{plugin: libnet.so, options: {a: {b: 1}}}"),
              HasSubstr("job.yaml:3:41: 'model.options.a' must be one value, or a list of values"));
  EXPECT_THAT(complaint("{plugin: libnet.so, options: 3}"), HasSubstr("must be a map"));
  EXPECT_THAT(complaint("{torchscript: net.pt, sha256: abc}"), HasSubstr("64 digits"));
  EXPECT_THAT(complaint("{torchscript: ''}"), HasSubstr("'model.torchscript' is missing"));
  EXPECT_THAT(parse_job("name: a\ntask: translation\ndata: {source: /d, text: a, target: b}\n"
                        "model: {torchscript: net.pt}\n",
                        "job.yaml")
                  .status()
                  .to_string(),
              HasSubstr("job.yaml:4:22: 'model.torchscript' cannot translate"));
}

}  // namespace
}  // namespace howdah::job
