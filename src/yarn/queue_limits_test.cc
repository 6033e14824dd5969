#include "yarn/queue_limits.h"

#include <gtest/gtest.h>

namespace howdah::yarn {
namespace {

TEST(QueueLimits, are_found_below_other_queues) {
  const std::string json = R"({"scheduler":{"schedulerInfo":{"queues":{"queue":[
    {"queuePath":"root.a","queues":{"queue":[
      {"queuePath":"root.a.b","maximumAllocation":{"memory":1024,"vCores":2,
       "resourceInformations":{"resourceInformation":[{"name":"yarn.io/gpu","value":3}]}}}]}},
    {"queuePath":"root.c","maximumAllocation":{"memory":2048,"vCores":4}}]}}}})";
  EXPECT_EQ(queue_maximum_in(json, "root.a.b"), (Resource{1024, 2, 3}));
  EXPECT_EQ(queue_maximum_in(json, "root.c"), (Resource{2048, 4, 0}));
  EXPECT_EQ(queue_maximum_in(json, "root.a"), std::nullopt);
}

TEST(QueueLimits, are_unknown_in_what_is_no_such_document) {
  for (const char* json :
       {"", "{", "[]", "{}", "null", R"({"scheduler":3})",
        R"({"scheduler":{"schedulerInfo":{"queues":{"queue":{}}}}})",
        R"({"scheduler":{"schedulerInfo":{"queues":{"queue":[7,{"queuePath":"root.c"}]}}}})",
        R"({"scheduler":{"schedulerInfo":{"queues":{"queue":[
           {"queuePath":"root.c","maximumAllocation":{"memory":"x","vCores":null}}]}}}})"})
    EXPECT_EQ(queue_maximum_in(json, "root.c"), std::nullopt) << json;
}

}  // namespace
}  // namespace howdah::yarn
