// The marks of an answer that has been read (read_answer.h).
#pragma once

#include <vector>

#include "gradus/reward/answer/read_answer.h"

namespace gradus {

// Adds the marks of one reading; false where it may equal something that shares none of them.
bool add_marks(const AnswerTree& tree, std::vector<AnswerMark>& out);

}  // namespace gradus
