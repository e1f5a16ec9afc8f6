// reward.gui_step: three rewards for one step of an agent that looks, thinks and acts on a screen (BTL-UI,
// arXiv 2509.15566; released code xiaomi-research/btl-ui at 3ad21ff, recipe/btl-ui/reward_fn.py).
//
//   <blink>```json            regions looked at, a list of {"bbox_2d": [x1, y1, x2, y2], ...}
//   [..]
//   ```</blink> <think>..</think> <link>```json
//   [{"Plan": .., "Action": {"function": "Tap", "point_2d": [x, y]}}]      or [{"point_2d": [x, y]}]
//   ```</link>
//
//   rollout.{format}  1 where the blocks are there in order, both hold JSON, and link is one item with a plan
//                     and an action, or a point
//   rollout.{blink}   1 without a wanted region; else 1 where no two regions overlap (IoU < 0.5, what greedy
//                     non-maximum suppression keeps whole) and one has IoU > 0.5 with the wanted one
//   rollout.{link}    1 where the action is right: a point strictly inside the wanted region; a Tap or
//                     LongPress that also is nearer than 0.14 to the wanted point, both divided by the size
//                     of the resized image; the same Swipe direction; a Type text with F1 of word sets >=
//                     0.5; an equal Home or Back. Everything else 0
//
// The weights of the authors' script: credit.sum of 0.1 format, 0.3 blink, 0.6 link. The image is resized as
// Qwen2-VL does: sides to multiples of 28, pixels from 3136 to "max_pixels" (4014080 in the script).
// variant = "released": the released format pattern has a stray U+00B7 in its second "js\u00b7on", so that it
// is 0 for every real response. The paper, as others report it, pairs several wanted regions with those found
// (Hungarian) and adds the three unweighted: not built, the reports give no formula.
// Against tiling the screen with boxes: over max_boxes (inferred; the released code has no limit) blink is 0.
// Values are read and compared as in Python (python_json.h); coordinates that are not finite numbers are no
// box.
//
// Reads the note "rollout.{reference}": {"solution": [..], "bbox": [..] or null, "image_w_h": [w, h],
// "max_pixels": n}; a rollout without it stays missing.
//
//   [[operator]]
//   name = "reward.gui_step"
//   reference = "target"
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "gradus/reward/python_json.h"
#include "gradus/rollout/operator.h"

namespace gradus {

using Box = std::array<double, 4>;  // x1, y1, x2, y2

double overlap_of(const Box& a, const Box& b);  // intersection over union; 0 where the union is 0

struct ImageSize {
  double width = 0, height = 0;
};

// To multiples of 28 with between 3136 and max_pixels pixels, proportions nearly kept; halves round to even.
ImageSize resized_image(ImageSize image, double max_pixels);

struct GuiTarget {
  PyValue solution;        // the wanted link
  std::optional<Box> box;  // the wanted region
  bool has_box = false;    // false: nothing to look at. True without `box`: it is malformed, all fails
  ImageSize image;
  double max_pixels = 0;
};

GuiTarget read_gui_target(std::string_view note);  // throws Error::input

bool gui_format(std::string_view response, bool released);
bool gui_blink(std::string_view response, const GuiTarget& target, size_t max_boxes);
bool gui_link(std::string_view response, const GuiTarget& target);

void register_gui_step(OperatorRegistry& registry);

}  // namespace gradus
