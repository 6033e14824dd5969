#include "hadoop/credentials.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "hadoop/proto/security.pb.h"
#include "hadoop/rpc_frame.h"

namespace howdah::hadoop {
namespace {

std::string from_hex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

// Written by Java's Credentials.writeTokenStorageToStream of Hadoop 3.4.2: two tokens, one of them
// with an identifier of 200 letters i, and a secret.
std::string java_file(std::string_view head, std::string_view tail) {
  return from_hex(head) + std::string(200, 'i') + from_hex(tail);
}
const std::string kJavaWritable =
    java_file("484454530002026e6e8fc8",
              "040001feff15484446535f44454c45474154494f4e5f544f4b454e0e3132372e302e302e313a39303030"
              "02726d04616d726d027077105941524e5f414d5f524d5f544f4b454e00010773c3a96372657406686964"
              "64656e");
const std::string kJavaProtobuf =
    java_file("4844545301bb020aff010a026e6e12f8010ac801",
              "12040001feff1a15484446535f44454c45474154494f4e5f544f4b454e220e3132372e302e302e313a39"
              "3030300a240a02726d121e0a04616d726d120270771a105941524e5f414d5f524d5f544f4b454e220012"
              "110a0773c3a9637265741a0668696464656e");

// Sets an environment variable for one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = getenv(name)) old_ = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(Credentials, reads_both_formats_that_java_writes) {
  for (const std::string& bytes : {kJavaWritable, kJavaProtobuf}) {
    const auto credentials = Credentials::parse(as_bytes(bytes));
    ASSERT_TRUE(credentials) << credentials.status().to_string();
    ASSERT_EQ(credentials->tokens().size(), 2u);
    const Token* token = credentials->find_token("HDFS_DELEGATION_TOKEN");
    ASSERT_NE(token, nullptr);
    EXPECT_EQ(token->identifier, std::string(200, 'i'));
    EXPECT_EQ(token->password, std::string("\x00\x01\xfe\xff", 4));
    EXPECT_EQ(token->service, "127.0.0.1:9000");
    EXPECT_EQ(credentials->find_token("YARN_AM_RM_TOKEN", "")->identifier, "amrm");
    EXPECT_EQ(credentials->find_token("YARN_AM_RM_TOKEN", "elsewhere"), nullptr);
    EXPECT_EQ(credentials->find_token("NMToken"), nullptr);
    EXPECT_EQ(credentials->secret("s\xc3\xa9"
                                  "cret"),
              "hidden");
    EXPECT_EQ(credentials->secret("other"), std::nullopt);
  }
}

TEST(Credentials, writes_what_java_writes) {
  Credentials credentials;
  EXPECT_EQ(credentials.serialize(), std::string("HDTS\0\0\0", 7));
  EXPECT_EQ(Credentials::parse(as_bytes(kJavaWritable))->serialize(), kJavaWritable);
}

TEST(Credentials, refuses_every_truncation) {
  Credentials credentials;
  credentials.add_token("alias", Token{"identifier", "password", "kind", "service"});
  credentials.add_secret("name", "secret");
  const std::string bytes = credentials.serialize();
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(Credentials::parse(as_bytes(bytes.substr(0, length))).status().code(), Code::kCorrupt)
        << length;
  EXPECT_EQ(Credentials::parse(as_bytes(bytes + "x")).status().code(), Code::kCorrupt);
}

TEST(Credentials, refuses_unknown_formats_and_absurd_counts) {
  EXPECT_EQ(Credentials::parse(as_bytes("XDTS")).status().code(), Code::kCorrupt);
  EXPECT_EQ(Credentials::parse(as_bytes(std::string("HDTS\x02\x00", 6))).status().code(),
            Code::kCorrupt);
  EXPECT_EQ(
      Credentials::parse(as_bytes(std::string("HDTS\0\x8c\x7f\xff\xff\xff", 10))).status().code(),
      Code::kCorrupt);
  EXPECT_EQ(Credentials::parse(as_bytes(std::string("HDTS\0\xff", 6))).status().code(),
            Code::kCorrupt);
}

TEST(Credentials, come_from_the_file_that_the_environment_names) {
  const std::string path = testing::TempDir() + "/credentials_test.token";
  Credentials credentials;
  credentials.add_secret("job", "key");
  std::ofstream(path, std::ios::binary) << credentials.serialize();
  {
    const Environment environment("HADOOP_TOKEN_FILE_LOCATION", path.c_str());
    EXPECT_EQ(Credentials::from_environment()->secret("job"), "key");
    std::filesystem::remove(path);
    const Status status = Credentials::from_environment().status();
    EXPECT_EQ(status.code(), Code::kNotFound);
    EXPECT_EQ(status.peer(), path);
  }
  const Environment environment("HADOOP_TOKEN_FILE_LOCATION", nullptr);
  EXPECT_TRUE(Credentials::from_environment()->tokens().empty());
}

TEST(User, follows_hadoops_variables) {
  const Environment name("HADOOP_USER_NAME", "alice");
  {
    const Environment proxy("HADOOP_PROXY_USER", nullptr);
    EXPECT_EQ(User::current()->name, "alice");
    EXPECT_EQ(User::current()->real_user, "");
  }
  const Environment proxy("HADOOP_PROXY_USER", "bob");
  EXPECT_EQ(User::current()->name, "bob");
  EXPECT_EQ(User::current()->real_user, "alice");
}

}  // namespace
}  // namespace howdah::hadoop
