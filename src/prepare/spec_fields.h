// What each part of a PrepareSpec consists of, told once to whoever writes, reads or checks all of
// it: visitor("key", field), in the order of the canonical JSON. Places (`where`) and the steps'
// kinds are the visitor's own affair.
#pragma once

#include <concepts>
#include <type_traits>

#include "prepare/spec.h"

namespace howdah::prepare {

template <typename T, typename Spec>
concept Is = std::same_as<std::remove_const_t<T>, Spec>;

void fields(auto& visit, Is<CsvOptions> auto& csv) {
  visit("delimiter", csv.delimiter);
  visit("quote", csv.quote);
  visit("escape", csv.escape);
  visit("header", csv.header);
  visit("names", csv.names);
  visit("newlines_in_values", csv.newlines_in_values);
}
void fields(auto& visit, Is<ImageOptions> auto& images) {
  visit("channels", images.channels);
  visit("height", images.height);
  visit("width", images.width);
  visit("encoded", images.encoded);
}
void fields(auto& visit, Is<SourceSpec> auto& source) {
  visit("uris", source.uris);
  visit("format", source.format);
  visit("csv", source.csv);
  visit("images", source.images);
  visit("columns", source.columns);
  visit("filter", source.filter);
  visit("types", source.types);
  visit("missing", source.missing_words);
  visit("encoding", source.encoding);
  visit("bad_records", source.bad_records);
  visit("type_errors_become_missing", source.type_errors_become_missing);
  visit("absent_columns_are_missing", source.absent_columns_are_missing);
  visit("max_record_bytes", source.max_record_bytes);
}
void fields(auto& visit, Is<SplitSpec::Part> auto& part) {
  visit("name", part.name);
  visit("share", part.share);
}
void fields(auto& visit, Is<SplitSpec> auto& split) {
  visit("parts", split.parts);
  visit("seed", split.seed);
  visit("by", split.by);
  visit("column", split.column);
  visit("exact", split.exact);
  visit("until", split.until);
}
void fields(auto& visit, Is<PartitionSpec::Level> auto& level) {
  visit("kind", level.kind);
  visit("expression", level.expression);
  visit("name", level.name);
  visit("buckets", level.buckets);
}
void fields(auto& visit, Is<PartitionSpec> auto& partition) {
  visit("levels", partition.levels);
  visit("time_zone", partition.time_zone);
  visit("max_partitions", partition.max_partitions);
}
void fields(auto& visit, Is<OutputSpec> auto& output) {
  visit("uri", output.uri);
  visit("format", output.format);
  visit("target_file_bytes", output.target_file_bytes);
  visit("compression", output.compression);
}
void fields(auto& visit, Is<PrepareSpec> auto& spec) {
  visit("name", spec.name);
  visit("source", spec.source);
  visit("steps", spec.steps);
  visit("transform", spec.transform);
  visit("split", spec.split);
  visit("partition", spec.partition);
  visit("output", spec.output);
  visit("quarantine", spec.quarantine);
}

void fields(auto& visit, Is<DropMissing> auto& rule) {
  visit("columns", rule.columns);
  visit("only_if_all", rule.only_if_all);
}
void fields(auto& visit, Is<FillMissing> auto& rule) {
  visit("method", rule.method);
  visit("columns", rule.columns);
  visit("value", rule.value);
  visit("by", rule.by);
}
void fields(auto& visit, Is<DropDuplicates> auto& rule) {
  visit("keys", rule.keys);
}
void fields(auto& visit, Is<DropNearDuplicates> auto& rule) {
  visit("column", rule.column);
  visit("threshold", rule.threshold);
  visit("shingle_words", rule.shingle_words);
  visit("shingle_characters", rule.shingle_characters);
  visit("permutations", rule.permutations);
  visit("seed", rule.seed);
}
void fields(auto& visit, Is<Outliers> auto& rule) {
  visit("method", rule.method);
  visit("action", rule.action);
  visit("columns", rule.columns);
  visit("factor", rule.factor);
  visit("low", rule.low);
  visit("high", rule.high);
}
void fields(auto& visit, Is<KeepWhere> auto& rule) {
  visit("expression", rule.expression);
}
void fields(auto& visit, Is<DateRange> auto& rule) {
  visit("columns", rule.columns);
  visit("from", rule.from);
  visit("to", rule.to);
  visit("become_missing", rule.become_missing);
}
void fields(auto& visit, Is<TextLength> auto& rule) {
  visit("columns", rule.columns);
  visit("min_characters", rule.min_characters);
  visit("max_characters", rule.max_characters);
}
void fields(auto& visit, Is<CleanText> auto& rule) {
  visit("columns", rule.columns);
  visit("unicode", rule.unicode);
  visit("case", rule.letter_case);
  visit("strip_html", rule.strip_html);
  visit("collapse_whitespace", rule.collapse_whitespace);
}
void fields(auto& visit, Is<LabelNoise> auto& rule) {
  visit("label", rule.label);
  visit("drop", rule.drop);
}
void fields(auto& visit, Is<Normalize> auto& rule) {
  visit("method", rule.method);
  visit("columns", rule.columns);
  visit("max_categories", rule.max_categories);
  visit("min_count", rule.min_count);
  visit("buckets", rule.buckets);
  visit("quantiles", rule.quantiles);
}
void fields(auto& visit, Is<Vocabulary> auto& rule) {
  visit("column", rule.column);
  visit("characters", rule.characters);
  visit("lower", rule.lower);
  visit("size", rule.size);
  visit("min_count", rule.min_count);
  visit("length", rule.length);
}
void fields(auto& visit, Is<SentencePiece> auto& rule) {
  visit("column", rule.column);
  visit("size", rule.size);
  visit("bpe", rule.bpe);
  visit("sample_records", rule.sample_records);
  visit("model", rule.model);
}
void fields(auto& visit, Is<ImageStandard> auto& rule) {
  visit("column", rule.column);
}
void fields(auto& visit, Is<SelectColumns> auto& rule) {
  visit("columns", rule.columns);
  visit("drop", rule.drop);
}
void fields(auto& visit, Is<DeriveColumn> auto& rule) {
  visit("column", rule.name);
  visit("expression", rule.expression);
}

// A StepSpec's own keys in JSON stand beside its rule's.
inline constexpr const char* kRuleKey = "rule";
inline constexpr const char* kStepNameKey = "step";
inline constexpr const char* kWhereKey = "where";

}  // namespace howdah::prepare
