#include "formats/source_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "formats/stream_codec.h"
#include "formats/text_stream.h"

namespace howdah::formats {
namespace {

using prepare::Format;

constexpr size_t kSniffBytes = 64 << 10;
constexpr std::array<std::pair<std::string_view, Format>, 27> kEndings = {{
    {".csv", Format::kCsv},
    {".tsv", Format::kTsv},
    {".tab", Format::kTsv},
    {".jsonl", Format::kJsonLines},
    {".ndjson", Format::kJsonLines},
    {".json", Format::kJsonLines},
    {".txt", Format::kText},
    {".text", Format::kText},
    {".log", Format::kText},
    {".parquet", Format::kParquet},
    {".parq", Format::kParquet},
    {".pq", Format::kParquet},
    {".tar", Format::kTar},
    {".tgz", Format::kTar},
    {".idx", Format::kIdx},
    {"-idx1-ubyte", Format::kIdx},
    {"-idx3-ubyte", Format::kIdx},
    {".seq", Format::kSequenceFile},
    {".jpg", Format::kImages},
    {".jpeg", Format::kImages},
    {".png", Format::kImages},
    {".bmp", Format::kImages},
    {".gif", Format::kImages},
    {".webp", Format::kImages},
    {".ppm", Format::kImages},
    {".pgm", Format::kImages},
    {".sequencefile", Format::kSequenceFile},
}};

bool is_text(std::string_view begin) {
  return std::none_of(begin.begin(), begin.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

Status unknown(const SourceFile& file) {
  return Status(Code::kInvalidArgument, "neither the name nor the content tells the format")
      .with_peer(file.location.uri())
      .with_advice("set `format`");
}

Result<Format> sniff(const SourceFile& file, Deadline deadline) {
  auto stream = HOWDAH_TRY(TextStream::open(file, Encoding::kUtf8, 0, deadline));
  std::string begin(kSniffBytes, '\0');
  begin.resize(HOWDAH_TRY(stream->read(std::as_writable_bytes(std::span(begin)), deadline)));
  return format_of_content(begin);
}

}  // namespace

Format format_of_name(std::string_view name) {
  std::string lower(without_compression(name));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [ending, format] : kEndings)
    if (lower.ends_with(ending)) return format;
  return Format::kAuto;
}

Format format_of_content(std::string_view begin) {
  if (begin.starts_with("PAR1")) return Format::kParquet;
  if (begin.starts_with("SEQ") && begin.size() > 3 && begin[3] <= 6) return Format::kSequenceFile;
  if (begin.starts_with("\xff\xd8\xff") || begin.starts_with("\x89PNG\r\n")) return Format::kImages;
  if (begin.size() >= 262 && begin.substr(257, 5) == "ustar") return Format::kTar;
  if (begin.size() >= 4 && begin[0] == 0 && begin[1] == 0 && begin[2] >= 8 && begin[2] <= 14 &&
      begin[3] > 0 && begin[3] < 9)
    return Format::kIdx;
  if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
  const size_t first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || !is_text(begin)) return Format::kAuto;
  if (begin[first] == '{') return Format::kJsonLines;
  const std::string_view line = begin.substr(first, begin.find('\n', first) - first);
  if (line.find('\t') != std::string_view::npos) return Format::kTsv;
  if (line.find(',') != std::string_view::npos) return Format::kCsv;
  return Format::kAuto;
}

Result<Format> detect_format(const std::vector<SourceFile>& files, Deadline deadline) {
  const SourceFile *known = nullptr, *silent = nullptr;
  Format format = Format::kAuto;
  for (const auto& file : files) {
    const Format named = format_of_name(file.name);
    if (named == Format::kAuto) {
      if (!silent && file.length_bytes > 0) silent = &file;
      continue;
    }
    if (known && named != format)
      return Status(Code::kInvalidArgument, std::string("files of several formats: this is ") +
                                                prepare::format_name(named) + ", " +
                                                known->location.uri() + " is " +
                                                prepare::format_name(format))
          .with_peer(file.location.uri())
          .with_advice("name one sort of files, or set `format`");
    if (!known) known = &file;
    format = named;
  }
  if (known) return format;
  if (!silent) return unknown(files[0]);
  // Files whose names say nothing (part-00000) are taken to be alike.
  format = HOWDAH_TRY(sniff(*silent, deadline));
  if (format == Format::kAuto) return unknown(*silent);
  return format;
}

}  // namespace howdah::formats
