// What a Java exception from a Hadoop server means to us.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::hadoop {

// "SafeModeException" of "org.apache.hadoop.hdfs.server.namenode.SafeModeException"; of a nested
// class the inner name.
std::string_view simple_class_name(std::string_view java_class);

// The code goes by the class (a table; unknown classes are kInternal and named in the message), the
// message is the first line of `text`, which Hadoop fills with the stack trace.
Status status_of_exception(std::string_view java_class, std::string_view text);

// The server says "the other one" or "later": the call did not run.
bool is_try_elsewhere(std::string_view java_class);
bool is_try_later(std::string_view java_class);

}  // namespace howdah::hadoop
