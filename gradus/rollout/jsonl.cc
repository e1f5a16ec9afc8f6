#include "gradus/rollout/jsonl.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "gradus/base/atomic_file.h"
#include "gradus/base/input_file.h"
#include "gradus/base/json.h"
#include "gradus/rollout/jsonl_line.h"
#include "gradus/rollout/line_source.h"

namespace gradus {

namespace {

constexpr size_t kErrorsKept = 100;

bool same_info(const ChannelInfo& a, const ChannelInfo& b) {
  return a.estimates == b.estimates && a.evaluator == b.evaluator && a.online == b.online;
}

// Gathers checked lines; a line that is refused here leaves no trace.
class BatchBuilder {
 public:
  explicit BatchBuilder(size_t most_names) : most_names_(most_names) {}

  void add(const RolloutLine& line, const LinePlace& place) {
    check(line, place);
    if (file_names_.empty() || file_names_.back() != place.file) file_names_.push_back(place.file);
    const size_t file = file_names_.size() - 1;
    lines_of_id_.emplace(line.id, Origin{file, place.line});
    groups_.try_emplace(line.group, GroupOrigin{file, batch_.rollouts()});
    for (const auto& [name, info] : line.channels) channels_.emplace(name, info);
    for (const RolloutLine::Values& values : line.columns) {
      PooledVector<float>& column = gathered(values).values;
      if (column.size() < batch_.size(values.level)) column.resize(batch_.size(values.level), kMissing);
      append(column, line.values.data() + values.begin, values.end - values.begin);
    }
    for (const auto& [name, text] : line.notes) {
      Note& note = notes_.try_emplace(std::string(note_key(name)), Note{std::string(name), {}}).first->second;
      note.texts.emplace_back(batch_.rollouts(), std::string(text));
    }
    batch_.add_rollout({std::string(line.id), line.group, std::string(line.task), std::string(line.prompt),
                        line.prompt_tokens});
    size_t first = 0;
    for (const RolloutLine::Step& step : line.steps) {
      batch_.add_step(step.kind, step.text);
      batch_.add_tokens(std::span(line.tokens).subspan(first, step.tokens_end - first));
      first = step.tokens_end;
    }
  }

  // The line was refused because the files do not fit together: no fault of its own.
  bool clash() const { return clash_; }

  RolloutBatch finish() {
    std::map<std::string, PooledVector<float>*> sorted;
    for (Gathered& column : columns_) {
      sorted[fmt::format("{}.{}", level_name(column.level), column.name)] = &column.values;
    }
    for (auto& [name, values] : sorted) {
      const auto info = channels_.find(name);
      Column& column = batch_.add_column(name, info == channels_.end() ? ChannelInfo{} : info->second);
      values->resize(column.size(), kMissing);
      std::ranges::copy(*values, column.fill<float>(values->size()).begin());
      for (size_t i = 0; i < values->size(); ++i) {
        if (std::isnan((*values)[i])) column.clear(i);
      }
      *values = {};
    }
    for (auto& [unused, note] : notes_) {
      for (auto& [rollout, text] : note.texts) batch_.set_note(note.spelling, rollout, std::move(text));
    }
    return std::move(batch_);
  }

 private:
  static constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

  struct Gathered {
    Level level;
    std::string name;
    PooledVector<float> values;
  };

  struct Note {
    std::string spelling;  // the first
    std::vector<std::pair<size_t, std::string>> texts;
  };

  // Lines mostly have the same columns in the same order.
  Gathered* find(const RolloutLine::Values& values) {
    for (size_t tried = 0; tried < columns_.size(); ++tried) {
      if (++last_ >= columns_.size()) last_ = 0;
      Gathered& column = columns_[last_];
      if (column.level == values.level && column.name == values.name) return &column;
    }
    return nullptr;
  }

  Gathered& gathered(const RolloutLine::Values& values) {
    Gathered* const known = find(values);
    return known ? *known : columns_.emplace_back(Gathered{values.level, std::string(values.name), {}});
  }

  struct Origin {
    size_t file, line;
  };

  struct GroupOrigin {
    size_t file, rollout;
  };

  void check(const RolloutLine& line, const LinePlace& place) {
    const auto twin = lines_of_id_.find(std::string(line.id));
    if (twin != lines_of_id_.end()) {
      const std::string& file = file_names_[twin->second.file];
      clash_ = file != place.file;
      const std::string where = clash_ ? " of " + file : "";
      throw line_error(place, "two rollouts have the same id")
          .field("id")
          .found(fmt::format("'{}', also on line {}{}", line.id, twin->second.line, where))
          .expected("ids that differ");
    }
    check_group(line, place);
    size_t names = columns_.size() + notes_.size();
    for (const RolloutLine::Values& values : line.columns) names += find(values) == nullptr;
    for (const auto& [name, unused] : line.notes) names += notes_.count(std::string(note_key(name))) == 0;
    if (names > most_names_) {
      throw line_error(place, "too many columns and notes in one file")
          .field("columns")
          .found(fmt::format("{} names", names))
          .expected(fmt::format("at most {} (limit of the reader)", most_names_));
    }
    for (const auto& [name, info] : line.channels) {
      const auto known = channels_.find(std::string(name));
      if (known == channels_.end() || same_info(known->second, info)) continue;
      throw line_error(place, "a channel is described in two ways")
          .field(fmt::format("channels.{}", name))
          .found(fmt::format("evaluator '{}'", info.evaluator))
          .expected(fmt::format("what an earlier line says: evaluator '{}'", known->second.evaluator));
    }
  }

  // Files that were numbered apart: one number would put the answers to two prompts into one group.
  void check_group(const RolloutLine& line, const LinePlace& place) {
    const auto known = groups_.find(line.group);
    if (known == groups_.end() || file_names_[known->second.file] == place.file) return;
    const RolloutHeader& first = batch_.header(known->second.rollout);
    if (first.prompt == line.prompt && first.task == line.task) return;
    clash_ = true;
    throw line_error(place, "two files use one group for two prompts")
        .field("group")
        .found(fmt::format("{}, also of '{}' in {}", line.group, first.id, file_names_[known->second.file]))
        .expected("the same task and prompt, or another number");
  }

  size_t most_names_;
  bool clash_ = false;
  RolloutBatch batch_;
  std::vector<std::string> file_names_;  // with good lines
  std::unordered_map<std::string, Origin> lines_of_id_;
  std::unordered_map<int64_t, GroupOrigin> groups_;
  std::map<std::string, ChannelInfo> channels_;
  std::vector<Gathered> columns_;
  size_t last_ = 0;                    // of the columns, found last
  std::map<std::string, Note> notes_;  // by note_key()
};

class Reader {
 public:
  explicit Reader(const ReadOptions& options)
      : options_(options), parser_(options.limits), builder_(options.limits.names) {}

  void read(std::istream& in, const std::string& name) {
    LineSource source(in, options_.limits.line_bytes, name);
    bool first = true;
    for (size_t number = 1; source.next(); ++number) {
      if (source.blank()) continue;
      if (std::exchange(first, false)) refuse_list(source, name);
      ++file_.lines;
      try {
        add(source, {name, number, source.ended()});
      } catch (const Error& error) {
        if (options_.strict || builder_.clash()) throw;
        ++file_.bad_lines;
        if (file_.errors.size() < kErrorsKept) file_.errors.push_back(error);
      }
    }
    if (in.bad()) throw Error::outside("reading stopped before the end of the file").at(name);
  }

  RolloutFile finish() {
    file_.batch = builder_.finish();
    return std::move(file_);
  }

 private:
  void add(const LineSource& source, const LinePlace& place) {
    if (source.too_long()) {
      throw line_error(place, "the line is too long")
          .found(fmt::format("more than {} bytes", options_.limits.line_bytes))
          .expected(fmt::format("at most {} bytes (limit of the reader)", options_.limits.line_bytes));
    }
    builder_.add(parser_.parse(source.text().data(), source.text().size(), place), place);
  }

  // One sentence about the file in place of one about each of its lines.
  static void refuse_list(const LineSource& source, const std::string& name) {
    const std::string_view text = source.text();
    if (source.too_long() || text[text.find_first_not_of(" \t\r")] != '[') return;
    throw Error::input("the file is one JSON array")
        .at(name)
        .expected("one rollout per line (JSON Lines)")
        .hint("take it apart first: jq -c '.[]' FILE > NEW");
  }

  ReadOptions options_;
  LineParser parser_;
  BatchBuilder builder_;
  RolloutFile file_;
};

// The shortest decimal that a reader turns into the same float, also one that reads a double first and rounds
// it: rounding twice can miss by one bit, and then the longer decimal of the double is exact.
std::string number_text(float value) {
  std::string text = fmt::format("{}", value);
  const bool exact = static_cast<float>(std::strtod(text.c_str(), nullptr)) == value;
  return exact ? text : fmt::format("{}", static_cast<double>(value));
}

// Makes the lines of a file out of a batch.
class LineWriter {
 public:
  explicit LineWriter(const RolloutBatch& batch, const std::vector<std::string>& without = {})
      : batch_(batch) {
    for (const std::string& name : batch.column_names()) {
      if (std::find(without.begin(), without.end(), name) != without.end()) continue;
      const Column& column = batch.column(name);
      columns_[static_cast<size_t>(column.level())].emplace_back(split_column_name(name).second, &column);
      if (same_info(column.info(), {})) continue;
      channels_[name] = {{"estimates", column.info().estimates},
                         {"evaluator", column.info().evaluator},
                         {"online", column.info().online}};
    }
  }

  std::string line(size_t rollout) {
    const RolloutHeader& header = batch_.header(rollout);
    rollout_ = rollout;
    out_ = "{\"id\":" + quoted(header.id, "id") + ",\"group\":" + std::to_string(header.group);
    out_ += ",\"task\":" + quoted(header.task, "task") + ",\"prompt\":" + quoted(header.prompt, "prompt");
    if (!header.prompt_tokens.empty()) {
      out_ += ",\"prompt_tokens\":[" + fmt::format("{}", fmt::join(header.prompt_tokens, ",")) + "]";
    }
    add_steps();
    add_columns();
    add_notes();
    if (rollout == 0 && !channels_.empty()) out_ += ",\"channels\":" + dumped(channels_, "channels");
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  std::string dumped(const Json& value, const std::string& field) const {
    try {
      return value.dump();
    } catch (const Json::type_error&) {
      throw Error::input(fmt::format("rollout '{}' holds a text that is not UTF-8; JSON cannot carry it",
                                     batch_.header(rollout_).id))
          .field(field)
          .hint("nothing was written");
    }
  }
  std::string quoted(const std::string& text, const std::string& field) const {
    return dumped(Json(text), field);
  }

  void add_steps() {
    const size_t begin = batch_.step_begin(rollout_);
    out_ += ",\"steps\":[";
    for (size_t step = begin; step < batch_.step_end(rollout_); ++step) {
      const auto ids = batch_.token_ids().subspan(batch_.token_begin(step),
                                                  batch_.token_end(step) - batch_.token_begin(step));
      out_ += fmt::format("{}{{\"kind\":\"{}\",\"text\":{},\"tokens\":[{}]}}", step == begin ? "" : ",",
                          kind_name(batch_.kind(step)),
                          quoted(std::string(batch_.text(step)), fmt::format("steps[{}].text", step - begin)),
                          fmt::join(ids, ","));
    }
    out_ += "]";
  }

  void add_columns() {
    const std::array<std::pair<size_t, size_t>, 3> ranges = {
        std::pair{rollout_, rollout_ + 1},
        {batch_.step_begin(rollout_), batch_.step_end(rollout_)},
        {batch_.first_token(rollout_), batch_.last_token(rollout_)}};
    out_ += ",\"columns\":{";
    for (const Level level : {Level::rollout, Level::step, Level::token}) {
      const size_t index = static_cast<size_t>(level);
      out_ += fmt::format("{}\"{}\":{{", index == 0 ? "" : ",", level_name(level));
      for (size_t i = 0; i < columns_[index].size(); ++i) {
        const auto& [name, column] = columns_[index][i];
        out_ += (i == 0 ? "" : ",") + quoted(name, "columns") + ":" + (index == 0 ? "" : "[");
        add_values(*column, ranges[index]);
        out_ += index == 0 ? "" : "]";
      }
      out_ += "}";
    }
    out_ += "}";
  }

  void add_values(const Column& column, std::pair<size_t, size_t> range) {
    for (size_t i = range.first; i < range.second; ++i) {
      if (i > range.first) out_ += ",";
      out_ += column.valid(i) ? number_text(static_cast<float>(column[i])) : "null";
    }
  }

  void add_notes() {
    out_ += ",\"notes\":{";
    bool first = true;
    for (const std::string& name : batch_.note_names()) {
      const std::string& text = batch_.note(name, rollout_);
      if (text.empty()) continue;
      out_ += (first ? "" : ",") + quoted(name, "notes") + ":" + quoted(text, "notes." + name);
      first = false;
    }
    out_ += "}";
  }

  const RolloutBatch& batch_;
  std::array<std::vector<std::pair<std::string, const Column*>>, 3> columns_;  // by level
  Json channels_ = Json::object();
  size_t rollout_ = 0;
  std::string out_;
};

// Files without one good line are no success.
[[noreturn]] void refuse_nothing(const RolloutFile& file, const std::vector<std::string>& paths) {
  const std::string name = paths.size() == 1 ? input_name(paths[0]) : "";
  if (file.lines == 0) {
    throw Error::input("there is nothing in the file").at(name).expected("one rollout per line");
  }
  throw Error::input(fmt::format("no line is a rollout; the first of {}: {}",
                                 counted(file.bad_lines, "bad line"), file.errors[0].what()))
      .hint("docs/rollout-files.md has the format");
}

// A file that could not be read back is not written.
void require_distinct_ids(const RolloutBatch& batch) {
  std::unordered_map<std::string_view, size_t> seen;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const auto [twin, fresh] = seen.emplace(batch.header(r).id, r);
    if (fresh) continue;
    throw Error::input("two rollouts have the same id")
        .field("id")
        .found(fmt::format("'{}' for rollouts {} and {}", batch.header(r).id, twin->second, r))
        .expected("ids that differ");
  }
}

}  // namespace

RolloutFile read_rollouts(std::istream& in, const std::string& name, const ReadOptions& options) {
  Reader reader(options);
  reader.read(in, name);
  return reader.finish();
}

RolloutFile read_rollouts(const std::vector<std::string>& paths, const ReadOptions& options) {
  Reader reader(options);
  for (const std::string& path : paths) {
    if (std::count(paths.begin(), paths.end(), path) > 1)
      throw Error::input("the file is named twice").at(input_name(path));
  }
  for (const std::string& path : paths) reader.read(*open_input(path, "a JSONL file"), input_name(path));
  RolloutFile file = reader.finish();
  if (file.batch.rollouts() == 0) refuse_nothing(file, paths);
  return file;
}

RolloutFile read_rollouts(const std::string& path, const ReadOptions& options) {
  return read_rollouts(std::vector{path}, options);
}

void write_rollouts(const RolloutBatch& batch, std::ostream& out) {
  require_distinct_ids(batch);
  LineWriter writer(batch);
  for (size_t r = 0; r < batch.rollouts(); ++r) out << writer.line(r);
}

void write_rollouts(const RolloutBatch& batch, const std::string& path,
                    const std::vector<std::string>& without) {
  require_distinct_ids(batch);
  LineWriter writer(batch, without);
  AtomicFile file(path);
  for (size_t r = 0; r < batch.rollouts(); ++r) file.write(writer.line(r));
  file.commit();
}

}  // namespace gradus
