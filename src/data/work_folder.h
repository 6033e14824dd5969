// Where a preparation lies while it is made, and how it becomes the output: whole, by one rename.
//
// Everything is written to .NAME.preparing-FINGERPRINT beside the output. The fingerprint is of the
// specification and of the source's files (names, lengths, times): a run that was broken off is
// gone on with by the next of the same fingerprint, one that is done is found done. `_OWNER` is
// held open for writing by the run that is at work: HDFS's lease keeps others away, and lets them
// in when the owner is dead.
//
// One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/file_systems.h"
#include "prepare/output_names.h"

namespace howdah::data {

using prepare::kManifestFile;

// kFailedPrecondition: an output that was complete once lacks something now ("is gone").
Status damaged_output(const fs::Location& output, const std::string& file, const std::string& what);

class WorkFolder {
 public:
  enum class Found {
    kNothing,  // a fresh start
    kWork,     // a run of this fingerprint was broken off
    kDone,     // the output is there, of this fingerprint
  };
  using Tell = std::function<void(const std::string&)>;
  // Takes the work folder for this process; with kDone nothing is taken. Waits a minute for another
  // run, and tells so.
  //   kAlreadyExists       the output is there and is another one, without overwrite; or, with it,
  //                        no preparation wrote it
  //   kFailedPrecondition  files that its manifest names are gone, or of another length
  //                        or: another run is at work on it
  static Result<WorkFolder> open(const fs::Location& output, const std::string& fingerprint,
                                 bool overwrite, const Tell& tell, Deadline deadline);
  // The work folder of another process that holds it.
  static WorkFolder attach(const fs::Location& output, const std::string& fingerprint);
  WorkFolder(WorkFolder&&) noexcept = default;
  ~WorkFolder();  // gives the place free; what lies in it stays for the next run

  Found found() const { return found_; }
  const fs::Location& location() const { return work_; }
  const fs::Location& output() const { return output_; }
  std::string path(const std::string& below) const { return work_.path + "/" + below; }

  // Atomic: a reader, or the next run, sees the old content, the new, or none.
  Status write(const std::string& below, const std::string& content, Deadline deadline);
  // Nothing where there is no such file.
  Result<std::optional<std::string>> read(const std::string& below, Deadline deadline);
  Status remove(const std::string& below, Deadline deadline);
  // Removes files and folders of the work folder but those named (and what lies below them).
  Status keep_only(const std::vector<std::string>& files, Deadline deadline);

  // The work folder becomes the output: what was there (overwrite) is moved away first and removed
  // last.
  Status commit(Deadline deadline);
  // Gives everything up.
  void abandon();

 private:
  WorkFolder(fs::Location output, fs::Location work)
      : output_(std::move(output)), work_(std::move(work)) {}
  Result<bool> is_done(const fs::FileInfo& there, const std::string& fingerprint,
                       Deadline deadline);
  Status take(const Tell& tell, Deadline deadline);

  fs::Location output_, work_;
  Found found_ = Found::kNothing;
  bool overwrite_ = false;
  std::unique_ptr<fs::OutputFile> owner_;
};

}  // namespace howdah::data
