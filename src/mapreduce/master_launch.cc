#include "mapreduce/master_launch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace howdah::mapreduce {
namespace {

constexpr const char* kYarnClassPath =
    "$HADOOP_CONF_DIR,$HADOOP_COMMON_HOME/share/hadoop/common/*,"
    "$HADOOP_COMMON_HOME/share/hadoop/common/lib/*,$HADOOP_HDFS_HOME/share/hadoop/hdfs/*,"
    "$HADOOP_HDFS_HOME/share/hadoop/hdfs/lib/*,$HADOOP_YARN_HOME/share/hadoop/yarn/*,"
    "$HADOOP_YARN_HOME/share/hadoop/yarn/lib/*";
constexpr const char* kMapReduceClassPath =
    "$HADOOP_MAPRED_HOME/share/hadoop/mapreduce/*,$HADOOP_MAPRED_HOME/share/hadoop/mapreduce/lib/*";

// What Java 9 and later hides from Hadoop.
constexpr const char* kOpens =
    "if [ -e \"${JAVA_HOME:-/nowhere}/lib/modules\" ] || [ -z \"$JAVA_HOME\" ]; then\n"
    "for p in java.lang java.util java.util.concurrent java.util.zip java.io java.net java.nio "
    "java.math java.text; do opens=\"$opens --add-opens=java.base/$p=ALL-UNNAMED\"; done\nfi\n";

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> entries;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find_first_of(",", begin), list.size());
    std::string entry = list.substr(begin, end - begin);
    entry.erase(0, entry.find_first_not_of(" \t\n"));
    if (const size_t last = entry.find_last_not_of(" \t\n"); last != std::string::npos)
      entry.resize(last + 1);
    if (!entry.empty()) entries.push_back(std::move(entry));
    begin = end + 1;
  }
  return entries;
}

// Variables stay ($HOME, and YARN's {{HOME}}), commands do not.
std::string for_double_quotes(const std::string& text) {
  std::string quoted;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "{{") == 0) {
      quoted += "${";
      ++i;
    } else if (text.compare(i, 2, "}}") == 0) {
      quoted += "}";
      ++i;
    } else if (text.compare(i, 5, "<CPS>") == 0) {
      quoted += ":";
      i += 4;
    } else {
      if (text[i] == '"' || text[i] == '`' || text[i] == '\\' || text.compare(i, 2, "$(") == 0)
        quoted += '\\';
      quoted += text[i];
    }
  }
  return quoted;
}

std::string exports(const std::string& list) {
  std::string script;
  for (const std::string& entry : split(list)) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = entry.substr(0, equals);
    const bool named = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return isalnum(static_cast<unsigned char>(c)) || c == '_';
    });
    if (named)
      script +=
          fmt::format("export {}=\"{}\"\n", name, for_double_quotes(entry.substr(equals + 1)));
  }
  return script;
}

std::string options(const hadoop::Configuration& settings) {
  std::string text = settings.get("yarn.app.mapreduce.am.admin-command-opts", "") + " " +
                     settings.get("yarn.app.mapreduce.am.command-opts", "-Xmx1024m");
  static constexpr std::string_view kPlaceholder = "<ADD_OPENS>";
  for (size_t at = 0; (at = text.find(kPlaceholder, at)) != std::string::npos;)
    text.erase(at, kPlaceholder.size());
  return text;
}

}  // namespace

std::string class_path(const hadoop::Configuration& settings) {
  std::vector<std::string> path;
  for (const auto& list :
       {split(settings.get("yarn.application.classpath", kYarnClassPath)),
        split(settings.get("mapreduce.application.classpath", kMapReduceClassPath))})
    for (const std::string& entry : list)
      if (std::find(path.begin(), path.end(), entry) == path.end()) path.push_back(entry);
  return for_double_quotes(fmt::format("{}", fmt::join(path, ":")));
}

std::string master_script(const hadoop::Configuration& settings, bool with_jar, int64_t heap_mib) {
  std::string script = exports(settings.get("yarn.app.mapreduce.am.admin.user.env", "")) +
                       exports(settings.get("yarn.app.mapreduce.am.env", ""));
  std::string path = "$PWD";
  if (with_jar) path += fmt::format(":$PWD/{}", kJarLink);
  script += fmt::format("export CLASSPATH=\"{}:{}:$PWD/*\"\n", path, class_path(settings));
  script += "export LD_LIBRARY_PATH=\"$PWD:$HADOOP_COMMON_HOME/lib/native:$LD_LIBRARY_PATH\"\n";
  script += "mkdir -p tmp; log=$(readlink /proc/$$/fd/1); log=${log%/*}\n";
  std::string java = options(settings);
  if (heap_mib > 0) java += fmt::format(" -Xmx{}m", heap_mib);
  if (java.find("GC") == std::string::npos) java += " -XX:+UseSerialGC";
  if (java.find("TieredStop") == std::string::npos) java += " -XX:TieredStopAtLevel=1";
  if (java.find("--add-opens") == std::string::npos) {
    script += kOpens;
    java += " $opens";
  }
  script += fmt::format(
      "exec \"${{JAVA_HOME:+$JAVA_HOME/bin/}}java\" -Djava.io.tmpdir=\"$PWD/tmp\" "
      "-Dlog4j.configuration=container-log4j.properties "
      "-Dyarn.app.container.log.dir=\"$log\" -Dyarn.app.container.log.filesize=0 "
      "-Dhadoop.root.logger={},CLA -Dhadoop.root.logfile=syslog {} "
      "org.apache.hadoop.mapreduce.v2.app.MRAppMaster\n",
      settings.get("yarn.app.mapreduce.am.log.level", "INFO"), java);
  return script;
}

}  // namespace howdah::mapreduce
