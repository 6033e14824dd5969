// A prepared dataset of texts as records of token numbers: a text's first tokens, padded at the
// end.
#include <arrow/record_batch.h>
#include <fmt/core.h>

#include "data/prepared_datasets.h"
#include "data/text_learning.h"

namespace howdah::data {
namespace {

using dataset::TargetKind;

void append_tokens(const std::vector<int32_t>& tokens, int64_t width, std::vector<std::byte>& to) {
  for (int64_t i = 0; i < width; ++i)
    append_value(i < static_cast<int64_t>(tokens.size()) ? tokens[static_cast<size_t>(i)]
                                                         : dataset::kPaddingToken,
                 to);
}

// Of a language model: the text itself.
bool is_own_target(const dataset::Request& request) {
  return request.target_kind == TargetKind::kNone;
}

class TextEncoder : public RowEncoder {
 public:
  TextEncoder(const dataset::Request& request, const LearntText& learnt,
              std::vector<std::string> columns)
      : request_(request), learnt_(learnt), columns_(std::move(columns)) {}

  std::vector<std::string> columns() const override { return columns_; }

  Status bind(const arrow::RecordBatch& batch) override {
    texts_ = HOWDAH_TRY(texts_of(batch, request_.text, "text"));
    if (!request_.labelled) return Status::ok();
    if (request_.target_kind == TargetKind::kClass)
      targets_ = HOWDAH_TRY(classes_of(batch, request_.targets.front()));
    if (request_.target_kind == TargetKind::kTokens)
      targets_ = HOWDAH_TRY(texts_of(batch, request_.targets.front(), "target"));
    return Status::ok();
  }

  Status append(int64_t row, std::vector<std::byte>& into) override {
    if (texts_->IsNull(row)) return missing_value(request_.text);
    if (targets_ && targets_->IsNull(row)) return missing_value(request_.targets.front());
    const std::string_view text = texts_->GetView(row);
    if (is_own_target(request_))
      return append_framed(*learnt_.encoder, text, request_.length + 1, into);
    if (tags()) HOWDAH_TRY(check_tags(row));
    tokens_.clear();
    HOWDAH_TRY(learnt_.encoder->encode(text, static_cast<size_t>(request_.length), tokens_));
    // A text without a token is one that nothing is known of: no record is padding alone.
    if (tokens_.empty()) tokens_.push_back(dataset::kUnknownToken);
    append_tokens(tokens_, request_.length, into);
    if (!request_.labelled) return Status::ok();
    if (request_.target_kind == TargetKind::kClass) return append_class(row, into);
    if (tags()) return append_tags(row, into);
    return append_framed(*learnt_.target_encoder, targets_->GetView(row), request_.target_length,
                         into);
  }

 private:
  bool tags() const {
    return request_.labelled && request_.target_kind == TargetKind::kTokens &&
           !learnt_.target_encoder;
  }

  // Begin, tokens and end, cut to the width.
  Status append_framed(const text::Encoder& encoder, std::string_view text, int64_t width,
                       std::vector<std::byte>& into) {
    tokens_ = {dataset::kBeginToken};
    HOWDAH_TRY(encoder.encode(text, static_cast<size_t>(width), tokens_));
    tokens_.push_back(dataset::kEndToken);
    append_tokens(tokens_, width, into);
    return Status::ok();
  }

  Status append_class(int64_t row, std::vector<std::byte>& into) {
    const auto number = learnt_.classes->find(targets_->GetView(row));
    if (!number)
      return learnt_.classes->absent(targets_->GetView(row), "class", request_.targets.front());
    append_value(*number, into);
    return Status::ok();
  }

  int64_t count(std::string_view text) {
    int64_t words = 0;
    for (size_t at = 0; blanks_.next(text, at, word_);) ++words;
    return words;
  }

  Status check_tags(int64_t row) {
    const int64_t words = count(texts_->GetView(row)), tags = count(targets_->GetView(row));
    if (words == tags && words > 0) return Status::ok();
    return Status(Code::kInvalidArgument,
                  words == 0 ? fmt::format("the column '{}' has no word", request_.text)
                             : fmt::format("{} tags in '{}' for {} words in '{}'", tags,
                                           request_.targets.front(), words, request_.text))
        .with_advice("words and tags are parted by blanks, one tag a word");
  }

  Status append_tags(int64_t row, std::vector<std::byte>& into) {
    tokens_.clear();
    const std::string_view tags = targets_->GetView(row);
    for (size_t at = 0; blanks_.next(tags, at, word_);) {
      const auto number = learnt_.classes->find(word_);
      if (!number) return learnt_.classes->absent(word_, "tag", request_.targets.front());
      tokens_.push_back(*number + 1);
    }
    append_tokens(tokens_, request_.length, into);
    return Status::ok();
  }

  const dataset::Request request_;
  const LearntText learnt_;
  const std::vector<std::string> columns_;
  const text::Tokenizer blanks_{dataset::Tokenizer::kBlanks, false};
  std::shared_ptr<arrow::StringArray> texts_, targets_;
  std::vector<int32_t> tokens_;
  std::string word_;
};

class PreparedTexts : public PreparedDataset {
 public:
  PreparedTexts(fs::Location folder, std::string manifest, Wanted wanted)
      : PreparedDataset(std::move(folder), std::move(manifest), std::move(wanted)),
        request_(wanted_.request) {}

  Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token stop,
                                      Deadline deadline) override {
    const Parts parts = HOWDAH_TRY(this->parts());
    const PreparedPart& first = first_of(parts);
    TextLearning learning(request_);
    if (wanted_.learned) {
      if (request_.labelled) HOWDAH_TRY(check_targets(request_.targets, first, deadline));
      learnt_ = HOWDAH_TRY(learnt_before(*wanted_.learned, request_.labelled, deadline));
    } else {
      HOWDAH_TRY(pass_over(folder_, first, learning.columns(), stop, deadline,
                           [&](const PartBatch& rows) { return learning.add(rows); }));
      auto learnt = learning.finish();
      if (!learnt.is_ok())
        return learnt.status().with_operation("read the prepared data").with_peer(folder_.uri());
      learnt_ = std::move(*learnt);
    }
    describe_records(index);
    return partitions(parts, [&] {
      return std::make_unique<TextEncoder>(request_, learnt_, learning.columns());
    });
  }

  Status write_files(const fs::Location& folder, Deadline deadline) const override {
    for (const auto& [name, content] : learnt_.files)
      HOWDAH_TRY(
          fs::write_file(*folder.files, folder.path + "/" + name, as_bytes(content), {}, deadline));
    return Status::ok();
  }

 private:
  void describe_records(dataset::Index& index) const {
    const TargetKind kind = request_.labelled ? request_.target_kind : TargetKind::kNone;
    index.element = dataset::ElementType::kInt32;
    index.shape = {request_.length + (is_own_target(request_) ? 1 : 0)};
    index.classes = 1;
    index.target = {.kind = kind, .width = kind == TargetKind::kNone ? 0 : 1};
    index.tokens = {.tokenizer = request_.tokenizer,
                    .lowercase = request_.lowercase,
                    .vocabulary = learnt_.encoder->vocabulary(),
                    .file = learnt_.files.front().first};
    if (learnt_.classes) index.class_names = learnt_.classes->names();
    if (kind == TargetKind::kTokens) {
      if (learnt_.target_encoder) {
        index.target.width = request_.target_length;
        index.tokens.target_vocabulary = learnt_.target_encoder->vocabulary();
        index.tokens.target_file = learnt_.files.back().first;
      } else {
        index.target.width = request_.length;
        index.class_names.insert(index.class_names.begin(), "<padding>");
      }
    }
    if (!index.class_names.empty()) index.classes = static_cast<int64_t>(index.class_names.size());
  }

  const dataset::Request request_;
  LearntText learnt_;
};

}  // namespace

std::unique_ptr<RawDataset> make_prepared_texts(fs::Location folder, std::string manifest,
                                                RawDataset::Wanted wanted) {
  return std::make_unique<PreparedTexts>(std::move(folder), std::move(manifest), std::move(wanted));
}

}  // namespace howdah::data
