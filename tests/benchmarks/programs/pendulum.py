"""A damped pendulum, 200 steps of the classic Runge-Kutta method: narrow and deep; gradient in four parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import sin

STEPS, DT, TARGET = 200, 0.05, 0.3


def parameters() -> dict[str, np.ndarray]:
    values = {"angle": 1.2, "velocity": -0.4, "damping": 0.15, "stiffness": 2.5}
    return {name: np.array(value) for name, value in values.items()}


def data() -> tuple[()]:
    return ()


def scalar(p: Any) -> Any:
    def slope(angle, velocity):
        return velocity, -p["damping"] * velocity - p["stiffness"] * sin(angle)

    angle, velocity = p["angle"], p["velocity"]
    for _ in range(STEPS):
        a1, v1 = slope(angle, velocity)
        a2, v2 = slope(angle + DT / 2 * a1, velocity + DT / 2 * v1)
        a3, v3 = slope(angle + DT / 2 * a2, velocity + DT / 2 * v2)
        a4, v4 = slope(angle + DT * a3, velocity + DT * v3)
        angle = angle + DT / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        velocity = velocity + DT / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
    return (angle - TARGET) ** 2 + velocity**2


def arrays(xp: Any, p: Any) -> Any:
    def slope(state):
        return xp.stack([state[1], -p["damping"] * state[1] - p["stiffness"] * xp.sin(state[0])])

    def step(state):
        s1 = slope(state)
        s2 = slope(state + DT / 2 * s1)
        s3 = slope(state + DT / 2 * s2)
        return state + DT / 6 * (s1 + 2 * s2 + 2 * s3 + slope(state + DT * s3))

    state = xp.iterate(step, xp.stack([p["angle"], p["velocity"]]), STEPS)
    return (state[0] - TARGET) ** 2 + state[1] ** 2


def hand(p: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    # Two numbers a step: plain floats, since NumPy's overhead would be most of the time.
    damping, stiffness = float(p["damping"]), float(p["stiffness"])
    state = float(p["angle"]), float(p["velocity"])
    tape = []  # the four states of each step at which the slope was taken
    for _ in range(STEPS):
        angle, velocity = state
        stages, slopes = [], []
        for factor in (0.0, DT / 2, DT / 2, DT):
            a, v = (angle + factor * slopes[-1][0], velocity + factor * slopes[-1][1]) if slopes else state
            stages.append((a, v))
            slopes.append((v, -damping * v - stiffness * math.sin(a)))
        (a1, v1), (a2, v2), (a3, v3), (a4, v4) = slopes
        state = angle + DT / 6 * (a1 + 2 * a2 + 2 * a3 + a4), velocity + DT / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        tape.append(stages)
    angle, velocity = state

    by_angle, by_velocity, by_damping, by_stiffness = 2 * (angle - TARGET), 2 * velocity, 0.0, 0.0
    for stages in reversed(tape):
        arrived_angle, arrived_velocity = by_angle, by_velocity
        step_angle = step_velocity = 0.0  # the derivative in the stage that was swept last
        weights = (DT / 6, DT / 3, DT / 3, DT / 6)
        for (a, v), weight, factor in zip(reversed(stages), reversed(weights), (0.0, DT, DT / 2, DT / 2), strict=True):
            da = weight * arrived_angle + factor * step_angle
            dv = weight * arrived_velocity + factor * step_velocity
            step_angle, step_velocity = -stiffness * math.cos(a) * dv, da - damping * dv
            by_damping -= v * dv
            by_stiffness -= math.sin(a) * dv
            by_angle += step_angle
            by_velocity += step_velocity
    gradients = {"angle": by_angle, "velocity": by_velocity, "damping": by_damping, "stiffness": by_stiffness}
    return (angle - TARGET) ** 2 + velocity**2, {name: np.array(slope) for name, slope in gradients.items()}
