"""The gravitational energy of 32 bodies in space, over all pairs; minus its gradient are the forces."""

from __future__ import annotations

from typing import Any

import numpy as np

BODIES, SOFTENING = 32, 1e-2


def parameters() -> dict[str, np.ndarray]:
    return {"positions": np.random.default_rng(5).normal(size=(BODIES, 3))}


def data() -> tuple[np.ndarray]:
    return (np.random.default_rng(6).uniform(0.5, 2.0, BODIES),)


def scalar(p: Any, masses: Any) -> Any:
    positions, energy = p["positions"], 0.0
    for i in range(BODIES):
        for j in range(i):
            squared = sum((a - b) ** 2 for a, b in zip(positions[i], positions[j], strict=True))
            energy = energy - masses[i] * masses[j] / (squared + SOFTENING).sqrt()
    return energy


def arrays(xp: Any, p: Any, masses: Any) -> Any:
    differences = p["positions"][:, None] - p["positions"][None]
    distances = xp.sqrt((differences**2).sum(-1) + SOFTENING)
    products = masses[:, None] * masses[None]
    return -0.5 * ((products / distances).sum() - (masses**2).sum() / SOFTENING**0.5)


def hand(p: dict[str, np.ndarray], masses: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    differences = p["positions"][:, None] - p["positions"][None]  # (bodies, bodies, 3)
    squared = (differences**2).sum(axis=-1) + SOFTENING  # (bodies, bodies)
    potentials = np.outer(masses, masses) / np.sqrt(squared)
    np.fill_diagonal(potentials, 0.0)
    forces = (potentials / squared)[:, :, None] * differences  # every pair twice, once from each side
    return -0.5 * potentials.sum(), {"positions": forces.sum(axis=1)}
