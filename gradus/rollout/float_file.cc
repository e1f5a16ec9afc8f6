#include "gradus/rollout/float_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <unordered_map>

#include "gradus/base/atomic_file.h"
#include "gradus/base/json.h"

namespace gradus {

namespace {

constexpr std::string_view kMagic = "GRADUSF1", kEnd = "1FSUDARG";
constexpr size_t kHeaderWords = 8, kHeaderBytes = kHeaderWords * 8;
constexpr size_t kNameBytes = 64;     // a name and at least one zero byte
constexpr size_t kMostColumns = 256;  // as ReadLimits::names
constexpr size_t kColumnAlignment = 64;

size_t padded(size_t bytes, size_t to) {
  return (bytes + to - 1) / to * to;
}

// Positions of the parts of a file, from what its header says. Every number is below 2^48 when it comes here.
struct Layout {
  size_t rollouts = 0, tokens = 0, columns = 0, id_bytes = 0;
  size_t names() const { return kHeaderBytes; }
  size_t offsets() const { return names() + columns * kNameBytes; }
  size_t id_ends() const { return offsets() + (rollouts + 1) * 8; }
  size_t ids() const { return id_ends() + rollouts * 8; }
  size_t floats() const { return padded(ids() + id_bytes, kColumnAlignment); }
  size_t stride() const { return padded(tokens * sizeof(float), kColumnAlignment); }
  size_t end() const { return floats() + columns * stride(); }
  size_t bytes() const { return end() + kEnd.size(); }
};

uint64_t checksum(std::string_view structure) {
  uint64_t value = 0;
  const std::string hex = sha256_hex(structure).substr(0, 16);
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return value;
}

void add_word(std::string& out, uint64_t word) {
  out.append(reinterpret_cast<const char*>(&word), 8);
}

std::string structure_of(const RolloutBatch& batch, const std::vector<std::string>& columns, Layout& layout) {
  std::string parts, ids, ends;
  for (const std::string& name : columns) {
    if (batch.column(name).level() != Level::token || name.size() >= kNameBytes) {
      throw Error::input("not a column for a float file")
          .field(name)
          .expected(fmt::format("a token column with a name under {} bytes", kNameBytes));
    }
    parts += name + std::string(kNameBytes - name.size(), '\0');
  }
  for (size_t r = 0; r <= batch.rollouts(); ++r) {
    add_word(parts, r < batch.rollouts() ? batch.first_token(r) : batch.tokens());
    if (r == batch.rollouts()) break;
    ids += batch.header(r).id;
    add_word(ends, ids.size());
  }
  layout = {batch.rollouts(), batch.tokens(), columns.size(), ids.size()};
  std::string out(kMagic);
  for (const uint64_t word :
       {layout.bytes(), layout.rollouts, layout.tokens, layout.columns, layout.id_bytes, size_t{0}}) {
    add_word(out, word);
  }
  const std::string rest =
      parts + ends + ids + std::string(layout.floats() - layout.ids() - ids.size(), '\0');
  const uint64_t sum = checksum(out + rest);
  add_word(out, sum);
  return out + rest;
}

std::shared_ptr<const void> map_file(const std::string& path, size_t& bytes) {
  // Without waiting for the writer of a pipe, which is refused below.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    throw Error::input("cannot open the file").at(path).found(std::generic_category().message(errno));
  }
  struct stat status {};
  void* address = MAP_FAILED;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    bytes = static_cast<size_t>(status.st_size);
    address = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
  }
  close(descriptor);
  if (address == MAP_FAILED) {
    throw Error::input("cannot map the file").at(path).expected("a regular file that is not empty");
  }
  return {address, [bytes](const void* mapped) { munmap(const_cast<void*>(mapped), bytes); }};
}

Layout read_header(const std::string& path, const char* data, size_t bytes) {
  std::array<uint64_t, kHeaderWords> words{};
  if (bytes < kHeaderBytes + kEnd.size() || std::string_view(data, kMagic.size()) != kMagic) {
    throw Error::input("not a float file")
        .at(path)
        .expected("a file that starts with " + std::string(kMagic));
  }
  std::memcpy(words.data(), data, kHeaderBytes);
  const bool sane = std::all_of(words.begin() + 2, words.begin() + 6,
                                [](uint64_t word) { return word < (uint64_t{1} << 40); });
  const Layout layout{words[2], words[3], words[4], words[5]};
  if (!sane || layout.columns > kMostColumns || layout.bytes() != words[1]) {
    throw Error::input("the sizes in the header of the float file do not fit together").at(path);
  }
  if (bytes != layout.bytes()) {
    throw Error::input(bytes < layout.bytes() ? "the float file is torn" : "the float file is too long")
        .at(path)
        .found(fmt::format("{} bytes", bytes))
        .expected(fmt::format("{}, as its header says", layout.bytes()))
        .hint("its writer was stopped, or it was changed: write it again");
  }
  const std::string structure =
      std::string(data, kHeaderBytes - 8) + std::string(data + kHeaderBytes, layout.floats() - kHeaderBytes);
  if (std::string_view(data + layout.end(), kEnd.size()) != kEnd || checksum(structure) != words[7]) {
    throw Error::input("the float file is damaged").at(path).hint("write it again");
  }
  return layout;
}

// Offsets never fall and end where the header says.
bool rises_to(std::span<const uint64_t> offsets, uint64_t last) {
  return std::is_sorted(offsets.begin(), offsets.end()) &&
         (offsets.empty() ? last == 0 : offsets.back() == last);
}

}  // namespace

void write_floats(const RolloutBatch& batch, const std::vector<std::string>& columns,
                  const std::string& path) {
  Layout layout;
  const std::string structure = structure_of(batch, columns, layout);
  AtomicFile file(path, AtomicFile::Target::regular);  // it is mapped where it is read
  file.write(structure);
  for (const std::string& name : columns) {
    const Column& column = batch.column(name);
    std::vector<float> values(layout.stride() / sizeof(float), 0.0f);
    for (size_t t = 0; t < column.size(); ++t) {
      values[t] = column.valid(t) ? static_cast<float>(column[t]) : std::numeric_limits<float>::quiet_NaN();
    }
    file.write({reinterpret_cast<const char*>(values.data()), layout.stride()});
  }
  file.write(kEnd);
  file.commit();
}

FloatFile::FloatFile(const std::string& path) : path_(path) {
  size_t bytes = 0;
  mapping_ = map_file(path, bytes);
  const char* const data = static_cast<const char*>(mapping_.get());
  const Layout layout = read_header(path, data, bytes);
  for (size_t c = 0; c < layout.columns; ++c) {
    const char* const name = data + layout.names() + c * kNameBytes;
    columns_.emplace_back(name, strnlen(name, kNameBytes - 1));
    if (split_column_name(columns_.back()).first != Level::token) {
      throw Error::input("a column of the float file is not of tokens").at(path).found(columns_.back());
    }
  }
  offsets_ = {reinterpret_cast<const uint64_t*>(data + layout.offsets()), layout.rollouts + 1};
  id_ends_ = {reinterpret_cast<const uint64_t*>(data + layout.id_ends()), layout.rollouts};
  ids_ = {data + layout.ids(), layout.id_bytes};
  floats_ = data + layout.floats();
  stride_ = layout.stride();
  if (offsets_.front() != 0 || !rises_to(offsets_, layout.tokens) || !rises_to(id_ends_, layout.id_bytes)) {
    throw Error::input("the offsets in the float file do not fit together").at(path);
  }
}

std::string_view FloatFile::id(size_t rollout) const {
  const size_t begin = rollout == 0 ? 0 : id_ends_[rollout - 1];
  return ids_.substr(begin, id_ends_[rollout] - begin);
}

std::span<const float> FloatFile::column_values(const std::string& column) const {
  const auto it = std::find(columns_.begin(), columns_.end(), column);
  if (it == columns_.end()) {
    throw Error::input("the float file has no such column")
        .at(path_)
        .field(column)
        .hint(suggest(column, columns_));
  }
  const size_t index = static_cast<size_t>(it - columns_.begin());
  return {reinterpret_cast<const float*>(floats_ + index * stride_), offsets_.back()};
}

std::span<const float> FloatFile::row(const std::string& column, size_t rollout) const {
  return column_values(column).subspan(offsets_[rollout], offsets_[rollout + 1] - offsets_[rollout]);
}

void FloatFile::attach(RolloutBatch& batch) const {
  constexpr size_t kUnknown = std::numeric_limits<size_t>::max();
  std::unordered_map<std::string_view, size_t> rows;
  for (size_t r = 0; r < rollouts(); ++r) rows.emplace(id(r), r);
  std::vector<size_t> row_of(batch.rollouts(), kUnknown);
  bool same = batch.rollouts() == rollouts();
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const auto it = rows.find(batch.header(r).id);
    if (it != rows.end()) row_of[r] = it->second;
    same = same && row_of[r] == r;
    const size_t here = batch.last_token(r) - batch.first_token(r);
    const size_t there = it == rows.end() ? here : offsets_[it->second + 1] - offsets_[it->second];
    if (here == there) continue;
    throw Error::input("the float file does not belong to these rollouts")
        .at(path_)
        .field(batch.header(r).id)
        .found(fmt::format("{} tokens", there))
        .expected(fmt::format("{}, as in the rollout file", here));
  }
  for (const std::string& name : columns_) {
    const std::span<const float> values = column_values(name);
    const bool finite = std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
    if (same && finite) {
      batch.put_column(name, Column(Level::token, values, {}, mapping_));
      continue;
    }
    Column& column = batch.add_column(name);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (row_of[r] == kUnknown) continue;
      const std::span<const float> from = row(name, row_of[r]);
      for (size_t t = 0; t < from.size(); ++t) column.set(batch.first_token(r) + t, from[t]);
    }
  }
}

}  // namespace gradus
