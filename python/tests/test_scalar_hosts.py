"""Channels as numbers, and OpenRLHF's reward file: loaded by the real executor where OpenRLHF is installed."""

import asyncio
import subprocess
import sys

import gradus.openrlhf
import numpy as np
import pytest
from gradus import Error
from gradus.channels import Channels


def test_channels_become_numbers_by_an_operator():
    rewards = Channels({"outcome": 1.0, "style": 0.5}, forms={"style": "min"})
    found = rewards.scalars([{"outcome": 1, "style": [0.5, None, 0.25]}, {"outcome": 0.0}, {"style": []}])
    np.testing.assert_array_equal(found["outcome"], [1, 0, np.nan])
    np.testing.assert_array_equal(found["style"], [0.25, np.nan, np.nan])
    np.testing.assert_array_equal(rewards.rewards(found), [1.125, 0, np.nan])


@pytest.mark.parametrize("steps", [np.array([.5, .25]), np.array([.5, .25], dtype=np.float32), (.5, .25), np.array([1, 0]) / 4 + .25])
def test_arrays_are_lists_of_scores(steps):
    assert Channels({"style": 1.0}, forms={"style": "min"}).scalars([{"style": steps}])["style"].tolist() == [.25]


def test_scores_that_are_no_numbers_are_refused():
    for bad in (float("nan"), [float("inf")], np.array([np.nan]), "1", 1e39, [0.5, -3.5e38], 10**400):
        with pytest.raises(Error, match="channel 'style' of completion 1"):
            Channels({"style": 1.0}).scalars([{"style": 0.5}, {"style": bad}])


def test_channels_that_do_not_fit():
    with pytest.raises(Error, match="'lint'"):
        Channels({"outcome": 1.0}).scalars([{"lint": 1.0}])
    with pytest.raises(Error, match="no weight"):
        Channels({"outcome": 1.0}, forms={"style": "min"})
    with pytest.raises(Error, match="one of"):
        Channels({"outcome": 1.0}, forms={"outcome": "median"})
    with pytest.raises(Error, match="at least one"):
        Channels({})


SCORER = """
def score(query, prompt, label):
    return {"outcome": float(query.endswith(label)), "style": [0.5, None] if "long" in query else [None]}

score.weights = {"outcome": 1.0, "style": 0.5}
"""


@pytest.fixture
def scorer(tmp_path, monkeypatch):
    (tmp_path / "my_scores.py").write_text(SCORER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("GRADUS_SCORE", "my_scores:score")


def test_the_reward_file_answers_in_openrlhfs_format(scorer):
    found = gradus.openrlhf.reward_func(["p long 7", "p 8"], ["p", "p"], ["7", "7"])
    assert found["rewards"] == [1.25, 0] and found["scores"] == [1, 0]
    assert found["extra_logs"] == {"outcome": 0.5, "style": 0.5, "outcome_missing": 0.0, "style_missing": 0.5}
    assert gradus.openrlhf.reward_func([], [], []) == {"rewards": [], "scores": [], "extra_logs": {}}


def test_nothing_scored_is_no_zero(scorer, monkeypatch):
    call = gradus.openrlhf.reward_function(lambda query, prompt, label: {"outcome": None})
    with pytest.raises(Error, match="no score in any channel"):
        call(["q"], ["p"], ["l"])
    monkeypatch.setenv("GRADUS_SCORE", "my_scores")
    with pytest.raises(Error, match="MODULE:FUNCTION"):
        gradus.openrlhf.reward_func(["q"], ["p"], ["l"])


def test_the_command_prints_the_path_of_the_file():
    printed = subprocess.run([sys.executable, "-m", "gradus.openrlhf"], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == gradus.openrlhf.__file__


def test_openrlhf_loads_and_calls_the_file(scorer):
    agent = pytest.importorskip("openrlhf.utils.agent")
    executor = agent.SingleTurnAgentExecutor(gradus.openrlhf.__file__)
    (found,) = asyncio.run(executor._fetch_rewards_via_func(["p long 7"], ["p"], ["7"]))
    assert found["rewards"] == [1.25] and found["scores"] == [1.0]
