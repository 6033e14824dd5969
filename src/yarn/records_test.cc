#include "yarn/records.h"

#include <gtest/gtest.h>

#include "yarn/wire.h"

namespace howdah::yarn {
namespace {

TEST(Ids, are_written_and_read_as_hadoop_does) {
  const ApplicationId application{1'700'000'000'000, 7};
  EXPECT_EQ(application.to_string(), "application_1700000000000_0007");
  EXPECT_EQ(*ApplicationId::parse("application_1700000000000_12345"),
            (ApplicationId{1'700'000'000'000, 12345}));
  EXPECT_EQ((AttemptId{application, 2}).to_string(), "appattempt_1700000000000_0007_000002");
  const ContainerId container{{application, 1}, 2};
  EXPECT_EQ(container.to_string(), "container_1700000000000_0007_01_000002");
  EXPECT_EQ(*ContainerId::parse(container.to_string()), container);
}

TEST(Ids, keep_the_epoch_of_a_restarted_resource_manager) {
  const ContainerId container{{{1'700'000'000'000, 7}, 1}, (int64_t{17} << 40) | 1};
  EXPECT_EQ(container.to_string(), "container_e17_1700000000000_0007_01_000001");
  EXPECT_EQ(*ContainerId::parse(container.to_string()), container);
  EXPECT_TRUE(container.is_application_master());
}

TEST(Ids, refuse_what_is_none) {
  for (const char* wrong :
       {"", "application", "application_", "application_1", "application_1_2_3", "application_x_1",
        "application_1_", "job_1_2", "application_1_-2", "application_1_99999999999"})
    EXPECT_EQ(ApplicationId::parse(wrong).status().code(), Code::kInvalidArgument) << wrong;
  for (const char* wrong : {"", "container_1_2_3", "container_e_1_2_3_4", "container_ex_1_2_3_4",
                            "container_1_2_3_99999999999999", "container_e99999999_1_2_3_4"})
    EXPECT_EQ(ContainerId::parse(wrong).status().code(), Code::kInvalidArgument) << wrong;
}

TEST(Resource, fits_when_every_part_does) {
  EXPECT_TRUE((Resource{1024, 1, 0}).fits({1024, 1, 0}));
  EXPECT_FALSE((Resource{1025, 1, 0}).fits({1024, 1, 0}));
  EXPECT_FALSE((Resource{1024, 2, 0}).fits({1024, 1, 0}));
  EXPECT_FALSE((Resource{1024, 1, 1}).fits({1024, 1, 0}));
  EXPECT_EQ((Resource{2048, 1, 0}).to_string(), "2048 MiB, 1 core");
  EXPECT_EQ((Resource{2048, 4, 2}).to_string(), "2048 MiB, 4 cores, 2 GPUs");
}

TEST(Wire, carries_gpus_beside_memory_and_cores) {
  proto::ResourceProto message;
  wire::put(Resource{2048, 4, 2}, &message);
  EXPECT_EQ(message.memory(), 2048);
  ASSERT_EQ(message.resource_value_map_size(), 1);
  EXPECT_EQ(message.resource_value_map(0).key(), "yarn.io/gpu");
  EXPECT_EQ(wire::get(message), (Resource{2048, 4, 2}));
}

TEST(Wire, cuts_a_tree_of_queues_that_never_ends) {
  proto::QueueInfoProto root;
  proto::QueueInfoProto* queue = &root;
  for (int i = 0; i < 90; ++i) queue = queue->add_childqueues();
  const QueueInfo info = wire::get(root);
  int depth = 0;
  for (const QueueInfo* at = &info; !at->children.empty(); at = &at->children[0]) ++depth;
  EXPECT_EQ(depth, 32);
}

}  // namespace
}  // namespace howdah::yarn
