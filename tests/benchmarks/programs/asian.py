"""An Asian call option priced by 500 paths of 12 steps, with delta, vega, rho and theta by differentiation."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import exp

PATHS, STEPS, STRIKE = 500, 12, 100.0


def parameters() -> dict[str, np.ndarray]:
    return {"spot": np.array(102.0), "volatility": np.array(0.25), "rate": np.array(0.04), "maturity": np.array(0.75)}


def data() -> tuple[np.ndarray]:
    return (np.random.default_rng(4).normal(size=(PATHS, STEPS)),)


def scalar(p: Any, normals: Any) -> Any:
    dt = p["maturity"] / STEPS
    drift = (p["rate"] - 0.5 * p["volatility"] ** 2) * dt
    spread = p["volatility"] * dt**0.5
    payoffs = []
    for path in normals:
        price, sum_of_prices = p["spot"], 0.0
        for normal in path:
            price = price * exp(drift + spread * normal)
            sum_of_prices = sum_of_prices + price
        payoffs.append((sum_of_prices / STEPS - STRIKE).relu())
    return exp(-p["rate"] * p["maturity"]) * sum(payoffs) / len(payoffs)


def arrays(xp: Any, p: Any, normals: Any) -> Any:
    dt = p["maturity"] / STEPS
    growth = (p["rate"] - 0.5 * p["volatility"] ** 2) * dt + p["volatility"] * dt**0.5 * normals
    prices = p["spot"] * xp.exp(xp.cumsum(growth, 1))
    payoffs = xp.relu(prices.mean(1) - STRIKE)
    return xp.exp(-p["rate"] * p["maturity"]) * payoffs.mean()


def hand(p: dict[str, np.ndarray], normals: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    spot, volatility, rate, maturity = (float(p[name]) for name in ("spot", "volatility", "rate", "maturity"))
    dt = maturity / STEPS
    walks = np.cumsum(normals, axis=1)  # (paths, steps): the sum of normals so far
    times = np.arange(1, STEPS + 1)  # (steps,): how many drifts were added
    logs = (rate - 0.5 * volatility**2) * dt * times + volatility * dt**0.5 * walks
    prices = spot * np.exp(logs)  # (paths, steps)
    averages = prices.mean(axis=1)
    discount = np.exp(-rate * maturity)
    value = discount * np.maximum(averages - STRIKE, 0).mean()

    weights = (averages > STRIKE)[:, None] * prices * (discount / (PATHS * STEPS))  # d value / d logs
    by_time, by_walk = (weights @ times).sum(), (weights * walks).sum()
    by_dt = (rate - 0.5 * volatility**2) * by_time + 0.5 * volatility * dt**-0.5 * by_walk
    return value, {
        "spot": weights.sum() / spot,
        "volatility": -volatility * dt * by_time + dt**0.5 * by_walk,
        "rate": dt * by_time - maturity * value,
        "maturity": by_dt / STEPS - rate * value,
    }
