// Any bytes as the frames of a server: lengths, headers, exceptions, SASL messages.
#include "hadoop/exception.h"
#include "hadoop/rpc_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::hadoop;
  const howdah::Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto response = parse_response(std::string(howdah::as_text(bytes)));
  if (!response) return 0;
  if (response->failed()) {
    (void)status_of_exception(response->exception, response->message);
    return 0;
  }
  howdah::Bytes body = response->body();
  proto::RpcSaslProto message;
  while (!body.empty() && take_delimited(&body, &message)) {
  }
  return 0;
}
