// Hadoop's configuration: core-site.xml, hdfs-site.xml, yarn-site.xml, mapred-site.xml of one
// folder. Hadoop: org.apache.hadoop.conf.Configuration: later files win, <final>true</final> stays,
// ${name} expands to another key or ${env.NAME}; deprecated names are known for the keys that
// Howdah reads.
//
// A value type; const methods are thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hadoop/configuration_xml.h"

namespace howdah::hadoop {

class Configuration {
 public:
  Configuration() = default;

  // Reads every *-site.xml of the four above that exists in the folder.
  //   kNotFound         no such folder, or none of the files in it
  //   kInvalidArgument  a file is not well-formed XML (file and line in the message)
  static Result<Configuration> load(const std::string& folder);
  // HADOOP_CONF_DIR, else HADOOP_HOME/etc/hadoop, else /etc/hadoop/conf; empty when none is there.
  static Result<Configuration> load_default();
  // One XML document, as the NodeManager localizes job.xml.
  Status add_xml(std::string_view xml, const std::string& name);

  void set(std::string key, std::string value);
  // Expanded. Nothing when the key is absent or empty.
  std::optional<std::string> get(std::string_view key) const;
  std::string get(std::string_view key, std::string_view fallback) const;
  // A value that does not parse is kInvalidArgument naming key, value and file: never the fallback.
  Result<int64_t> get_int(std::string_view key, int64_t fallback) const;
  Result<bool> get_bool(std::string_view key, bool fallback) const;
  // "30s", "5m", "100ms"; a bare number is in `unit`.
  Result<std::chrono::milliseconds> get_duration(std::string_view key,
                                                 std::chrono::milliseconds fallback,
                                                 std::chrono::milliseconds unit) const;
  // "128m", "1g", "4096".
  Result<int64_t> get_size_bytes(std::string_view key, int64_t fallback) const;
  // Comma-separated, trimmed, empty entries dropped.
  std::vector<std::string> get_list(std::string_view key) const;

  // Every key with its expanded value, as one document that add_xml reads.
  std::string to_xml() const;

  // The folder it was loaded from; empty when from none.
  const std::string& folder() const { return folder_; }
  // The default file system's URI ("fs.defaultFS"), e.g. "hdfs://127.0.0.1:9000"; "file:///" when
  // unset.
  std::string default_fs() const;

 private:
  struct Entry {
    std::string value, source;
    bool final_value = false;
  };
  void apply(std::vector<Property> properties);
  std::string expand(std::string text) const;
  Status refuse(std::string_view key, std::string_view value, std::string_view wanted) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::string folder_;
};

// For what somebody waits for: a server that is away is reported after some 3 s instead of 20
// (howdah.rpc.retries). False where the user has chosen, and nothing is changed.
bool answer_soon(Configuration& configuration);

}  // namespace howdah::hadoop
