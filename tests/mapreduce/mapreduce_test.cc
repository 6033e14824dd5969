#include "mapreduce/job_client.h"
#include "mapreduce/routing.h"
#include "net/http_get.h"
#include "real_jobs.h"

namespace howdah::mapreduce {
namespace {

using testing::HasSubstr;

class RealMapReduce : public RealJobs {};

// 30,000 words of 97, from a fixed rule.
std::string many_lines() {
  std::string text;
  for (unsigned i = 0, word = 1; i < 30'000; ++i) {
    word = word * 1'103'515'245 + 12'345;
    text += "word" + std::to_string(word / 65'536 % 97) + (i % 10 == 9 ? "\n" : " ");
  }
  return text;
}

std::map<std::string, int> count_words(const std::string& text) {
  std::map<std::string, int> counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++counts[word];
  return counts;
}

std::map<std::string, int> counts_in(const std::string& output) {
  std::map<std::string, int> counts;
  std::istringstream lines(output);
  std::string word;
  for (int count = 0; lines >> word >> count;) counts[word] += count;
  return counts;
}

constexpr const char* kSum =
    "awk -F'\\t' '{ n[$1] += $2 } END { for (w in n) printf \"%s\\t%d\\n\", w, n[w] }'";

TEST_F(RealMapReduce, shell_commands_count_words_as_this_machine_does) {
  const std::string text = many_lines();
  write("in/a", text);
  write("in/b", "word1 only here\n");
  SplitLimits limits;
  limits.max_bytes = static_cast<int64_t>(text.size()) / 2;
  StreamingJob job = job_over({"in"}, limits);
  ASSERT_EQ(job.splits.size(), 3u);
  job.mapper = R"(tr -s ' ' '\n' | sed "s/\$/$TAB$ONE/")";
  job.environment = {{"TAB", "\t"}, {"ONE", "1"}};
  job.combiner = kSum;
  job.reducer = kSum;
  job.reduces = 2;
  const size_t staged_before = staged();
  const JobEnd end = run_well(job);
  EXPECT_EQ(counts_in(read_parts("out")), count_words(text + "word1 only here\n"));
  EXPECT_TRUE(exists(path("out/part-00001")));
  EXPECT_TRUE(exists(path("out/_SUCCESS")));
  EXPECT_EQ(staged(), staged_before);

  const auto& task = end.counters.at("org.apache.hadoop.mapreduce.TaskCounter");
  EXPECT_EQ(task.at("MAP_INPUT_RECORDS"), 3001);
  EXPECT_EQ(task.at("MAP_OUTPUT_RECORDS"), 30'003);
  EXPECT_LE(task.at("REDUCE_INPUT_RECORDS"), 3 * 99) << "the combiner did not run";
  EXPECT_GT(end.seconds, 0);

  ASSERT_FALSE(heard_.empty());
  EXPECT_EQ(heard_.front().state, JobProgress::State::kPreparing);
  EXPECT_EQ(heard_.back().state, JobProgress::State::kDone);
  EXPECT_EQ(heard_.back().maps_done, 3);
  EXPECT_EQ(heard_.back().reduces_done, 2);
  EXPECT_EQ(heard_.back().map_fraction, 1);
  EXPECT_EQ(heard_.back().reduce_fraction, 1);

  const auto id = yarn::ApplicationId::parse(end.application_id);
  ASSERT_TRUE(id);
  const std::string url = "http://" + *configuration_.get("mapreduce.jobhistory.webapp.address") +
                          "/ws/v1/history/mapreduce/jobs/" + job_name(*id);
  std::string page;
  for (const Deadline deadline = soon(); page.empty() && !deadline.expired();) {
    const auto answer = net::http_get(url, {}, soon());
    if (answer) page = *answer;
  }
  EXPECT_THAT(page, HasSubstr("\"state\":\"SUCCEEDED\""));
  EXPECT_THAT(page, HasSubstr("\"mapsCompleted\":3"));
}

TEST_F(RealMapReduce, one_map_without_reducer_runs_within_the_master_with_its_files) {
  write("in", "b\na\n");
  write("table", "from hdfs\n");
  StreamingJob job = job_over({"in"});
  job.mapper = "script.sh";
  char script[] = "/tmp/howdah-script-XXXXXX";
  const int file = mkstemp(script);
  ASSERT_GE(file, 0);
  const std::string_view text =
      "#!/bin/bash\ncat table -\necho 'reporter:counter:mine,lines,7' >&2\n";
  ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(file);
  job.files = {{std::string("file://") + script, "script.sh"}, {path("table"), ""}};
  const JobEnd end = run_well(job);
  unlink(script);
  EXPECT_EQ(read_parts("out"), "from hdfs\t\nb\t\na\t\n");
  EXPECT_EQ(end.counters.at("mine").at("lines"), 7);
  EXPECT_EQ(end.counters.at("org.apache.hadoop.mapreduce.JobCounter").at("NUM_UBER_SUBMAPS"), 1);
}

// A raw record's field, for printf: its length and its bytes, all in octal.
std::string raw(const std::string& bytes) {
  std::string text = "\\000\\000\\000";
  const auto append = [&](size_t byte) {
    char octal[8];
    snprintf(octal, sizeof octal, "\\%03zo", byte & 0xff);
    text += octal;
  };
  append(bytes.size());
  for (const char c : bytes) append(static_cast<unsigned char>(c));
  return text;
}

std::string hex(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char two[4];
    snprintf(two, sizeof two, "%02x ", static_cast<unsigned char>(c));
    out += two;
  }
  out.pop_back();
  return out;
}

TEST_F(RealMapReduce, raw_bytes_reach_the_reducer_that_their_prefix_names) {
  write("in/a", "x\n");
  write("in/b", "y\n");
  StreamingJob job = job_over({"in"});
  ASSERT_EQ(job.splits.size(), 2u);
  job.reduces = 3;
  std::string records;
  for (int reducer = 0; reducer < 3; ++reducer)
    records += raw(key_prefix_for(reducer, 3) + "k") + raw("\n\tv");
  job.mapper = "cat > /dev/null; printf '" + records + "'";
  job.reducer = "cat";
  job.map_output = job.reduce_output = Io::kRawBytes;
  job.partition = Partition::kPrefix;
  run_well(job);
  for (int reducer = 0; reducer < 3; ++reducer) {
    const auto part =
        fs::read_file(*files_, path("out/part-0000" + std::to_string(reducer)), 1000, soon());
    ASSERT_TRUE(part) << part.status().to_string();
    const std::string line = hex(key_prefix_for(reducer, 3) + "k") + "\t" + hex("\n\tv") + "\n";
    EXPECT_EQ(*part, line + line);
  }
}

TEST_F(RealMapReduce, each_map_gets_exactly_its_lines) {
  const std::string names = "one\ntwo\nthree\nfour\nfive\n";
  write("names", names);
  StreamingJob job = job_over({"names"});
  job.splits = splits_of_lines(job.splits.front().uri, names, 2);
  ASSERT_EQ(job.splits.size(), 3u);
  job.mapper = "echo $(cat)";
  run_well(job);
  EXPECT_EQ(read_parts("out"), "one two\t\nthree four\t\nfive\t\n");
}

}  // namespace
}  // namespace howdah::mapreduce
