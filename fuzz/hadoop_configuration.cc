// Any bytes as a *-site.xml, and every value in it read in every way.
#include "hadoop/configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah::hadoop;
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  Configuration configuration;
  const auto properties = parse_properties(xml, "fuzz");
  if (!properties || !configuration.add_xml(xml, "fuzz").is_ok()) return 0;
  using std::chrono::milliseconds;
  for (size_t i = 0; i < properties->size() && i < 32; ++i) {
    const std::string& key = (*properties)[i].name;
    (void)configuration.get(key);
    (void)configuration.get_list(key);
    (void)configuration.get_int(key, 0);
    (void)configuration.get_bool(key, false);
    (void)configuration.get_size_bytes(key, 0);
    (void)configuration.get_duration(key, milliseconds(0), milliseconds(1));
  }
  return 0;
}
