#include "gradus/lsp/disk_view.h"

#include <algorithm>

#include "gradus/base/text.h"
#include "gradus/lsp/identifier.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

// Every \r that stands alone as a space: what is left ends lines for every reader, and no byte moves.
std::string without_lone_returns(std::string text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) text[i] = ' ';
  }
  return text;
}

// The bytes of `range`; nothing where the text has no such place.
std::optional<std::pair<size_t, size_t>> bytes_of(const Text& text, const Range& range, Encoding encoding) {
  try {
    return std::pair(text.byte_of(range.start, encoding), text.byte_of(range.end, encoding));
  } catch (const LspError&) {
    return std::nullopt;
  }
}

}  // namespace

bool counts_apart(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) return true;
  for (size_t at = bytes.find('\r'); at != std::string_view::npos; at = bytes.find('\r', at + 1)) {
    if (bytes.substr(at + 1, 1) != "\n") return true;
  }
  return false;
}

DiskView::DiskView(const std::string& bytes, const std::string& path) : text_(document_text(bytes, path)) {
  if (!counts_apart(bytes)) return;
  const std::string lines = without_lone_returns(bytes);
  if (bytes.starts_with(kByteOrderMark)) {
    others_.push_back({Text(bytes, path), kByteOrderMark.size()});
    if (lines != bytes) {
      others_.push_back({Text(lines.substr(kByteOrderMark.size()), path), 0});
      others_.push_back({Text(lines, path), kByteOrderMark.size()});
    }
  } else {
    others_.push_back({Text(lines, path), 0});
  }
}

std::vector<std::optional<Range>> DiskView::ranges_of(const std::vector<Range>& ranges, std::string_view name,
                                                      Encoding encoding) const {
  const auto found_by = [&](const Text& count, size_t mark) {
    std::vector<std::optional<Range>> out;
    for (const Range& range : ranges) {
      out.emplace_back();
      const auto bytes = bytes_of(count, range, encoding);
      if (!bytes || bytes->first < mark || bytes->second < bytes->first) continue;
      const size_t begin = bytes->first - mark, size = bytes->second - bytes->first;
      if (std::string_view(text_.content()).substr(begin, size) != name) continue;
      if (is_word(name) && !is_whole_word(text_.content(), begin, size)) continue;
      out.back() = Range{text_.position_of(begin, encoding), text_.position_of(begin + size, encoding)};
    }
    return out;
  };
  const auto held = [](const std::vector<std::optional<Range>>& places) {
    return std::count_if(places.begin(), places.end(), [](const auto& place) { return place.has_value(); });
  };
  std::vector<std::optional<Range>> best = found_by(text_, 0);
  for (const Count& count : others_) {
    std::vector<std::optional<Range>> found = found_by(count.text, count.mark);
    if (held(found) > held(best)) best = std::move(found);
  }
  return best;
}

std::optional<Range> DiskView::range_of(const Range& range, std::string_view name, Encoding encoding) const {
  return ranges_of({range}, name, encoding)[0];
}

}  // namespace gradus
