"""A trainer's own settings in an estimator: used where it has such a parameter, refused where it would be ignored.

    estimator.tuned("gradus_grpo", norm=setting(config, "norm_adv_by_std_in_grpo", True), gamma=setting(config, "gamma", 1.0))
"""

from ._gradus import Error

_DEFAULTS = {"norm": True, "gamma": 1.0, "lam": 1.0}
_NAMES = {"norm": "norm_adv_by_std_in_grpo=False", "gamma": "gamma", "lam": "lam"}
# What divides by a standard deviation, and its form without.
_PLAIN = {"credit.grpo": "credit.dr_grpo", "shape.normalise": "shape.normalise", "credit.pass_at_k": "credit.pass_at_k"}


def setting(config, name, default):
    """A setting of a trainer's config: a dict, an OmegaConf node or an object; None is the default."""
    if config is None:
        return default
    value = config.get(name, default) if hasattr(config, "get") else getattr(config, name, default)
    return default if value is None else value


def changed(settings):
    """Those that are not what the estimators do anyhow."""
    return {name: value for name, value in settings.items() if value != _DEFAULTS[name]}


def stages_with(name, stages, settings):
    """The stages with the settings in them. Raises for one that no stage has."""
    out, used = [(stage.name, dict(stage.params)) for stage in stages], {"norm"} & set(settings)
    for number, (stage, params) in enumerate(out):
        if "norm" in settings and stage in _PLAIN:
            if stage == "credit.grpo":
                params = {key: value for key, value in params.items() if key not in ("epsilon", "variant")}
            else:
                params = {**params, "scale": "none"}
            out[number] = (_PLAIN[stage], params)
        if "gamma" in settings and stage == "credit.step_return" and params["form"] == "sum":
            out[number] = (out[number][0], {**out[number][1], "gamma": settings["gamma"]})
            used.add("gamma")
    for setting_name in sorted(set(settings) - used):
        raise Error(f"'{name}' does not use the trainer's setting {_NAMES[setting_name]} ({settings[setting_name]}); expected its default, "
                    f"{_DEFAULTS[setting_name]}")
    return out
