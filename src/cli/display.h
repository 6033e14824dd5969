// What a person sees of a running job: on a terminal a bar that is drawn again and again under the
// lines of what happened; otherwise lines with the time since the start.
//
// One thread.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "roles/proto/control.pb.h"

namespace howdah::cli {

class Display {
 public:
  // Writes to `out`; nothing at all when quiet.
  Display(std::FILE* out, bool quiet);
  ~Display();  // leaves the terminal's line clean

  // "  3.4 s  submitted application_..."; from the client's own knowledge.
  void line(const std::string& text);
  void show(const control::JobEvent& event);

 private:
  double seconds() const;
  void write(const std::string& text);  // a terminal that is gone does not end the job
  void show_progress(const control::Progress& progress);
  void draw();
  void erase();

  std::FILE* const out_;
  const bool quiet_, terminal_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_line_;
  control::Progress progress_;
  control::Phase phase_;
  bool drawn_ = false, first_step_told_ = false;
};

// The end of a job, from its summary.json: outcome, measures, where the model lies, how to look
// further.
std::string ending_text(const std::string& summary_json);
// 1234567 -> "1,234,567".
std::string grouped(int64_t number);

}  // namespace howdah::cli
