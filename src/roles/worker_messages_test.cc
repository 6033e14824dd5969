#include "roles/worker_messages.h"

#include <gtest/gtest.h>

namespace howdah::roles {
namespace {

// As it arrives: through the wire's bytes.
template <typename Message>
Message sent(const Message& message) {
  Message arrived;
  EXPECT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
  return arrived;
}

template <typename Event>
Event event_of(const control::FromWorker& message) {
  const auto event = to_event(9, sent(message));
  EXPECT_TRUE(event && std::holds_alternative<Event>(*event));
  return event && std::holds_alternative<Event>(*event) ? std::get<Event>(*event) : Event{};
}

TEST(WorkerMessages, hello) {
  control::FromWorker message;
  auto& hello = *message.mutable_hello();
  hello.set_worker(9);
  hello.set_container("c");
  hello.set_address("h:1");
  hello.set_fingerprint("avx2");
  const auto event = event_of<job::WorkerHello>(message);
  EXPECT_EQ(event.worker, 9U);
  EXPECT_EQ(event.container, "c");
  EXPECT_EQ(event.address, "h:1");
  EXPECT_EQ(event.fingerprint, "avx2");
  hello.set_again(true);
  EXPECT_EQ(event_of<job::WorkerReconnected>(message).worker, 9U);
}

TEST(WorkerMessages, a_worker_speaks_for_its_own_session_only) {
  control::FromWorker message;
  message.mutable_hello()->set_worker(1);
  EXPECT_EQ(event_of<job::WorkerHello>(message).worker, 9U);
}

TEST(WorkerMessages, halting_and_halted) {
  control::FromWorker halting, halted;
  halting.mutable_halting()->set_generation(4);
  halted.mutable_halted()->set_generation(4);
  halted.mutable_halted()->set_applied(-1);
  EXPECT_EQ(event_of<job::WorkerHalting>(halting).generation, 4U);
  EXPECT_EQ(event_of<job::WorkerHalted>(halted).generation, 4U);
  EXPECT_EQ(event_of<job::WorkerHalted>(halted).applied, -1);
}

TEST(WorkerMessages, formed) {
  control::FromWorker message;
  message.mutable_formed()->set_generation(5);
  message.mutable_formed()->set_start_step(70);
  EXPECT_EQ(event_of<job::WorkerFormed>(message).generation, 5U);
  EXPECT_EQ(event_of<job::WorkerFormed>(message).start_step, 70);
}

TEST(WorkerMessages, broken_with_and_without_a_suspect) {
  control::FromWorker message;
  auto& broken = *message.mutable_broken();
  broken.set_generation(5);
  broken.set_applied(12);
  broken.set_why("a peer is gone");
  EXPECT_EQ(event_of<job::WorkerBroken>(message).suspect, std::nullopt);
  broken.set_suspect(0);
  const auto event = event_of<job::WorkerBroken>(message);
  EXPECT_EQ(event.suspect, 0U);
  EXPECT_EQ(event.applied, 12);
  EXPECT_EQ(event.generation, 5U);
  EXPECT_EQ(event.why, "a peer is gone");
}

TEST(WorkerMessages, progress_failed_and_done) {
  control::FromWorker progress, failed, done;
  progress.mutable_progress()->set_generation(2);
  progress.mutable_progress()->set_applied(8);
  EXPECT_EQ(event_of<job::WorkerProgress>(progress).applied, 8);
  EXPECT_EQ(event_of<job::WorkerProgress>(progress).generation, 2U);
  failed.mutable_failed()->set_cause(std::string(job::cause_name(job::Cause::kNumeric)));
  failed.mutable_failed()->set_message("NaN");
  EXPECT_EQ(event_of<job::WorkerFailed>(failed).cause, job::Cause::kNumeric);
  EXPECT_EQ(event_of<job::WorkerFailed>(failed).message, "NaN");
  done.mutable_done()->set_generation(2);
  EXPECT_EQ(event_of<job::WorkerDone>(done).generation, 2U);
}

TEST(WorkerMessages, what_only_reports_need_is_no_event) {
  control::FromWorker evaluation, checkpointed, input;
  evaluation.mutable_evaluation();
  checkpointed.mutable_checkpointed();
  input.mutable_input();
  for (const auto& message : {evaluation, checkpointed, input, control::FromWorker()})
    EXPECT_FALSE(to_event(9, sent(message)));
}

TEST(WorkerMessages, a_generations_plan_arrives_as_it_was_sent) {
  job::GenerationPlan plan;
  plan.generation = 6;
  plan.streams = 4;
  plan.members = {{2, "a:1", 0, 3}, {5, "b:2", 3, 4}};
  for (const std::optional<int> holder : {std::optional<int>(), std::optional<int>(0)}) {
    plan.holder_rank = holder;
    plan.start_step = holder ? 40 : -1;
    const auto message = sent(to_message(job::SendForm{2, plan}));
    ASSERT_TRUE(message.has_form());
    const auto arrived = to_plan(message.form());
    EXPECT_EQ(arrived.generation, plan.generation);
    EXPECT_EQ(arrived.streams, plan.streams);
    EXPECT_EQ(arrived.members, plan.members);
    EXPECT_EQ(arrived.holder_rank, plan.holder_rank);
    EXPECT_EQ(arrived.start_step, plan.start_step);
  }
}

TEST(WorkerMessages, halt_and_finish) {
  EXPECT_EQ(sent(to_message(job::SendHalt{1, 3})).halt().generation(), 3U);
  EXPECT_TRUE(sent(to_message(job::SendFinish{1})).has_finish());
}

}  // namespace
}  // namespace howdah::roles
