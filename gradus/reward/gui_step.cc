#include "gradus/reward/gui_step.h"

#include <algorithm>
#include <cmath>

#include "gradus/base/text.h"
#include "gradus/reward/answer_overlap.h"
#include "gradus/reward/markup.h"

namespace gradus {

namespace {

constexpr double kOverlap = 0.5, kNear = 0.14, kTextF1 = 0.5;
constexpr double kPatch = 28, kFewestPixels = 56 * 56;
constexpr std::string_view kLinkFence = "<link>```json\n", kReleasedLinkFence = "<link>```js\xc2\xb7on\n";

std::optional<PyValue> fenced(std::string_view text, std::string_view open, std::string_view close) {
  const auto block = first_block(text, open, close);
  if (!block) return std::nullopt;
  return read_python_json(trim(*block));
}

std::optional<PyValue> blink_of(std::string_view text) {
  return fenced(text, "<blink>```json\n", "\n```</blink>");
}

bool is_coordinate(const PyValue& value) {
  return value.is_number() && std::isfinite(value.number);
}

// The first four items; Python would take longer lists too.
std::optional<Box> box_of(const PyValue* value) {
  if (value == nullptr || value->kind != PyValue::Kind::list || value->items.size() < 4) return std::nullopt;
  Box box;
  for (size_t i = 0; i < 4; ++i) {
    if (!is_coordinate(value->items[i])) return std::nullopt;
    box[i] = value->items[i].number;
  }
  return box;
}

struct Point {
  double x = 0, y = 0;
};

std::optional<Point> point_of(const PyValue* value) {
  if (value == nullptr || value->kind != PyValue::Kind::list || value->items.size() != 2) return std::nullopt;
  if (!is_coordinate(value->items[0]) || !is_coordinate(value->items[1])) return std::nullopt;
  return Point{value->items[0].number, value->items[1].number};
}

bool inside(const Point& p, const Box& box) {
  return box[0] < p.x && p.x < box[2] && box[1] < p.y && p.y < box[3];
}

bool near(const Point& a, const Point& b, const GuiTarget& target) {
  const ImageSize size = resized_image(target.image, target.max_pixels);
  const double dx = b.x / size.width - a.x / size.width, dy = b.y / size.height - a.y / size.height;
  return std::sqrt(dx * dx + dy * dy) < kNear;
}

bool same_text(const PyValue* found, const PyValue* wanted) {
  if (found == nullptr || wanted == nullptr) return false;
  if (found->kind != PyValue::Kind::text || wanted->kind != PyValue::Kind::text) return false;
  return word_f1(lower_case(found->text), lower_case(wanted->text)) >= kTextF1;
}

bool same_action(const PyValue* found, const PyValue* wanted, const GuiTarget& target) {
  if (found == nullptr || wanted == nullptr) return false;
  const PyValue* function = found->find("function");
  const PyValue* wanted_function = wanted->find("function");
  if (function == nullptr || wanted_function == nullptr || !equal(*function, *wanted_function)) return false;
  if (function->is_text("Tap") || function->is_text("LongPress")) {
    const auto point = point_of(found->find("point_2d")), goal = point_of(wanted->find("point_2d"));
    return point && goal && target.box && inside(*point, *target.box) && near(*point, *goal, target);
  }
  if (function->is_text("Swipe")) {
    const PyValue* direction = found->find("direction");
    const PyValue* goal = wanted->find("direction");
    return direction != nullptr && goal != nullptr && equal(*direction, *goal);
  }
  if (function->is_text("Type")) return same_text(found->find("text"), wanted->find("text"));
  return (function->is_text("Home") || function->is_text("Back")) && equal(*found, *wanted);
}

Error bad_target(const std::string& field) {
  return Error::input("the target of a screen step cannot be read")
      .field(field)
      .expected(
          "{\"solution\": [..], \"bbox\": [x1, y1, x2, y2] or null, \"image_w_h\": [w, h], \"max_pixels\": "
          "n}");
}

}  // namespace

double overlap_of(const Box& a, const Box& b) {
  const double width = std::min(a[2], b[2]) - std::max(a[0], b[0]);
  const double height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
  const double both = std::max(0.0, width) * std::max(0.0, height);
  const auto area = [](const Box& box) { return (box[2] - box[0]) * (box[3] - box[1]); };
  const double either = area(a) + area(b) - both;
  return either != 0 ? both / either : 0;
}

ImageSize resized_image(ImageSize image, double max_pixels) {
  const auto side = [](double length) { return std::max(kPatch, std::nearbyint(length / kPatch) * kPatch); };
  const ImageSize size = {side(image.width), side(image.height)};
  const double pixels = image.width * image.height;
  if (size.width * size.height > max_pixels) {
    const double shrink = std::sqrt(pixels / max_pixels);
    const auto fit = [&](double length) {
      return std::max(kPatch, std::floor(length / shrink / kPatch) * kPatch);
    };
    return {fit(image.width), fit(image.height)};
  }
  if (size.width * size.height < kFewestPixels) {
    const double grow = std::sqrt(kFewestPixels / pixels);
    const auto fit = [&](double length) { return std::ceil(length * grow / kPatch) * kPatch; };
    return {fit(image.width), fit(image.height)};
  }
  return size;
}

GuiTarget read_gui_target(std::string_view note) {
  const auto read = read_python_json(note);
  if (!read) throw bad_target("target");
  GuiTarget target;
  const PyValue* solution = read->find("solution");
  if (solution == nullptr || solution->items.empty()) throw bad_target("solution");
  target.solution = solution->items[0];
  const PyValue* box = read->find("bbox");
  target.has_box = box != nullptr && !box->items.empty();
  if (target.has_box) target.box = box_of(box);
  const auto size = point_of(read->find("image_w_h"));
  const PyValue* pixels = read->find("max_pixels");
  if (!size || !(size->x >= 1) || !(size->y >= 1)) throw bad_target("image_w_h");
  if (pixels == nullptr || !(pixels->number >= kFewestPixels)) throw bad_target("max_pixels");
  target.image = {size->x, size->y};
  target.max_pixels = pixels->number;
  return target;
}

bool gui_format(std::string_view text, bool released) {
  if (!text.starts_with("<blink>")) return false;
  const size_t think = end_of_pair(text, 0, "</blink>", "<think>");
  if (think == text.npos) return false;
  const size_t link = end_of_pair(text, think, "</think>", "<link>");
  if (link == text.npos || text.find("</link>", link) == text.npos) return false;
  const auto plan = fenced(text, released ? kReleasedLinkFence : kLinkFence, "\n```</link>");
  if (!blink_of(text) || !plan || plan->kind != PyValue::Kind::list || plan->items.size() != 1) return false;
  const PyValue& item = plan->items[0];
  return (contains(item, "Plan") && contains(item, "Action")) || contains(item, "point_2d");
}

bool gui_blink(std::string_view text, const GuiTarget& target, size_t max_boxes) {
  if (!target.has_box) return true;
  const auto regions = blink_of(text);
  if (!target.box || !regions || regions->kind != PyValue::Kind::list) return false;
  if (regions->items.size() > max_boxes) return false;
  std::vector<Box> boxes;
  for (const PyValue& region : regions->items) {
    const auto box = box_of(region.find("bbox_2d"));
    if (!box) return false;
    for (const Box& other : boxes) {
      if (!(overlap_of(other, *box) < kOverlap)) return false;
    }
    boxes.push_back(*box);
  }
  return std::any_of(boxes.begin(), boxes.end(),
                     [&](const Box& box) { return overlap_of(box, *target.box) > kOverlap; });
}

bool gui_link(std::string_view text, const GuiTarget& target) {
  const auto plan = fenced(text, kLinkFence, "\n```</link>");
  if (!plan || plan->kind != PyValue::Kind::list || plan->items.empty()) return false;
  const PyValue& found = plan->items[0];
  if (const PyValue* position = found.find("point_2d")) {
    const auto point = point_of(position);
    return point && target.box && inside(*point, *target.box);
  }
  return same_action(found.find("Action"), target.solution.find("Action"), target);
}

namespace {

class GuiStep : public Operator {
 public:
  explicit GuiStep(const Params& params)
      : reference_(params.text("reference")),
        format_("rollout." + params.text("format")),
        blink_("rollout." + params.text("blink")),
        link_("rollout." + params.text("link")),
        max_boxes_(static_cast<size_t>(params.integer("max_boxes"))),
        released_(params.text("variant") == "released") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const auto add = [&](const std::string& name, const char* estimates) -> Column& {
      return batch.add_column(name, {.estimates = estimates, .evaluator = "gui_step"});
    };
    Column& format = add(format_, "format");
    Column& blink = add(blink_, "process");
    Column& link = add(link_, "outcome");
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const std::string& note = batch.note(reference_, r);
      if (note.empty()) continue;
      const GuiTarget target = read_gui_target(note);
      const std::string text = written_text(batch, r);
      format.set(r, gui_format(text, released_) ? 1 : 0);
      blink.set(r, gui_blink(text, target, max_boxes_) ? 1 : 0);
      link.set(r, gui_link(text, target) ? 1 : 0);
    }
  }

 private:
  std::string reference_, format_, blink_, link_;
  size_t max_boxes_;
  bool released_;
};

}  // namespace

void register_gui_step(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.gui_step",
       .summary = "format, regions looked at and action of a step on a screen",
       .paper = "2509.15566",
       .params = {text_param("reference", "target", "note with the wanted region and action, as JSON"),
                  text_param("format", "format", "rollout channel to write"),
                  text_param("blink", "blink", "rollout channel to write: the right region looked at"),
                  text_param("link", "link", "rollout channel to write: the right action"),
                  integer_param("max_boxes", 32, "more regions than this count as tiling", 1, 4096),
                  text_param("variant", "intended",
                             "the format pattern as meant, or with its stray "
                             "character",
                             {"intended", "released"})},
       .reads = {},
       .writes = {"rollout.{format}", "rollout.{blink}", "rollout.{link}"},
       .notes = {"{reference}"},
       .texts = true,
       .evaluator = "gui_step",
       .components = {"wanted action"}},
      [](const Params& params) { return std::make_unique<GuiStep>(params); });
}

}  // namespace gradus
