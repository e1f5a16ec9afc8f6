"""P3: rollout files to columns, text-heavy and float-heavy, one core. The peer builds the same columns with json and numpy."""

import json
import os
import random

import gradus
import numpy as np
import simdjson

WORDS = ("the sum of two numbers is therefore we have that x equals y plus 12 and so on hence the result follows from lemma 3 where "
         "each step must be checked against the given data before we conclude anything").split()
KINDS = {"reason": 0, "act": 1, "observe": 2, "answer": 3}


def write(path, rollouts, words, tokens, floats):
    draw = random.Random(1)
    text = lambda n: " ".join(draw.choices(WORDS, k=n))
    with open(path, "w") as out:
        for r in range(rollouts):
            steps = [{"kind": "answer" if s == 11 else "reason", "text": text(words),
                      "tokens": [draw.randrange(50000) for _ in range(tokens)]} for s in range(12)]
            columns = {"rollout": {"outcome": draw.randint(0, 1)}, "step": {"prm": [draw.random() for _ in range(12)]}}
            if floats:
                columns["token"] = {"logprob": [-draw.expovariate(1.0) for _ in range(12 * tokens)]}
            row = {"id": f"r{r}", "group": r // 8, "task": f"t{r // 8}", "prompt": text(80), "steps": steps, "columns": columns}
            out.write(json.dumps(row) + "\n")


def python_json(path):
    def call():
        texts, kinds, ids, step_offsets, token_offsets, columns = [], [], [], [0], [0], {}
        with open(path) as lines:
            for line in lines:
                row = json.loads(line)
                for step in row["steps"]:
                    texts.append(step["text"])
                    kinds.append(KINDS[step["kind"]])
                    ids.extend(step["tokens"])
                    token_offsets.append(len(ids))
                step_offsets.append(len(texts))
                for level, named in row["columns"].items():
                    for name, values in named.items():
                        column = columns.setdefault(f"{level}.{name}", [])
                        column.append(values) if level == "rollout" else column.extend(values)
        arrays = {name: np.asarray(values, dtype=np.float32) for name, values in columns.items()}
        return texts, np.asarray(kinds), np.asarray(ids, dtype=np.int32), np.asarray(step_offsets), np.asarray(token_offsets), arrays

    return call


def ours(path):
    return lambda: gradus.read_jsonl(path).batch


def bare(path):
    """What simdjson alone takes for the same lines: the ceiling."""
    parser = simdjson.Parser()

    def call():
        count = 0
        with open(path, "rb") as lines:
            for line in lines:
                document = parser.parse(line)
                count += 1
                del document
        return count

    return call


def check(mine, theirs):
    texts, _, ids, step_offsets, token_offsets, arrays = theirs
    same = (mine.rollouts, mine.steps, mine.tokens) == (len(step_offsets) - 1, len(texts), len(ids))
    for name, values in arrays.items():
        same = same and np.array_equal(mine[name], values)
    if not same:
        raise SystemExit("the columns differ: nothing is timed")


def size(path):
    return os.path.getsize(path)
