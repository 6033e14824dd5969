#include "yarn/launch_context.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "yarn/proto/records.pb.h"

namespace howdah::yarn {
namespace {

const std::vector<std::string> kNasty{"",
                                      " ",
                                      "it's",
                                      "say \"hello\"",
                                      "$HOME $(id) `id`",
                                      "\\",
                                      "\\n\\\\\\\"",
                                      "two\nlines",
                                      "tab\t",
                                      "{{HOME}}}",
                                      "<LOG_DIR>/<CPS>/",
                                      "{{",
                                      "}}",
                                      "a;b&c|d>e*",
                                      "'\"'\"'",
                                      "grüße",
                                      "$'\\x41'",
                                      "!history"};

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// What a NodeManager does to commands and values (ContainerLaunch.expandEnvironment).
std::string expanded(std::string text) {
  text = replace_all(std::move(text), "<LOG_DIR>", "/dev");
  text = replace_all(std::move(text), "<CPS>", ":");
  return replace_all(replace_all(std::move(text), "{{", "$"), "}}", "");
}

// Runs a script of bash and returns its output.
std::string output_of(const std::string& script) {
  std::string path = (std::filesystem::temp_directory_path() / "launch.XXXXXX").string();
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  std::ofstream(path + "/script") << script;
  std::FILE* pipe = popen(("bash " + path + "/script").c_str(), "re");
  std::string output;
  std::array<char, 4096> part{};
  while (const size_t count = std::fread(part.data(), 1, part.size(), pipe))
    output.append(part.data(), count);
  pclose(pipe);
  std::filesystem::remove_all(path);
  return output;
}

TEST(LaunchContext, every_argument_survives_the_node_manager_and_both_shells) {
  std::string command = "printf " + *quote_argument("%s\\0") + " ";
  std::string expected;
  for (std::string argument : kNasty) {
    command += *quote_argument(argument) + " ";
    expected += argument + '\0';
  }
  command += *quote_argument("\x01\x7f\xff");
  expected += std::string("\x01\x7f\xff") + '\0';
  EXPECT_EQ(output_of("exec /bin/bash -c \"" + expanded(command) + "\"\n"), expected);
}

TEST(LaunchContext, every_value_of_a_variable_survives_too) {
  for (const std::string& value : kNasty)
    EXPECT_EQ(output_of("export NAME=\"" + expanded(*quote_environment(value)) +
                        "\"\nprintf %s \"$NAME\"\n"),
              value);
}

TEST(LaunchContext, sends_output_to_the_log_folder) {
  EXPECT_EQ(*command_line({"./howdah", "worker", "--n=1"}),
            "exec ./howdah worker --n=1 1>'<LOG_DIR>/stdout' 2>'<LOG_DIR>/stderr'");
}

TEST(LaunchContext, refuses_what_cannot_travel) {
  EXPECT_EQ(command_line({}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(quote_argument(std::string_view("a\0b", 3)).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(quote_environment(std::string_view("a\0b", 3)).status().code(), Code::kInvalidArgument);
  for (const char* wrong :
       {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xe4\xb8"})
    EXPECT_EQ(quote_environment(wrong).status().code(), Code::kInvalidArgument);
  proto::ContainerLaunchContextProto message;
  for (const char* name : {"", "A B", "1A", "A=B", "A-B", "É"})
    EXPECT_EQ(put({{"true"}, {{name, "x"}}, {}, {}}, &message).code(), Code::kInvalidArgument)
        << name;
  for (const char* uri : {"", "/path", "hdfs:/path", "hdfs://host", "hdfs://host:x/path"})
    EXPECT_EQ(put({{"true"}, {}, {{"a", uri, 1, 1, false}}, {}}, &message).code(),
              Code::kInvalidArgument)
        << uri;
}

TEST(LaunchContext, names_files_with_their_time_and_visibility) {
  proto::ContainerLaunchContextProto message;
  ASSERT_TRUE(put({{"true"},
                   {},
                   {{"lib/a.so", "hdfs://nn:9000/lib/a.so", 5, 1234, true},
                    {"b", "hdfs://nameservice/b", 6, 5678, false},
                    {"c", "file:///c", 7, 9, false}},
                   "HDTS"},
                  &message));
  ASSERT_EQ(message.localresources_size(), 3);
  const auto& first = message.localresources(0);
  EXPECT_EQ(first.key(), "lib/a.so");
  EXPECT_EQ(first.value().resource().scheme(), "hdfs");
  EXPECT_EQ(first.value().resource().host(), "nn");
  EXPECT_EQ(first.value().resource().port(), 9000);
  EXPECT_EQ(first.value().resource().file(), "/lib/a.so");
  EXPECT_EQ(first.value().timestamp(), 1234);
  EXPECT_EQ(first.value().size(), 5);
  EXPECT_EQ(first.value().visibility(), proto::PUBLIC);
  EXPECT_EQ(message.localresources(1).value().resource().host(), "nameservice");
  EXPECT_FALSE(message.localresources(1).value().resource().has_port());
  EXPECT_EQ(message.localresources(1).value().visibility(), proto::APPLICATION);
  EXPECT_FALSE(message.localresources(2).value().resource().has_host());
  EXPECT_EQ(message.tokens(), "HDTS");
}

}  // namespace
}  // namespace howdah::yarn
