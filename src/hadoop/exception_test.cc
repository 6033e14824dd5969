#include "hadoop/exception.h"

#include <gtest/gtest.h>

namespace howdah::hadoop {
namespace {

TEST(Exception, has_a_code_for_each_class_of_the_contract) {
  const struct {
    const char* java_class;
    Code code;
  } kExpected[] = {
      {"java.io.FileNotFoundException", Code::kNotFound},
      {"org.apache.hadoop.security.AccessControlException", Code::kPermissionDenied},
      {"org.apache.hadoop.hdfs.server.namenode.SafeModeException", Code::kSafeMode},
      {"org.apache.hadoop.ipc.StandbyException", Code::kStandby},
      {"org.apache.hadoop.security.token.SecretManager$InvalidToken", Code::kTokenExpired},
      {"org.apache.hadoop.fs.FileAlreadyExistsException", Code::kAlreadyExists},
      {"org.apache.hadoop.fs.PathIsNotEmptyDirectoryException", Code::kFailedPrecondition},
      {"org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException", Code::kFailedPrecondition},
      {"org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException", Code::kAborted},
      {"org.apache.hadoop.hdfs.protocol.NSQuotaExceededException", Code::kQuotaExceeded},
      {"org.apache.hadoop.hdfs.protocol.DSQuotaExceededException", Code::kQuotaExceeded},
      {"java.lang.NullPointerException", Code::kInternal},
      {"", Code::kInternal},
  };
  for (const auto& expected : kExpected)
    EXPECT_EQ(status_of_exception(expected.java_class, "x").code(), expected.code)
        << expected.java_class;
}

TEST(Exception, keeps_the_first_line_and_names_an_unknown_class) {
  EXPECT_EQ(status_of_exception("java.io.FileNotFoundException", "\n no /a \r\n\tat x.y(Z.java:1)")
                .message(),
            "no /a");
  EXPECT_EQ(status_of_exception("java.io.FileNotFoundException", "").message(),
            "FileNotFoundException");
  EXPECT_EQ(status_of_exception("java.lang.AssertionError", "odd\n\tat").message(),
            "AssertionError: odd");
  EXPECT_EQ(status_of_exception("java.io.FileNotFoundException", "a\x1b[31mb").message(),
            "a [31mb");
  EXPECT_LT(status_of_exception("x", std::string(1 << 20, 'y')).message().size(), 3000u);
}

TEST(Exception, sees_safe_mode_inside_a_retriable_exception) {
  EXPECT_EQ(status_of_exception("org.apache.hadoop.ipc.RetriableException",
                                "org.apache.hadoop.hdfs.server.namenode.SafeModeException: Cannot")
                .code(),
            Code::kSafeMode);
}

}  // namespace
}  // namespace howdah::hadoop
