"""Published methods by name: found, described, run; what is wrong is said with the nearest right thing."""

import numpy as np
import pytest

import gradus


def batch():
    mask, no = np.ones((4, 6)), np.nan
    prm = np.array([[no, .9, no, .2, no, .7], [no, .8, no, .9, no, .9], [no, .1, no, .3, no, .2], [no, .5, no, .5, no, .5]])
    return gradus.Batch.from_dense(mask, group=[0, 0, 0, 0], step_ends=~np.isnan(prm), columns={"step.prm": prm}, missing="skip")


def test_a_method_is_its_chain_of_operators():
    by_name, by_hand = batch(), batch()
    gradus.method("pure", temperature=0.2)(by_name)
    gradus.shape.min_form(by_hand, channel="prm", temperature=0.2)
    gradus.shape.suffix(by_hand, channel="prm", into="return")
    gradus.shape.normalise(by_hand, channel="return", pool="index", scale="none")
    gradus.shape.place(by_hand, channel="return", at="every", into="advantage")
    assert np.array_equal(by_name["token.advantage"], by_hand["token.advantage"])
    assert np.abs(by_name["token.advantage"]).sum() > 0


@pytest.mark.parametrize("name", ["PURE", "pure/credit", "2504.15275", "min-form credit assignment"])
def test_a_method_has_many_names(name):
    assert [stage.name for stage in gradus.method(name).stages] == ["shape.min_form", "shape.suffix", "shape.normalise", "shape.place"]


def test_methods_are_searched_and_described():
    (found,) = gradus.methods("information gain")
    assert found.key == "igpo" and found.paper == "arXiv 2510.14967"
    assert [chain.name for chain in found.chains][0] == "advantage"
    assert found.chains[0].parameters["gamma"] == 1.0
    assert len(gradus.methods()) > 30


@pytest.mark.parametrize("name, parameters, said", [
    ("prme", {}, "did you mean 'prime'"), ("pure/min_from", {}, "did you mean 'min_form'"), ("pure", {"temprature": 1.0}, "did you mean 'temperature'"),
    ("pure", {"temperature": "hot"}, "a number"), ("pure", {"temperature": -1.0}, "1e-06"), ("post_eval", {}, "it has none")])
def test_what_is_wrong_is_said(name, parameters, said):
    with pytest.raises(gradus.Error, match=said):
        gradus.method(name, **parameters)
