#include "exporting/weights_file.h"

namespace howdah::exporting {

Status check_names(const TrainedModel& model, Names names) {
  if (names == Names::kHowdah) return Status::ok();
  if (model.zoo == model::ZooType::kResnet18 || model.zoo == model::ZooType::kResnet50)
    return Status::ok();
  return Status(Code::kInvalidArgument, "torchvision has no names for this network")
      .with_peer(model.job_uri)
      .with_advice("only for models of type resnet18 and resnet50; leave --names out");
}

std::string weights_file(const TrainedModel& model, Names names) {
  std::vector<train::TensorView> tensors = model.tensors;
  if (names == Names::kTorchvision && model.zoo)
    for (train::TensorView& tensor : tensors)
      tensor.name = model::torchvision_name(*model.zoo, tensor.name).value_or(tensor.name);
  std::string file;
  const Status written = train::write_safetensors(tensors, [&](Bytes bytes) {
    file += as_text(bytes);
    return Status::ok();
  });
  static_cast<void>(written.is_ok());  // a string takes everything
  return file;
}

}  // namespace howdah::exporting
