#include "mapreduce/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "mapreduce/job.h"

namespace howdah::mapreduce {
namespace {

std::string unescape_url(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// What the script writes when streaming's command line finds it in its environment.
std::string run(const std::string& command, const std::map<std::string, std::string>& variables) {
  const auto script = command_script(command, variables);
  EXPECT_TRUE(script) << script.status().to_string();
  if (!script) return "";
  setenv("howdah_mapper", encode_script(*script).c_str(), 1);
  FILE* pipe = popen(unescape_url(streaming_command("howdah.mapper")).c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer{};
  for (size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), n);
  const int code = pclose(pipe);
  if (code != 0) output += "exit " + std::to_string(WEXITSTATUS(code));
  return output;
}

TEST(Command, pipes_and_quotes_are_the_shells) {
  EXPECT_EQ(run("echo 'a  b' | tr a c", {}), "c  b\n");
  EXPECT_EQ(run("printf '%s\\n' \"a\tb\" '${fs.defaultFS}' \"\\$x\"", {}),
            "a\tb\n${fs.defaultFS}\n$x\n");
  EXPECT_EQ(run("for i in 1 2\ndo echo $i\ndone", {}), "1\n2\n");
}

TEST(Command, variables_hold_any_text) {
  const std::string nasty = "a 'b' \"c\" $d `e` \\ \n\t é \xff=,;";
  EXPECT_EQ(run("printf %s \"$V\"", {{"V", nasty}}), nasty);
}

TEST(Command, the_exit_code_is_the_commands) {
  EXPECT_EQ(run("exit 3", {}), "exit 3");
  EXPECT_EQ(run("false", {}), "exit 1");
  EXPECT_EQ(run("cat /nowhere-at-all 2>&1 >/dev/null | grep -c No", {}), "1\n");
}

TEST(Command, the_encoding_has_only_plain_signs) {
  const std::string value = encode_script("${a}\n\t\\\x01\xff'\"<&");
  for (const char c : value) EXPECT_TRUE(c >= ' ' && c < 0x7f);
  EXPECT_EQ(value.find('$'), std::string::npos);
}

TEST(Command, what_cannot_be_carried_is_refused) {
  EXPECT_EQ(command_script("cat", {{"1A", "x"}}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(command_script("cat", {{"A B", "x"}}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(command_script(std::string("c\0t", 3), {}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(command_script(std::string(kCommandBytes, 'x'), {}).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::mapreduce
