#include "job/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::job {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Drives a coordinator and keeps what it did in the last step.
class CoordinatorTest : public testing::Test {
 protected:
  void start(CoordinatorOptions options) {
    coordinator_.emplace(options, now_);
    done_ = coordinator_->start();
  }
  void start(int streams, int workers_min, int workers_max) {
    CoordinatorOptions options;
    options.streams = streams;
    options.workers_min = workers_min;
    options.workers_max = workers_max;
    start(options);
  }
  void give(const Event& event) { done_ = coordinator_->step(event, now_); }
  // Time passes, with a Tick whenever one was asked for; what it did is kept of all of them.
  void pass(Instant duration) {
    const Instant until = now_ + duration;
    std::vector<Action> all;
    while (coordinator_->next_timer() && *coordinator_->next_timer() <= until) {
      now_ = *coordinator_->next_timer();
      give(Tick{});
      all.insert(all.end(), done_.begin(), done_.end());
    }
    now_ = until;
    done_ = all;
  }
  static std::string container(WorkerNumber worker) { return "c" + std::to_string(worker); }
  void hello(WorkerNumber worker, const std::string& fingerprint = "avx2") {
    give(WorkerHello{worker, container(worker), "h:" + std::to_string(worker), fingerprint});
  }
  void join(WorkerNumber worker) {
    give(ContainerGranted{container(worker), "node" + std::to_string(worker)});
    hello(worker);
  }
  // Everyone of the present generation says that it formed at the step.
  void form(int64_t step) {
    const GenerationPlan plan = *coordinator_->generation();
    for (const MemberPlan& member : plan.members)
      give(WorkerFormed{member.worker, plan.generation, step});
    EXPECT_EQ(coordinator_->phase(), Phase::kTraining);
  }
  void train(int streams, int workers, int64_t step = 0) {
    start(streams, workers, workers);
    for (int i = 0; i < workers; ++i) join(static_cast<WorkerNumber>(i));
    form(step);
  }
  uint64_t generation() const { return coordinator_->generation()->generation; }
  Phase phase() const { return coordinator_->phase(); }

  template <typename A>
  std::vector<A> did() const {
    std::vector<A> of_kind;
    for (const Action& action : done_)
      if (const A* one = std::get_if<A>(&action)) of_kind.push_back(*one);
    return of_kind;
  }
  template <typename A>
  std::vector<WorkerNumber> sent() const {
    std::vector<WorkerNumber> to;
    for (const A& one : did<A>()) to.push_back(one.worker);
    return to;
  }
  std::vector<std::string> released() const {
    std::vector<std::string> containers;
    for (const auto& one : did<ReleaseContainer>()) containers.push_back(one.container);
    return containers;
  }
  std::optional<Ending> ending() const {
    const auto ends = did<EndJob>();
    return ends.empty() ? std::nullopt : std::optional(ends.front().ending);
  }

  Instant now_ = 1s;
  std::optional<Coordinator> coordinator_;
  std::vector<Action> done_;
};

// ---- the gang

TEST_F(CoordinatorTest, asks_for_the_maximum_and_starts_when_it_is_there) {
  start(4, 1, 2);
  ASSERT_THAT(did<AskContainers>(), SizeIs(1));
  EXPECT_EQ(did<AskContainers>()[0].count, 2);
  join(0);
  EXPECT_THAT(sent<SendForm>(), IsEmpty());
  join(1);
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0, 1));
  const GenerationPlan plan = *coordinator_->generation();
  EXPECT_EQ(plan.generation, 1U);
  EXPECT_EQ(plan.start_step, -1);
  EXPECT_FALSE(plan.holder_rank.has_value());
  EXPECT_EQ(plan.members[0], (MemberPlan{0, "h:0", 0, 2}));
  EXPECT_EQ(plan.members[1], (MemberPlan{1, "h:1", 2, 4}));
  form(0);
}

TEST_F(CoordinatorTest, starts_with_the_minimum_after_the_delay) {
  start(4, 1, 2);
  join(0);
  pass(999ms);
  EXPECT_EQ(phase(), Phase::kGathering);
  pass(1ms);
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, gives_everything_back_when_the_gang_does_not_come_and_says_who_and_why) {
  CoordinatorOptions options;
  options.streams = 4;
  options.workers_min = options.workers_max = 3;
  options.gang_timeout = 60s;
  start(options);
  join(0);
  give(ContainerGranted{"c1", "node7"});
  give(ContainersWait{"queue default is full"});
  EXPECT_EQ(coordinator_->waiting_for(), "waiting for 2 of 3 workers: queue default is full");
  pass(60s);
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->outcome, Outcome::kFailed);
  EXPECT_EQ(ending()->cause, Cause::kTimeout);
  EXPECT_EQ(ending()->worker, 1);
  EXPECT_EQ(ending()->message,
            "2 of 3 workers did not come within 60 s; worker 1 on node7 was launched but stayed "
            "silent; 1 container not granted: queue default is full");
  EXPECT_THAT(released(), ElementsAre("c0", "c1"));
}

TEST_F(CoordinatorTest, replaces_a_worker_that_never_reports) {
  start(2, 2, 2);
  join(0);
  give(ContainerGranted{"c1", "node7"});
  pass(120s);
  EXPECT_THAT(released(), ElementsAre("c1"));
  ASSERT_THAT(did<AskContainers>(), SizeIs(1));
  EXPECT_EQ(did<AskContainers>()[0].count, 1);
  join(2);
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0, 2));
}

TEST_F(CoordinatorTest, launches_a_container_once_and_gives_back_what_is_too_much) {
  start(2, 1, 1);
  give(ContainerGranted{"a", "n"});
  EXPECT_THAT(did<LaunchWorker>(), SizeIs(1));
  give(ContainerGranted{"a", "n"});
  EXPECT_THAT(done_, IsEmpty());
  give(ContainerGranted{"b", "n"});
  EXPECT_THAT(did<LaunchWorker>(), IsEmpty());
  EXPECT_THAT(released(), ElementsAre("b"));
}

TEST_F(CoordinatorTest, refuses_workers_that_differ_and_ends_after_three) {
  start(4, 2, 2);
  join(0);
  for (WorkerNumber worker = 1; worker <= 3; ++worker) {
    give(ContainerGranted{container(worker), "old"});
    hello(worker, "sse4");
    EXPECT_THAT(released(), testing::Contains(container(worker)));
  }
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->cause, Cause::kConfiguration);
  EXPECT_THAT(ending()->message, HasSubstr("sse4"));
  EXPECT_THAT(ending()->message, HasSubstr("avx2"));
}

// ---- losing workers

TEST_F(CoordinatorTest, forms_at_once_when_a_killed_worker_is_suspected_and_disconnected) {
  train(4, 3);
  give(WorkerBroken{0, 1, 7, 2, "connection reset"});
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(1, 2));
  give(WorkerHalting{1, 1});
  give(WorkerHalted{1, 1, 8});
  EXPECT_THAT(sent<SendForm>(), IsEmpty());
  give(WorkerDisconnected{2});
  EXPECT_THAT(released(), ElementsAre("c2"));
  ASSERT_THAT(sent<SendForm>(), ElementsAre(0, 1));
  const GenerationPlan plan = did<SendForm>()[0].plan;
  EXPECT_EQ(plan.generation, 2U);
  EXPECT_EQ(plan.start_step, 8);
  EXPECT_EQ(plan.holder_rank, 1);
  EXPECT_EQ(did<AskContainers>()[0].count, 1);
}

TEST_F(CoordinatorTest, forms_at_once_when_the_disconnect_comes_before_the_suspicion) {
  train(4, 2);
  give(WorkerDisconnected{1});
  EXPECT_EQ(phase(), Phase::kTraining);
  give(WorkerBroken{0, 1, 5, 1, "connection reset"});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, forms_when_the_cluster_says_that_the_container_finished) {
  train(4, 2);
  give(ContainerFinished{"c1", Cause::kUserCode, 137, ""});
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(0));
  EXPECT_THAT(released(), IsEmpty());
  EXPECT_THAT(did<Announce>()[0].text,
              "worker 1 on node1 was lost (killed by signal 9); 1 worker goes on");
  give(WorkerHalted{0, 1, 5});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
  EXPECT_EQ(did<SendForm>()[0].plan.start_step, 5);
  EXPECT_EQ(did<SendForm>()[0].plan.members[0].streams_end, 4);
}

TEST_F(CoordinatorTest, loses_a_frozen_suspect_after_the_grace) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, 1, "silent"});
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(1));
  pass(249ms);
  EXPECT_EQ(phase(), Phase::kHalting);
  pass(1ms);
  EXPECT_THAT(released(), ElementsAre("c1"));
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, suspects_the_other_workers_of_a_node_that_fell_silent) {
  start(4, 3, 3);
  join(0);
  for (WorkerNumber worker : {1U, 2U}) {
    give(ContainerGranted{container(worker), "dead-node"});
    hello(worker);
  }
  form(0);
  give(WorkerBroken{0, 1, 5, 1, "silent"});
  pass(500ms);
  EXPECT_THAT(released(), ElementsAre("c1", "c2"));
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, keeps_a_suspect_that_answers) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, 1, "silent"});
  give(WorkerHalting{1, 1});
  pass(5s);
  EXPECT_EQ(phase(), Phase::kHalting);
  give(WorkerHalted{1, 1, 6});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0, 1));
  EXPECT_EQ(did<SendForm>()[0].plan.holder_rank, 1);
}

TEST_F(CoordinatorTest, trains_on_while_only_the_control_connection_is_away) {
  train(4, 2);
  give(WorkerDisconnected{1});
  pass(2'999ms);
  EXPECT_EQ(phase(), Phase::kTraining);
  give(WorkerReconnected{1});
  pass(3600s);
  EXPECT_EQ(phase(), Phase::kTraining);
  give(WorkerDisconnected{1});
  pass(3s);
  EXPECT_THAT(released(), ElementsAre("c1"));
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, repeats_to_who_comes_back_what_it_may_have_missed) {
  train(4, 2);
  give(WorkerDisconnected{1});
  give(WorkerBroken{0, 1, 5, std::nullopt, "aborted"});
  EXPECT_THAT(sent<SendHalt>(), IsEmpty());
  give(WorkerReconnected{1});
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(1));
  give(WorkerHalted{1, 1, 5});
  EXPECT_EQ(phase(), Phase::kForming);
  give(WorkerFormed{0, 2, 5});
  give(WorkerDisconnected{1});
  give(WorkerReconnected{1});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(1));
}

TEST_F(CoordinatorTest, loses_who_does_not_halt_in_time) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, std::nullopt, "aborted"});
  pass(30s);
  EXPECT_THAT(released(), ElementsAre("c1"));
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, goes_back_to_storage_when_all_were_lost) {
  train(4, 2);
  give(ContainerFinished{"c0", Cause::kLostNode, 0, ""});
  give(ContainerFinished{"c1", Cause::kLostNode, 0, ""});
  EXPECT_EQ(phase(), Phase::kGathering);
  EXPECT_EQ(did<AskContainers>()[0].count, 2);
  join(2);
  join(3);
  ASSERT_THAT(sent<SendForm>(), ElementsAre(2, 3));
  EXPECT_EQ(did<SendForm>()[0].plan.start_step, -1);
  EXPECT_FALSE(did<SendForm>()[0].plan.holder_rank.has_value());
}

TEST_F(CoordinatorTest, halts_again_when_a_member_is_lost_while_it_forms) {
  train(4, 3);
  give(ContainerFinished{"c2", Cause::kLostNode, 0, ""});
  give(WorkerHalted{0, 1, 5});
  give(WorkerHalted{1, 1, 4});
  EXPECT_EQ(phase(), Phase::kForming);
  give(WorkerFormed{0, 2, 5});
  give(ContainerFinished{"c0", Cause::kLostNode, 0, ""});
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(1));
  give(WorkerHalted{1, 2, 4});  // the state did not arrive: the step is computed again
  ASSERT_THAT(sent<SendForm>(), ElementsAre(1));
  EXPECT_EQ(did<SendForm>()[0].plan.start_step, 4);
}

TEST_F(CoordinatorTest, asks_those_that_do_not_form_in_time_whether_they_live) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, 1, "reset"});
  give(WorkerHalted{1, 1, 5});
  give(WorkerFormed{0, 2, 5});
  pass(60s);
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(0, 1));
  give(WorkerHalting{0, 2});
  pass(250ms);
  EXPECT_THAT(released(), ElementsAre("c1"));
  give(WorkerHalted{0, 2, 5});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, parts_with_one_of_two_that_cannot_work_together) {
  train(4, 2);
  for (uint64_t broken = 1; broken <= 3; ++broken) {
    EXPECT_EQ(generation(), broken);
    give(WorkerBroken{0, broken, 0, 1, "reset"});
    give(WorkerBroken{1, broken, 0, 0, "reset"});
  }
  EXPECT_THAT(released(), ElementsAre("c1"));
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, keeps_together_workers_that_make_progress_between_breaks) {
  train(4, 2);
  for (uint64_t broken = 1; broken <= 9; ++broken) {
    give(WorkerBroken{0, broken, static_cast<int64_t>(broken), 1, "reset"});
    give(WorkerBroken{1, broken, static_cast<int64_t>(broken), 0, "reset"});
    EXPECT_THAT(sent<SendForm>(), ElementsAre(0, 1));
  }
}

TEST_F(CoordinatorTest, ignores_what_is_stale_repeated_or_of_strangers) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, 1, "reset"});
  give(WorkerHalted{1, 1, 5});
  form(5);
  const std::vector<Event> noise{WorkerBroken{0, 1, 5, 1, "reset"},
                                 WorkerHalted{1, 1, 9},
                                 WorkerHalting{1, 1},
                                 WorkerFormed{0, 1, 9},
                                 WorkerFormed{0, 2, 9},
                                 WorkerDone{0, 1},
                                 WorkerProgress{0, 1, 99},
                                 WorkerHalted{0, 2, 99},
                                 WorkerBroken{9, 2, 5, 0, ""},
                                 WorkerFailed{9, Cause::kUserCode, ""},
                                 WorkerDisconnected{9},
                                 WorkerDone{9, 2},
                                 WorkerBroken{0, 3, 5, 1, "future"},
                                 ContainerFinished{"unknown", Cause::kUserCode, 1, ""},
                                 WorkerHello{0, "other", "h:666", "x"}};
  for (const Event& event : noise) {
    give(event);
    EXPECT_THAT(done_, IsEmpty());
    EXPECT_EQ(phase(), Phase::kTraining);
  }
}

// ---- growing

TEST_F(CoordinatorTest, lets_a_replacement_join_at_a_step_boundary) {
  train(4, 2);
  give(ContainerFinished{"c1", Cause::kPreempted, 0, ""});
  give(WorkerHalted{0, 1, 5});
  form(5);
  join(2);
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(0));
  give(WorkerHalting{0, 2});
  give(WorkerHalted{0, 2, 9});
  ASSERT_THAT(sent<SendForm>(), ElementsAre(0, 2));
  EXPECT_EQ(did<SendForm>()[0].plan.start_step, 9);
  EXPECT_EQ(did<SendForm>()[0].plan.holder_rank, 0);
}

TEST_F(CoordinatorTest, lets_several_join_together) {
  start(4, 1, 4);
  join(0);
  pass(1s);
  form(0);
  join(1);
  pass(500ms);
  join(2);
  EXPECT_THAT(sent<SendHalt>(), IsEmpty());
  pass(500ms);
  EXPECT_THAT(sent<SendHalt>(), ElementsAre(0));
  give(WorkerHalted{0, 1, 3});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(0, 1, 2));
}

TEST_F(CoordinatorTest, takes_what_members_see_of_each_others_halt_for_no_break) {
  start(6, 2, 6);
  join(0);
  join(1);
  pass(1s);
  form(0);
  for (WorkerNumber joiner = 2; joiner < 6; ++joiner) {  // several times, without a step between
    join(joiner);
    pass(1s);
    const uint64_t halted = generation();
    give(WorkerHalted{0, halted, 0});
    for (WorkerNumber member = 1; member < joiner; ++member)
      give(WorkerBroken{member, halted, 0, 0, "reset"});
    EXPECT_THAT(sent<SendForm>(), SizeIs(joiner + 1));
    EXPECT_THAT(released(), IsEmpty());
    form(0);
  }
}

// ---- the end

TEST_F(CoordinatorTest, succeeds_when_all_are_done) {
  train(4, 2);
  give(WorkerDone{1, 1});
  EXPECT_EQ(phase(), Phase::kTraining);
  give(WorkerDone{0, 1});
  EXPECT_THAT(sent<SendFinish>(), ElementsAre(0, 1));
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->to_string(), "SUCCEEDED");
  give(Tick{});
  EXPECT_THAT(done_, IsEmpty());
  EXPECT_EQ(coordinator_->next_timer(), std::nullopt);
}

TEST_F(CoordinatorTest, restarts_nothing_once_the_first_rank_is_done) {
  train(4, 2);
  give(WorkerDone{0, 1});
  give(ContainerFinished{"c1", Cause::kUserCode, 137, ""});
  EXPECT_THAT(sent<SendHalt>(), IsEmpty());
  EXPECT_THAT(sent<SendFinish>(), ElementsAre(0));
  EXPECT_EQ(ending()->outcome, Outcome::kSucceeded);
}

TEST_F(CoordinatorTest, does_the_end_again_when_the_first_rank_is_lost_before_it_was_done) {
  train(4, 2);
  give(WorkerDone{1, 1});
  give(ContainerFinished{"c0", Cause::kUserCode, 137, ""});
  give(WorkerHalted{1, 1, 100});
  EXPECT_THAT(sent<SendForm>(), ElementsAre(1));
  give(WorkerFormed{1, 2, 100});
  give(WorkerDone{1, 2});
  EXPECT_EQ(ending()->outcome, Outcome::kSucceeded);
}

TEST_F(CoordinatorTest, waits_not_for_ever_for_the_others_to_be_done) {
  train(4, 2);
  give(WorkerDone{0, 1});
  pass(30s);
  EXPECT_EQ(ending()->outcome, Outcome::kSucceeded);
}

TEST_F(CoordinatorTest, stops_when_asked_and_says_by_whom) {
  train(4, 2);
  give(StopRequested{"alice"});
  EXPECT_THAT(sent<SendFinish>(), ElementsAre(0, 1));
  EXPECT_EQ(ending()->to_string(), "KILLED (stopped): stopped by alice");
}

TEST_F(CoordinatorTest, ends_at_once_for_a_fault_of_the_users_code) {
  train(4, 2);
  give(WorkerFailed{1, Cause::kNumeric, "loss is NaN at step 12"});
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->to_string(), "FAILED (numeric): worker 1 on node1: loss is NaN at step 12");
  EXPECT_EQ(ending()->worker, 1);
  EXPECT_THAT(sent<SendFinish>(), ElementsAre(0));
}

TEST_F(CoordinatorTest, ends_at_the_second_worker_that_runs_out_of_memory) {
  train(4, 2);
  give(WorkerBroken{0, 1, 5, 1, "reset"});
  give(WorkerDisconnected{1});
  form(5);
  give(ContainerFinished{"c1", Cause::kOutOfMemory, 137, ""});  // the cause comes late
  EXPECT_FALSE(ending());
  join(2);
  give(WorkerHalted{0, 2, 6});
  form(6);
  give(ContainerFinished{"c2", Cause::kOutOfMemory, 137, "the tail"});
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->cause, Cause::kOutOfMemory);
  EXPECT_THAT(ending()->message, HasSubstr("raise resources.memory"));
  EXPECT_EQ(ending()->stderr_tail, "the tail");
}

TEST_F(CoordinatorTest, fails_when_too_many_were_lost_and_names_the_first) {
  CoordinatorOptions options;
  options.max_failures = 2;
  start(options);
  for (WorkerNumber worker = 0; worker < 3; ++worker) {
    join(worker);
    give(ContainerFinished{container(worker), Cause::kUserCode, 139,
                           "tail of " + container(worker)});
  }
  ASSERT_TRUE(ending());
  EXPECT_EQ(ending()->worker, 0);
  EXPECT_EQ(ending()->stderr_tail, "tail of c0");
  EXPECT_THAT(ending()->message, HasSubstr("killed by signal 11"));
}

TEST_F(CoordinatorTest, sends_nothing_when_another_attempt_took_over) {
  train(4, 2);
  give(ContainersEnded{"another attempt runs"});
  EXPECT_TRUE(ending());
  EXPECT_THAT(sent<SendFinish>(), IsEmpty());
  EXPECT_THAT(released(), IsEmpty());
}

TEST_F(CoordinatorTest, journals_before_it_acts) {
  start(2, 1, 1);
  give(ContainerGranted{"c0", "n"});
  ASSERT_THAT(done_, SizeIs(2));
  EXPECT_THAT(std::get<WriteJournal>(done_[0]).entry,
              R"({"t":"launch","at_ms":1000,"container":"c0","worker":0,"host":"n"})");
  EXPECT_TRUE(std::holds_alternative<LaunchWorker>(done_[1]));
  hello(0);
  EXPECT_THAT(
      std::get<WriteJournal>(done_[0]).entry,
      R"({"t":"generation","at_ms":1000,"generation":1,"start_step":-1,"members":[{"worker":0,"address":"h:0","streams":[0,2]}]})");
  EXPECT_TRUE(std::holds_alternative<SendForm>(done_[1]));
}

TEST_F(CoordinatorTest, numbers_go_on_where_the_former_attempt_ended) {
  CoordinatorOptions options;
  options.first_generation = 8;
  options.first_worker = 5;
  start(options);
  give(ContainerGranted{"c5", "n"});
  EXPECT_EQ(did<LaunchWorker>()[0].worker, 5U);
  hello(5);
  EXPECT_EQ(generation(), 8U);
}

}  // namespace
}  // namespace howdah::job
