// The kinds of golden case of spark, igpo and webgen_agent that read texts or grades.
#pragma once

#include "gradus/verify/adapter.h"

namespace gradus {

Verified verify_spark_format(const Json& in);
Verified verify_spark_reward(const Json& in);
Verified verify_igpo_outcome(const Json& in);
Verified verify_igpo_place_rewards(const Json& in);
Verified verify_webgen_step_reward(const Json& in);
Verified verify_webgen_select_best(const Json& in);

}  // namespace gradus
