#include "roles/user_module.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "roles/sibling.h"

namespace howdah::roles {
namespace {

constexpr size_t kCopyBytes = 4 << 20;

std::vector<std::string> inspection(const job::JobSpec& spec, const std::string& conf_dir,
                                    const KnownInput& input) {
  std::vector<std::string> words = {"inspect", "--job", job::to_yaml(spec)};
  const auto add = [&](const char* option, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(option);
    words.push_back(value);
  };
  add("--index", spec.data.index);
  add("--conf", conf_dir);
  add("--input", fmt::format("{}", fmt::join(input.shape, ",")));
  if (input.vocabulary > 0) add("--vocabulary", std::to_string(input.vocabulary));
  return words;
}

// The user's code may write to standard output, too: ours is the last line.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Status look_into_module(job::JobSpec& spec, const std::string& conf_dir, const KnownInput& input) {
  model::UserModule& module = *spec.training.module;
  const auto printed = run_sibling("howdah-train", inspection(spec, conf_dir, input));
  if (!printed) {
    const Status& status = printed.status();
    const bool crashed = status.message().starts_with("howdah-train was killed by signal");
    return Status(crashed ? Code::kInvalidArgument : status.code(),
                  crashed ? fmt::format("{}: it crashes when it is tried: {}", module.file,
                                        status.message())
                          : status.message())
        .with_peer(module.where);
  }
  const auto json = nlohmann::json::parse(last_line(*printed), nullptr, false);
  if (!json.is_object() || !json.contains("sha256") || !json["sha256"].is_string() ||
      !json.contains("parts"))
    return Status(Code::kInternal, "howdah-train did not say what the module is")
        .with_peer(module.where);
  module.sha256 = json["sha256"].get<std::string>();
  module.parts = HOWDAH_TRY(model::parts_from_json(json["parts"].dump()));
  return Status::ok();
}

Status stage_module(fs::FileSystems& files, const JobFolder& folder, model::UserModule& module,
                    Deadline deadline) {
  const fs::Location from = HOWDAH_TRY(files.resolve(module.file));
  const fs::Location to = folder.inside(
      module.kind == model::UserModule::Kind::kTorchScript ? "module.pt" : "module.so");
  const auto source = HOWDAH_TRY(from.files->open(from.path, deadline));
  fs::CreateOptions options;
  options.permission = 0600;
  const auto copy = HOWDAH_TRY(to.files->create(to.path, options, deadline));
  Sha256 digest;
  std::vector<std::byte> bytes(kCopyBytes);
  for (int64_t at = 0; at < source->length_bytes();) {
    const size_t count = HOWDAH_TRY(source->read_at(at, bytes, deadline));
    if (count == 0) break;
    const Bytes part = Bytes(bytes).first(count);
    digest.update(part);
    HOWDAH_TRY(copy->write(part, deadline));
    at += static_cast<int64_t>(count);
  }
  HOWDAH_TRY(copy->close(deadline));
  if (digest.hex() != module.sha256)
    return Status(Code::kInvalidArgument, module.file + ": it was changed meanwhile")
        .with_peer(module.where)
        .with_advice("submit the job again");
  module.file = to.uri();
  return Status::ok();
}

}  // namespace howdah::roles
