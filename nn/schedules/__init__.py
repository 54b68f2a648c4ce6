"""Schedules: learning rates that change from step to step.

A schedule is a function of the step, counted from 0, that returns what the learning rate is multiplied by: one of
those here, or any other. `Schedule` attaches it to an optimizer. What depends on how the training goes is a class of
its own: `ReduceOnPlateau`.

functions        step_decay, multi_step, exponential, cosine, cosine_restarts, warm_up, one_cycle
schedule         Schedule
plateau          ReduceOnPlateau
"""

from nn.schedules.functions import cosine, cosine_restarts, exponential, multi_step, one_cycle, step_decay, warm_up
from nn.schedules.plateau import ReduceOnPlateau
from nn.schedules.schedule import Schedule

__all__ = [
    "ReduceOnPlateau",
    "Schedule",
    "cosine",
    "cosine_restarts",
    "exponential",
    "multi_step",
    "one_cycle",
    "step_decay",
    "warm_up",
]
