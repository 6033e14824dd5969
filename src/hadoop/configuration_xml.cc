#include "hadoop/configuration_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <pugixml.hpp>

#include "hadoop/small_file.h"

namespace howdah::hadoop {
namespace {

constexpr size_t kMaxFileBytes = size_t{16} << 20;
constexpr int kMaxIncludes = 8;
constexpr int kMaxNesting = 32;

// Looks for properties in one document.
class PropertiesReader {
 public:
  // `folder`: where includes are looked for; null when there is none.
  PropertiesReader(std::string_view xml, const std::string& name,
                   const std::filesystem::path* folder, int includes)
      : xml_(xml), name_(name), folder_(folder), includes_(includes) {}

  Result<std::vector<Property>> read() {
    if (xml_.size() > kMaxFileBytes)
      return Status(Code::kInvalidArgument, "larger than 16 MiB").with_peer(name_);
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(xml_.data(), xml_.size());
    if (!parsed) return refuse(parsed.offset, parsed.description());
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "configuration")
      return refuse(root.offset_debug(), "the outermost element is not <configuration>");
    HOWDAH_TRY(read_element(root, 0));
    return std::move(properties_);
  }

 private:
  Status refuse(std::ptrdiff_t offset, const std::string& why) const {
    const auto end =
        std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(xml_.size()));
    const auto line = 1 + std::count(xml_.begin(), xml_.begin() + end, '\n');
    return Status(Code::kInvalidArgument, why)
        .with_operation("read configuration")
        .with_peer(fmt::format("{}:{}", name_, line));
  }

  Status read_element(const pugi::xml_node& element, int depth) {
    if (depth > kMaxNesting)
      return refuse(element.offset_debug(), "elements are nested too deeply");
    for (const pugi::xml_node& child : element.children()) {
      const std::string_view tag = child.name();
      if (tag == "property") {
        HOWDAH_TRY(read_property(child));
      } else if (tag == "configuration") {
        HOWDAH_TRY(read_element(child, depth + 1));
      } else if (tag == "include" || tag.ends_with(":include")) {
        HOWDAH_TRY(read_include(child, depth));
      }
    }
    return Status::ok();
  }

  Status read_property(const pugi::xml_node& node) {
    const auto field = [&node](const char* name) -> std::string {
      if (const auto attribute = node.attribute(name)) return attribute.value();
      return node.child(name).text().get();
    };
    Property property{field("name"), field("value"), field("final") == "true", name_};
    const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0; };
    std::erase_if(property.name, is_blank);
    if (property.name.empty()) return refuse(node.offset_debug(), "a <property> without a name");
    properties_.push_back(std::move(property));
    return Status::ok();
  }

  Status read_include(const pugi::xml_node& node, int depth) {
    const std::string href = node.attribute("href").value();
    if (!folder_ || href.empty() || href.find("://") != std::string::npos)
      return refuse(node.offset_debug(), "cannot include '" + href + "': only files are included");
    if (includes_ >= kMaxIncludes)
      return refuse(node.offset_debug(), "files include one another too deeply");
    auto included = read_file(*folder_ / href, includes_ + 1);
    if (!included) {
      if (included.status().code() != Code::kNotFound) return included.status();
      for (const pugi::xml_node& child : node.children())
        if (std::string_view(child.name()).ends_with("fallback"))
          return read_element(child, depth + 1);
      return included.status().with_advice("it is included by " + name_);
    }
    std::ranges::move(*included, std::back_inserter(properties_));
    return Status::ok();
  }

 public:
  static Result<std::vector<Property>> read_file(const std::filesystem::path& path, int includes) {
    const auto content = read_small_file(path.string(), kMaxFileBytes);
    if (!content) return content.status().with_operation("read configuration");
    const std::filesystem::path folder = path.parent_path();
    const std::string name = path.string();
    return PropertiesReader(*content, name, &folder, includes).read();
  }

 private:
  const std::string_view xml_;
  const std::string& name_;
  const std::filesystem::path* folder_;
  const int includes_;
  std::vector<Property> properties_;
};

}  // namespace

Result<std::vector<Property>> parse_properties(std::string_view xml, const std::string& name) {
  return PropertiesReader(xml, name, nullptr, 0).read();
}

Result<std::vector<Property>> read_properties_file(const std::string& path) {
  return PropertiesReader::read_file(path, 0);
}

}  // namespace howdah::hadoop
