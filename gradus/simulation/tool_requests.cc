#include "gradus/simulation/tool_requests.h"

#include <fmt/format.h>

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

constexpr size_t kCalls = 2, kParams = 3, kChoices = 4;
constexpr size_t kSlots = 1 + kCalls * (1 + kParams);  // number of calls, then tool and parameters of each
constexpr size_t kBroken = 3;                          // as the number of calls: one that cannot be parsed
constexpr double kMatch = 0.8;

using Choices = std::vector<size_t>;  // one per slot

size_t slot_of_tool(size_t call) {
  return 1 + call * (1 + kParams);
}

// Slots that matter for these choices: those of calls that are not made do not.
size_t used_slots(const Choices& choices) {
  return choices[0] == kBroken ? 1 : 1 + choices[0] * (1 + kParams);
}

std::string response_of(const Choices& choices) {
  std::string text = "<think>which tool</think>\n<tool_call>\n";
  if (choices[0] == kBroken) return text + "{\"name\": \n</tool_call>";
  for (size_t call = 0; call < choices[0]; ++call) {
    const size_t slot = slot_of_tool(call);
    std::string params;
    for (size_t p = 0; p < kParams; ++p) {
      if (const size_t value = choices[slot + 1 + p]) {
        params += fmt::format("{}\"p{}\": {}", params.empty() ? "" : ", ", p, value);
      }
    }
    text += fmt::format("{{\"name\": \"tool_{}\", \"parameters\": {{{}}}}}\n", choices[slot], params);
  }
  return text + "</tool_call>";
}

Choices random_task(Stream random) {
  Choices wanted(kSlots, 0);
  wanted[0] = 1 + random.below(kCalls);
  for (size_t call = 0; call < wanted[0]; ++call) {
    const size_t slot = slot_of_tool(call);
    wanted[slot] = random.below(3);
    const size_t left_out = random.below(kParams);
    for (size_t p = 0; p < kParams; ++p) {
      if (p != left_out && (p == (left_out + 1) % kParams || random.chance(0.5))) {
        wanted[slot + 1 + p] = 1 + random.below(3);
      }
    }
  }
  return wanted;
}

class ToolRequests : public Simulation {
 public:
  explicit ToolRequests(const Params& params)
      : tasks_(static_cast<size_t>(params.integer("tasks"))),
        skill_(params.number("skill")),
        flat_groups_(static_cast<int>(params.integer("flat_groups"))),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = static_cast<int>(params.integer("tasks")),
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Choices> wanted;
    TabularPolicy start(tasks_ * kSlots, kChoices);
    for (size_t task = 0; task < tasks_; ++task) {
      wanted.push_back(random_task(random.child("task").child(task)));
      for (size_t slot = 0; slot < kSlots; ++slot)
        start.logits(task * kSlots + slot)[wanted[task][slot]] = skill_;
    }
    const Channels channels{.rollout = {}, .step = {}, .note = "rollout.reference"};
    const Play play = [&](const TabularPolicy& policy, int64_t group, Stream stream) {
      const size_t task = static_cast<size_t>(group) % tasks_;
      return episode(policy, task, wanted[task], stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      TrainingPlan many = plan_;
      many.groups = flat_groups_;
      RolloutBatch batch = sample_batch(start, play, channels, many, 0, random.child("untrained"));
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      out[arm.id + ".flat_groups"] = flat_share(batch);
      TabularPolicy policy = start;
      int reached = plan_.updates;
      double match = 0;
      train(policy, play, channels, arm.pipeline, plan_, random, [&](int updates, const TabularPolicy& now) {
        match = exact_match(now, wanted);
        if (match >= kMatch) reached = std::min(reached, updates);
        return true;
      });
      out[arm.id + ".updates_to_80"] = reached;
      out[arm.id + ".final_match"] = match;
    }
    return out;
  }

 private:
  static Episode episode(const TabularPolicy& policy, size_t task, const Choices& wanted, Stream& random) {
    Choices choices(kSlots, 0);
    Episode out;
    for (size_t slot = 0; slot < used_slots(choices); ++slot) {
      Turn turn;
      turn.state = static_cast<int>(task * kSlots + slot);
      turn.action = choices[slot] = policy.sample(task * kSlots + slot, random);
      out.turns.push_back(turn);
    }
    out.turns[0].text = response_of(choices);
    out.note = response_of(wanted);
    return out;
  }

  double exact_match(const TabularPolicy& policy, const std::vector<Choices>& wanted) const {
    double mean = 0;
    for (size_t task = 0; task < tasks_; ++task) {
      double match = 1;
      for (size_t slot = 0; slot < used_slots(wanted[task]); ++slot) {
        match *= policy.probabilities(task * kSlots + slot)[wanted[task][slot]];
      }
      mean += match / static_cast<double>(tasks_);
    }
    return mean;
  }

  double flat_share(const RolloutBatch& batch) const {
    const Column& reward = batch.column("rollout.tool_call");
    const auto size = static_cast<size_t>(plan_.samples);
    double flat = 0;
    for (size_t first = 0; first < batch.rollouts(); first += size) {
      bool same = true;
      for (size_t r = first + 1; r < first + size; ++r) same = same && reward[r] == reward[first];
      flat += same;
    }
    return flat / static_cast<double>(flat_groups_);
  }

  size_t tasks_;
  double skill_;
  int flat_groups_;
  TrainingPlan plan_;
};

}  // namespace

void register_tool_requests(SimulationRegistry& registry) {
  registry.add({.name = "tool_requests",
                .summary = "requests that want certain tool calls, and a policy that knows them half",
                .paper = "2504.13958",
                .params = {integer_param("tasks", 6, "tasks, all in every update", 1, 1000),
                           number_param("skill", 2.0, "head start of the right choices in logits", 0, 20),
                           integer_param("updates", 300, "updates of the policy at most", 1, 100000),
                           integer_param("group", 8, "responses to a task", 2, 4096),
                           number_param("rate", 3.0, "learning rate", 0, 100),
                           integer_param("flat_groups", 200, "groups of the untrained policy", 1, 100000)},
                .reads = {"rollout.tool_call", "token.advantage"},
                .writes = {}},
               [](const Params& params) { return std::make_unique<ToolRequests>(params); });
}

}  // namespace gradus
