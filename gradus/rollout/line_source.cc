#include "gradus/rollout/line_source.h"

#include <array>
#include <limits>
#include <simdjson.h>
#include <utility>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

namespace gradus {

namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view start, what, remedy;
};

constexpr size_t kHead = 256;
constexpr std::string_view kRecode = "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE > NEW";
constexpr std::string_view kRecodeWide = "write it as UTF-8: iconv -f UTF-32 -t UTF-8 FILE > NEW";
constexpr std::string_view kExport = "write its rows as JSON Lines first, e.g. with pandas or datasets";
constexpr std::string_view kDownload = "download the file itself (the raw file, not the page about it)";

// In the order in which they are tried: UTF-32 begins like UTF-16.
constexpr std::array kKinds = {
    Kind{"\x1f\x8b"sv, "a gzip file", "unpack it first: gunzip FILE"},
    Kind{"\x1f\x9d"sv, "a compress file (.Z)", "unpack it first: uncompress FILE"},
    Kind{"PK\x03\x04"sv, "a zip archive", "unpack it first: unzip FILE"},
    Kind{"PK\x05\x06"sv, "a zip archive", "it is an empty one"},
    Kind{"\x28\xb5\x2f\xfd"sv, "a zstd file", "unpack it first: unzstd FILE"},
    Kind{"BZh"sv, "a bzip2 file", "unpack it first: bunzip2 FILE"},
    Kind{"\xfd\x37zXZ\x00"sv, "an xz file", "unpack it first: unxz FILE"},
    Kind{"\x04\x22\x4d\x18"sv, "an lz4 file", "unpack it first: unlz4 FILE"},
    Kind{"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive", "unpack it first: 7z x FILE"},
    Kind{"\xff\xfe\x00\x00"sv, "text in UTF-32", kRecodeWide},
    Kind{"\x00\x00\xfe\xff"sv, "text in UTF-32", kRecodeWide},
    Kind{"\xff\xfe"sv, "text in UTF-16", kRecode},
    Kind{"\xfe\xff"sv, "text in UTF-16", kRecode},
    Kind{"{\0\0\0"sv, "text in UTF-32", kRecodeWide},
    Kind{"[\0\0\0"sv, "text in UTF-32", kRecodeWide},
    Kind{"\0\0\0{"sv, "text in UTF-32", kRecodeWide},
    Kind{"\0\0\0["sv, "text in UTF-32", kRecodeWide},
    Kind{"{\0"sv, "text in UTF-16", kRecode},
    Kind{"[\0"sv, "text in UTF-16", kRecode},
    Kind{"\0{"sv, "text in UTF-16", kRecode},
    Kind{"\0["sv, "text in UTF-16", kRecode},
    Kind{"PAR1"sv, "a Parquet file", kExport},
    Kind{"ARROW1"sv, "an Arrow file", kExport},
    Kind{"\xff\xff\xff\xff"sv, "an Arrow stream", kExport},
    Kind{"\x93NUMPY"sv, "a NumPy array", kExport},
    Kind{"\x89HDF"sv, "an HDF5 file", kExport},
    Kind{"\x89PNG"sv, "a picture", kDownload},
    Kind{"SQLite format 3"sv, "an SQLite database", kExport},
    Kind{"\x80\x02"sv, "a Python pickle", kExport},
    Kind{"\x80\x03"sv, "a Python pickle", kExport},
    Kind{"\x80\x04"sv, "a Python pickle", kExport},
    Kind{"\x80\x05"sv, "a Python pickle", kExport},
    Kind{"%PDF"sv, "a PDF", kDownload},
    Kind{"version https://git-lfs.github.com"sv, "the pointer of a file kept in Git LFS",
         "fetch the file itself: git lfs pull"},
};

[[noreturn]] void refuse(std::string_view what, std::string_view remedy, const std::string& name) {
  throw Error::input("the file is no text that can be read")
      .at(name)
      .found(std::string(what))
      .expected("JSON in UTF-8, not compressed")
      .hint(std::string(remedy));
}

}  // namespace

void require_text(std::string_view text, const std::string& name) {
  const std::string_view head = text.substr(0, kHead);
  for (const Kind& kind : kKinds) {
    if (head.starts_with(kind.start)) refuse(kind.what, kind.remedy, name);
  }
  // A length in eight bytes, then the header.
  if (head.size() > 9 && head.substr(4, 4) == "\0\0\0\0"sv && head[8] == '{') {
    refuse("a safetensors file", kExport, name);
  }
  const std::string_view start = trim(head.substr(byte_order_mark(head)));
  for (const std::string_view page : {"<!doctype html"sv, "<html"sv}) {
    if (matches_ignoring_case(start, 0, page) != 0) refuse("a web page", kDownload, name);
  }
}

size_t byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

LineSource::LineSource(std::istream& in, size_t most_bytes, std::string name)
    : in_(in),
      most_(most_bytes),
      name_(std::move(name)),
      buffer_(std::make_unique_for_overwrite<char[]>(most_bytes + 1 + simdjson::SIMDJSON_PADDING)) {}

bool LineSource::next() {
  in_.getline(buffer_.get(), static_cast<std::streamsize>(most_ + 1));
  const size_t taken = static_cast<size_t>(in_.gcount());
  if (in_.bad() || (in_.eof() && taken == 0)) return false;
  ended_ = !in_.eof();
  too_long_ = in_.fail();
  begin_ = 0;
  length_ = taken - (ended_ && !too_long_ ? 1 : 0);
  if (std::exchange(first_, false)) require_text(text(), name_);
  begin_ = byte_order_mark(text());
  length_ -= begin_;
  if (too_long_) {
    in_.clear();
    in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return true;
}

}  // namespace gradus
