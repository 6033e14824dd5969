#include "hadoop/configuration.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace howdah::hadoop {
namespace {

using std::chrono::milliseconds;

std::string property(const std::string& name, const std::string& value, bool is_final = false) {
  return "<property><name>" + name + "</name><value>" + value + "</value>" +
         (is_final ? "<final>true</final>" : "") + "</property>\n";
}
std::string document(const std::string& properties) {
  return "<?xml version=\"1.0\"?>\n<!-- a comment -->\n<configuration>\n" + properties +
         "</configuration>\n";
}
Configuration with(const std::string& properties) {
  Configuration configuration;
  const Status status = configuration.add_xml(document(properties), "test.xml");
  EXPECT_TRUE(status) << status.to_string();
  return configuration;
}

class Folder : public testing::Test {
 protected:
  Folder() {
    std::string pattern = testing::TempDir() + "/configuration_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() override { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(path_ + "/" + name) << content;
  }
  std::string path_;
};
using ConfigurationFolder = Folder;

TEST_F(ConfigurationFolder, a_later_file_wins_unless_the_earlier_value_is_final) {
  write("core-site.xml", document(property("fs.defaultFS", "hdfs://nn:9000") +
                                  property("a", "core") + property("b", "core", true)));
  write("hdfs-site.xml", document(property("a", "hdfs") + property("b", "hdfs")));
  const auto configuration = Configuration::load(path_);
  ASSERT_TRUE(configuration) << configuration.status().to_string();
  EXPECT_EQ(configuration->get("a"), "hdfs");
  EXPECT_EQ(configuration->get("b"), "core");
  EXPECT_EQ(configuration->default_fs(), "hdfs://nn:9000");
  EXPECT_EQ(configuration->folder(), path_);
}

TEST_F(ConfigurationFolder, names_file_and_line_of_malformed_xml) {
  write("core-site.xml",
        "<configuration>\n<property>\n<name>a</nom></property>\n</configuration>\n");
  const Status status = Configuration::load(path_).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.peer(), path_ + "/core-site.xml:3") << status.to_string();
}

TEST_F(ConfigurationFolder, says_when_the_folder_or_its_files_are_missing) {
  EXPECT_EQ(Configuration::load(path_).status().code(), Code::kNotFound);
  EXPECT_EQ(Configuration::load(path_ + "/nothing").status().code(), Code::kNotFound);
}

TEST_F(ConfigurationFolder, includes_files_and_their_fallbacks) {
  write("site.inc", document(property("from", "include")));
  write("core-site.xml",
        "<configuration xmlns:xi=\"http://www.w3.org/2001/XInclude\">\n"
        "<xi:include href=\"site.inc\"/>\n"
        "<xi:include href=\"missing.inc\"><xi:fallback>" +
            property("instead", "fallback") + "</xi:fallback></xi:include>\n</configuration>");
  const auto configuration = Configuration::load(path_);
  ASSERT_TRUE(configuration) << configuration.status().to_string();
  EXPECT_EQ(configuration->get("from"), "include");
  EXPECT_EQ(configuration->get("instead"), "fallback");
}

TEST_F(ConfigurationFolder, refuses_a_file_that_includes_itself_and_one_that_is_missing) {
  write("core-site.xml", "<configuration>\n<include href=\"core-site.xml\"/></configuration>");
  EXPECT_EQ(Configuration::load(path_).status().code(), Code::kInvalidArgument);
  write("core-site.xml", "<configuration>\n<include href=\"missing\"/></configuration>");
  EXPECT_EQ(Configuration::load(path_).status().code(), Code::kNotFound);
}

TEST_F(ConfigurationFolder, is_found_by_the_environment) {
  write("core-site.xml", document(property("a", "1")));
  setenv("HADOOP_CONF_DIR", path_.c_str(), 1);
  EXPECT_EQ(Configuration::load_default()->get("a"), "1");
  setenv("HADOOP_CONF_DIR", (path_ + "/nothing").c_str(), 1);
  EXPECT_EQ(Configuration::load_default().status().code(), Code::kNotFound);
  unsetenv("HADOOP_CONF_DIR");
  std::filesystem::create_directories(path_ + "/etc/hadoop");
  std::filesystem::rename(path_ + "/core-site.xml", path_ + "/etc/hadoop/core-site.xml");
  setenv("HADOOP_HOME", path_.c_str(), 1);
  EXPECT_EQ(Configuration::load_default()->get("a"), "1");
  unsetenv("HADOOP_HOME");
}

TEST(Configuration, refuses_a_document_of_another_kind) {
  Configuration configuration;
  EXPECT_EQ(configuration.add_xml("<html></html>", "x").code(), Code::kInvalidArgument);
  EXPECT_EQ(configuration.add_xml("", "x").code(), Code::kInvalidArgument);
  EXPECT_EQ(configuration.add_xml(document("<property><value>1</value></property>"), "x").peer(),
            "x:4");
  EXPECT_EQ(configuration.add_xml(document("<include href=\"/etc/passwd\"/>"), "x").code(),
            Code::kInvalidArgument);
}

TEST(Configuration, takes_nothing_of_a_malformed_document) {
  Configuration configuration;
  EXPECT_FALSE(configuration.add_xml(document(property("a", "1") + "<property/>"), "x"));
  EXPECT_EQ(configuration.get("a"), std::nullopt);
}

TEST(Configuration, reads_attributes_entities_and_blanks) {
  const Configuration configuration =
      with("<property name=\"a\" value=\"x &amp; y\" final=\"true\"/>" + property("b", "\n 1 \n") +
           property("c", "") + property("\n d ", "2") + property("a", "later"));
  EXPECT_EQ(configuration.get("a"), "x & y");
  EXPECT_EQ(configuration.get("b"), "1");
  EXPECT_EQ(configuration.get("c"), std::nullopt);
  EXPECT_EQ(configuration.get("c", "fallback"), "fallback");
  EXPECT_EQ(configuration.get("d"), "2");
}

TEST(Configuration, expands_keys_and_the_environment) {
  setenv("CONFIGURATION_TEST", "/data", 1);
  setenv("CONFIGURATION_TEST_EMPTY", "", 1);
  const Configuration configuration = with(
      property("base", "${env.CONFIGURATION_TEST}/hadoop") + property("dir", "file://${base}/dn") +
      property("s", "s") + property("nested", "${ba${s}e}") +
      property("unknown", "${nobody}/x/${base}") +
      property("default", "${env.CONFIGURATION_TEST_EMPTY:-d}${env.CONFIGURATION_TEST_NONE-e}"));
  EXPECT_EQ(configuration.get("dir"), "file:///data/hadoop/dn");
  EXPECT_EQ(configuration.get("nested"), "/data/hadoop");
  EXPECT_EQ(configuration.get("unknown"), "${nobody}/x//data/hadoop");
  EXPECT_EQ(configuration.get("default"), "de");
}

TEST(Configuration, leaves_a_value_that_refers_to_itself_as_it_is) {
  const Configuration configuration = with(property("a", "${b}") + property("b", "x${a}"));
  EXPECT_EQ(configuration.get("a"), "${b}");
}

TEST(Configuration, does_not_let_a_value_grow_without_limit) {
  std::string properties = property("v0", std::string(1000, 'x'));
  for (int i = 1; i < 10; ++i) {
    std::string value;
    for (int j = 0; j < 2000; ++j) value += "${v" + std::to_string(i - 1) + "}";
    properties += property("v" + std::to_string(i), value);
  }
  EXPECT_LT(with(properties).get("v9")->size(), size_t{1} << 20);
}

TEST(Configuration, reads_numbers_booleans_times_and_sizes) {
  const Configuration configuration =
      with(property("int", "-12") + property("hex", "0x10") + property("yes", "TRUE") +
           property("no", "false") + property("bare", "7") + property("s", "30s") +
           property("m", "5 m") + property("us", "2500us") + property("size", "128M") +
           property("list", " a, ,b ,"));
  EXPECT_EQ(*configuration.get_int("int", 0), -12);
  EXPECT_EQ(*configuration.get_int("hex", 0), 16);
  EXPECT_EQ(*configuration.get_int("absent", 3), 3);
  EXPECT_EQ(*configuration.get_bool("yes", false), true);
  EXPECT_EQ(*configuration.get_bool("no", true), false);
  EXPECT_EQ(*configuration.get_duration("bare", milliseconds(0), milliseconds(1000)),
            milliseconds(7000));
  EXPECT_EQ(*configuration.get_duration("s", milliseconds(0), milliseconds(1)),
            milliseconds(30000));
  EXPECT_EQ(*configuration.get_duration("m", milliseconds(0), milliseconds(1)),
            milliseconds(300000));
  EXPECT_EQ(*configuration.get_duration("us", milliseconds(0), milliseconds(1)), milliseconds(2));
  EXPECT_EQ(*configuration.get_size_bytes("size", 0), int64_t{128} << 20);
  EXPECT_EQ(configuration.get_list("list"), (std::vector<std::string>{"a", "b"}));
}

TEST(Configuration, never_takes_the_fallback_for_a_value_that_does_not_parse) {
  const Configuration configuration =
      with(property("word", "many") + property("unit", "3 parsecs") +
           property("huge", "99999999999999999999") + property("overflow", "9000000000g"));
  for (const char* key : {"word", "unit", "huge"}) {
    EXPECT_EQ(configuration.get_int(key, 1).status().code(), Code::kInvalidArgument) << key;
    EXPECT_EQ(configuration.get_size_bytes(key, 1).status().code(), Code::kInvalidArgument) << key;
    EXPECT_EQ(configuration.get_duration(key, milliseconds(1), milliseconds(1)).status().code(),
              Code::kInvalidArgument)
        << key;
  }
  EXPECT_EQ(configuration.get_size_bytes("overflow", 1).status().code(), Code::kInvalidArgument);
  const Status status = configuration.get_bool("word", true).status();
  EXPECT_EQ(status.message(), "word is 'many', not true or false");
  EXPECT_EQ(status.peer(), "test.xml");
}

TEST(Configuration, knows_the_old_names_of_keys) {
  Configuration configuration = with(property("fs.default.name", "hdfs://old:1"));
  EXPECT_EQ(configuration.default_fs(), "hdfs://old:1");
  EXPECT_EQ(configuration.get("fs.default.name"), "hdfs://old:1");
  configuration.set("fs.defaultFS", "hdfs://new:1");
  EXPECT_EQ(configuration.get("fs.default.name"), "hdfs://new:1");
  EXPECT_EQ(Configuration().default_fs(), "file:///");
}

}  // namespace
}  // namespace howdah::hadoop
