#include <pugixml.hpp>
#include <sstream>

#include "hadoop/configuration.h"

namespace howdah::hadoop {

std::string Configuration::to_xml() const {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("configuration");
  for (const auto& [key, entry] : entries_) {
    pugi::xml_node property = root.append_child("property");
    property.append_child("name").text().set(key.c_str());
    property.append_child("value").text().set(expand(entry.value).c_str());
  }
  std::ostringstream text;
  document.save(text);
  return text.str();
}

}  // namespace howdah::hadoop
