#include "comm/tree.h"

#include <cstring>

#include "comm/test_members.h"
#include "comm/tree_sum.h"

namespace howdah::comm {
namespace {

using Nodes = std::vector<TreeNode>;

TEST(Tree, a_node_is_clipped_by_the_last_stream) {
  EXPECT_EQ((TreeNode{2, 0}.covers(3)), (StreamRange{0, 3}));
  EXPECT_EQ((TreeNode{1, 1}.covers(3)), (StreamRange{2, 3}));
  EXPECT_EQ((TreeNode{0, 4}.covers(3)).size(), 0);
}

TEST(Tree, an_aligned_range_is_one_node) {
  EXPECT_EQ(subtrees_of({0, 8}, 8), (Nodes{{3, 0}}));
  EXPECT_EQ(subtrees_of({4, 8}, 8), (Nodes{{2, 1}}));
  EXPECT_EQ(subtrees_of({2, 3}, 3), (Nodes{{0, 2}}));
  EXPECT_EQ(subtrees_of({0, 5}, 5), (Nodes{{3, 0}}));
}

TEST(Tree, an_unaligned_range_is_the_fewest_nodes) {
  EXPECT_EQ(subtrees_of({0, 3}, 4), (Nodes{{1, 0}, {0, 2}}));
  EXPECT_EQ(subtrees_of({1, 4}, 4), (Nodes{{0, 1}, {1, 1}}));
  EXPECT_EQ(subtrees_of({1, 7}, 8), (Nodes{{0, 1}, {1, 1}, {1, 2}, {0, 6}}));
  EXPECT_EQ(subtrees_of({3, 5}, 5), (Nodes{{0, 3}, {0, 4}}));
  EXPECT_TRUE(subtrees_of({3, 3}, 5).empty());
}

TEST(TreeSum, has_the_bits_of_the_plain_tree_for_all_leaves_and_lengths) {
  for (int streams = 1; streams <= 9; ++streams)
    for (int members = 1; members <= std::min(streams, 4); ++members)
      for (const auto& ranges : all_assignments(streams, members)) {
        Nodes leaves;
        for (const StreamRange range : ranges)
          for (const TreeNode node : subtrees_of(range, streams)) leaves.push_back(node);
        const TreeSum tree(leaves, streams);
        for (const size_t count : {size_t{1}, size_t{37}, size_t{2049}}) {
          std::vector<std::vector<float>> arrays;
          std::vector<const float*> pointers;
          for (const TreeNode leaf : leaves) {
            arrays.emplace_back(count);
            for (size_t i = 0; i < count; ++i) arrays.back()[i] = test_sum(leaf, streams, i);
          }
          for (const auto& array : arrays) pointers.push_back(array.data());
          const std::vector<float> expected = test_total(streams, count);
          tree.run(pointers, arrays[0].data(), count);  // in place
          ASSERT_EQ(std::memcmp(arrays[0].data(), expected.data(), count * sizeof(float)), 0)
              << streams << " streams, " << members << " members";
        }
      }
}

}  // namespace
}  // namespace howdah::comm
