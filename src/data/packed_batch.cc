#include "data/packed_batch.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "data/batch_bytes.h"
#include "formats/arrow_status.h"

namespace howdah::data {
namespace {

using arrow::Type;
using formats::from_arrow;
using Words = std::span<const uint64_t>;

// What is added to each column for its heads: of numbers, bitmaps and lengths.
constexpr int64_t kHeadBytes = 64;
// Times are mostly whole ones of these, in microseconds.
constexpr uint64_t kUnits[] = {3'600'000'000, 60'000'000, 1'000'000, 1'000, 1};

// How a column is stored.
enum class Manner { kNothing, kWords, kBytes, kBits, kText, kIpc };

Manner manner_of(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
      return Manner::kNothing;
    case Type::INT64:
    case Type::UINT64:
    case Type::TIMESTAMP:
    case Type::DATE64:
    case Type::TIME64:
    case Type::DURATION:
      return Manner::kWords;
    case Type::BOOL:
      return Manner::kBits;
    case Type::STRING:
    case Type::BINARY:
      return Manner::kText;
    case Type::DOUBLE:
    case Type::FLOAT:
    case Type::INT8:
    case Type::INT16:
    case Type::INT32:
    case Type::UINT8:
    case Type::UINT16:
    case Type::UINT32:
    case Type::DATE32:
    case Type::TIME32:
      return Manner::kBytes;
    default:
      return Manner::kIpc;
  }
}

class Packer {
 public:
  explicit Packer(uint8_t* at) : at_(at) {}
  uint8_t* at() const { return at_; }

  template <typename T>
  void value(T value) {
    bytes(&value, sizeof value);
  }
  void bytes(const void* from, size_t size) {
    if (size) std::memcpy(at_, from, size);
    at_ += size;
  }
  void bits(const uint8_t* bitmap, int64_t offset, int64_t length) {
    const auto size = arrow::bit_util::BytesForBits(length);
    std::memset(at_, 0, static_cast<size_t>(size));
    arrow::internal::CopyBitmap(bitmap, offset, length, at_, 0);
    at_ += size;
  }
  void words(Words words, bool is_signed);
  void lengths(std::span<const int32_t> offsets);

 private:
  template <typename Narrow>
  void narrow(Words words, uint64_t least, uint64_t unit) {
    auto* to = reinterpret_cast<unsigned char*>(at_);
    if (unit == 1) {
      for (size_t i = 0; i < words.size(); ++i) {
        const auto value = static_cast<Narrow>(words[i] - least);
        std::memcpy(to + i * sizeof value, &value, sizeof value);
      }
    } else {
      for (size_t i = 0; i < words.size(); ++i) {
        const auto value = static_cast<Narrow>((words[i] - least) / unit);
        std::memcpy(to + i * sizeof value, &value, sizeof value);
      }
    }
    at_ += words.size() * sizeof(Narrow);
  }

  uint8_t* at_;
};

// The widest unit of which all distances are whole ones.
uint64_t unit_of(Words words, uint64_t least) {
  size_t unit = 0;
  for (const uint64_t word : words)
    while ((word - least) % kUnits[unit] != 0) ++unit;
  return kUnits[unit];
}

template <typename Integer>
std::pair<uint64_t, uint64_t> range_of(Words words) {
  Integer least = std::numeric_limits<Integer>::max(), most = std::numeric_limits<Integer>::min();
  for (const uint64_t word : words) {
    least = std::min(least, static_cast<Integer>(word));
    most = std::max(most, static_cast<Integer>(word));
  }
  if (words.empty()) least = most = 0;
  return {static_cast<uint64_t>(least), static_cast<uint64_t>(most)};
}

void Packer::words(Words words, bool is_signed) {
  const auto [least, most] = is_signed ? range_of<int64_t>(words) : range_of<uint64_t>(words);
  uint64_t range = most - least, unit = 1;
  if (range > UINT32_MAX) {
    unit = unit_of(words, least);
    range /= unit;
  }
  const uint8_t width = range <= UINT8_MAX    ? 1
                        : range <= UINT16_MAX ? 2
                        : range <= UINT32_MAX ? 4
                                              : 8;
  value(least);
  value(unit);
  value(width);
  if (width == 1) return narrow<uint8_t>(words, least, unit);
  if (width == 2) return narrow<uint16_t>(words, least, unit);
  if (width == 4) return narrow<uint32_t>(words, least, unit);
  narrow<uint64_t>(words, least, unit);
}

// Of n + 1 offsets; a byte each where none is longer.
void Packer::lengths(std::span<const int32_t> offsets) {
  int32_t longest = 0;
  for (size_t i = 1; i < offsets.size(); ++i)
    longest = std::max(longest, offsets[i] - offsets[i - 1]);
  const uint8_t width = longest <= UINT8_MAX ? 1 : 4;
  value(width);
  for (size_t i = 1; i < offsets.size(); ++i) {
    const int32_t length = offsets[i] - offsets[i - 1];
    if (width == 1)
      at_[i - 1] = static_cast<uint8_t>(length);
    else
      std::memcpy(at_ + (i - 1) * sizeof length, &length, sizeof length);
  }
  at_ += (offsets.size() - 1) * width;
}

size_t size_of(int64_t count) {
  return static_cast<size_t>(count);
}

void pack_column(const arrow::Array& array, Packer& out) {
  const arrow::ArrayData& data = *array.data();
  const int64_t rows = array.length();
  const Manner manner = manner_of(*array.type());
  if (manner == Manner::kNothing || manner == Manner::kIpc) return;
  const bool has_missing = array.null_count() > 0;
  out.value<uint8_t>(has_missing);
  if (has_missing) out.bits(array.null_bitmap_data(), array.offset(), rows);
  switch (manner) {
    case Manner::kWords:
      return out.words({data.GetValues<uint64_t>(1), size_of(rows)},
                       array.type_id() != Type::UINT64);
    case Manner::kBytes: {
      const auto width = size_of(array.type()->byte_width());
      return out.bytes(data.GetValues<uint8_t>(1, 0) + size_of(array.offset()) * width,
                       size_of(rows) * width);
    }
    case Manner::kBits:
      return out.bits(data.GetValues<uint8_t>(1, 0), array.offset(), rows);
    case Manner::kText: {
      const auto& texts = static_cast<const arrow::BinaryArray&>(array);
      const std::span<const int32_t> offsets(texts.raw_value_offsets(), size_of(rows + 1));
      const auto length = static_cast<uint32_t>(offsets.back() - offsets.front());
      out.lengths(offsets);
      out.value(length);
      return out.bytes(texts.raw_data() + offsets.front(), length);
    }
    case Manner::kNothing:
    case Manner::kIpc:
      return;
  }
}

int64_t most_bytes(const arrow::Array& array) {
  const int64_t rows = array.length(), bitmap = arrow::bit_util::BytesForBits(rows);
  switch (manner_of(*array.type())) {
    case Manner::kNothing:
    case Manner::kIpc:
      return kHeadBytes;
    case Manner::kWords:
      return kHeadBytes + bitmap + rows * 8;
    case Manner::kBytes:
      return kHeadBytes + bitmap + rows * array.type()->byte_width();
    case Manner::kBits:
      return kHeadBytes + 2 * bitmap;
    case Manner::kText:
      return kHeadBytes + bitmap + rows * 4 +
             static_cast<const arrow::BinaryArray&>(array).total_values_length();
  }
  return 0;
}

class Unpacker {
 public:
  explicit Unpacker(const uint8_t* at) : at_(at) {}
  const uint8_t* take(size_t size) { return std::exchange(at_, at_ + size); }
  template <typename T>
  T value() {
    T value;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }
  Result<std::shared_ptr<arrow::Buffer>> copy(size_t size) {
    std::shared_ptr<arrow::Buffer> buffer =
        HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(static_cast<int64_t>(size))));
    if (size) std::memcpy(buffer->mutable_data(), take(size), size);
    return buffer;
  }
  Result<std::shared_ptr<arrow::Buffer>> words(int64_t rows);
  Result<std::shared_ptr<arrow::Buffer>> offsets(int64_t rows);

 private:
  template <typename Narrow>
  void widen(std::span<uint64_t> words, uint64_t least, uint64_t unit) {
    const uint8_t* from = take(words.size() * sizeof(Narrow));
    for (size_t i = 0; i < words.size(); ++i) {
      Narrow value;
      std::memcpy(&value, from + i * sizeof value, sizeof value);
      words[i] = least + value * unit;
    }
  }

  const uint8_t* at_;
};

Result<std::shared_ptr<arrow::Buffer>> Unpacker::words(int64_t rows) {
  std::shared_ptr<arrow::Buffer> buffer =
      HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(uint64_t)))));
  const std::span<uint64_t> into(reinterpret_cast<uint64_t*>(buffer->mutable_data()),
                                 size_of(rows));
  const auto least = value<uint64_t>(), unit = value<uint64_t>();
  switch (value<uint8_t>()) {
    case 1:
      widen<uint8_t>(into, least, unit);
      break;
    case 2:
      widen<uint16_t>(into, least, unit);
      break;
    case 4:
      widen<uint32_t>(into, least, unit);
      break;
    default:
      widen<uint64_t>(into, least, unit);
  }
  return buffer;
}

Result<std::shared_ptr<arrow::Buffer>> Unpacker::offsets(int64_t rows) {
  std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(
      from_arrow(arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t)))));
  auto* into = reinterpret_cast<int32_t*>(buffer->mutable_data());
  into[0] = 0;
  if (value<uint8_t>() == 1) {
    const uint8_t* lengths = take(size_of(rows));
    for (int64_t i = 0; i < rows; ++i) into[i + 1] = into[i] + lengths[i];
  } else {
    for (int64_t i = 0; i < rows; ++i) into[i + 1] = into[i] + value<int32_t>();
  }
  return buffer;
}

Result<std::shared_ptr<arrow::Array>> unpack_column(const std::shared_ptr<arrow::DataType>& type,
                                                    int64_t rows, Unpacker& in) {
  const Manner manner = manner_of(*type);
  if (manner == Manner::kNothing || manner == Manner::kIpc)
    return std::static_pointer_cast<arrow::Array>(std::make_shared<arrow::NullArray>(rows));
  const auto bitmap_bytes = size_of(arrow::bit_util::BytesForBits(rows));
  std::shared_ptr<arrow::Buffer> present;
  if (in.value<uint8_t>()) present = HOWDAH_TRY(in.copy(bitmap_bytes));
  std::vector<std::shared_ptr<arrow::Buffer>> buffers = {present};
  switch (manner) {
    case Manner::kWords:
      buffers.push_back(HOWDAH_TRY(in.words(rows)));
      break;
    case Manner::kBytes:
      buffers.push_back(HOWDAH_TRY(in.copy(size_of(rows) * size_of(type->byte_width()))));
      break;
    case Manner::kBits:
      buffers.push_back(HOWDAH_TRY(in.copy(bitmap_bytes)));
      break;
    case Manner::kText:
      buffers.push_back(HOWDAH_TRY(in.offsets(rows)));
      buffers.push_back(HOWDAH_TRY(in.copy(in.value<uint32_t>())));
      break;
    case Manner::kNothing:
    case Manner::kIpc:
      break;
  }
  return arrow::MakeArray(arrow::ArrayData::Make(type, rows, std::move(buffers),
                                                 present ? arrow::kUnknownNullCount : int64_t{0}));
}

}  // namespace

Result<std::shared_ptr<arrow::Buffer>> pack(const arrow::RecordBatch& batch) {
  // Columns for Arrow's format stand together, behind the others.
  auto others = arrow::RecordBatch::Make(arrow::schema({}), batch.num_rows(), arrow::ArrayVector());
  int64_t most = kHeadBytes;
  for (int c = 0; c < batch.num_columns(); ++c) {
    const auto& array = batch.column(c);
    most += most_bytes(*array);
    if (manner_of(*array->type()) == Manner::kIpc)
      others = HOWDAH_TRY(
          from_arrow(others->AddColumn(others->num_columns(), batch.schema()->field(c), array)));
  }
  std::shared_ptr<arrow::Buffer> ipc;
  if (others->num_columns() > 0) {
    ipc = HOWDAH_TRY(to_bytes(*others));
    most += ipc->size();
  }
  std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(most)));
  Packer out(buffer->mutable_data());
  out.value(batch.num_rows());
  out.value(ipc ? ipc->size() : int64_t{0});
  // First, so that it is aligned as Arrow's buffers are.
  out.bytes(std::string(kHeadBytes - 2 * sizeof(int64_t), '\0').data(),
            kHeadBytes - 2 * sizeof(int64_t));
  if (ipc) out.bytes(ipc->data(), size_of(ipc->size()));
  if (batch.num_rows() > 0)
    for (const auto& column : batch.columns()) pack_column(*column, out);
  return arrow::SliceBuffer(buffer, 0, out.at() - buffer->data());
}

Result<std::shared_ptr<arrow::RecordBatch>> unpack(const std::shared_ptr<arrow::Schema>& schema,
                                                   const std::shared_ptr<arrow::Buffer>& bytes) {
  Unpacker in(bytes->data());
  const auto rows = in.value<int64_t>(), ipc_bytes = in.value<int64_t>();
  in.take(kHeadBytes - 2 * sizeof(int64_t));
  if (rows == 0) return from_arrow(arrow::RecordBatch::MakeEmpty(schema));
  std::shared_ptr<arrow::RecordBatch> others;
  if (ipc_bytes > 0) {
    arrow::FieldVector fields;
    for (const auto& field : schema->fields())
      if (manner_of(*field->type()) == Manner::kIpc) fields.push_back(field);
    others = HOWDAH_TRY(batch_from_bytes(arrow::schema(std::move(fields)),
                                         arrow::SliceBuffer(bytes, kHeadBytes, ipc_bytes)));
    in.take(size_of(ipc_bytes));
  }
  arrow::ArrayVector columns;
  int next_other = 0;
  for (const auto& field : schema->fields()) {
    if (manner_of(*field->type()) == Manner::kIpc)
      columns.push_back(others->column(next_other++));
    else
      columns.push_back(HOWDAH_TRY(unpack_column(field->type(), rows, in)));
  }
  return arrow::RecordBatch::Make(schema, rows, std::move(columns));
}

}  // namespace howdah::data
