# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 13. A time series by an LSTM
#
# A recurrent network reads a series step by step, and carries a memory along. Here one reads two years of the air over
# Mauna Loa, month by month, and says what the next twelve months will bring.

# %%
import numpy as np
from matplotlib import pyplot as plt

import nn
from nn.plots import history_curves

series = nn.datasets.co2()
series

# %%
ORANGE, BLUE = "#e0731d", "#2f86c5"
past = len(series) - 120  # the last ten years are the future, which nobody has seen yet
_, axes = plt.subplots(figsize=(9, 3), layout="constrained")
axes.plot(series.times[:past], series.values[:past], color=BLUE, label="to learn from")
axes.plot(series.times[past:], series.values[past:], color=ORANGE, label="held back")
axes.set(title="Carbon dioxide over Mauna Loa", ylabel=series.name)
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Windows
#
# A sample is 24 months, its target the 12 months after. The series is cut into past and future *first*, and only then
# into windows: windows drawn at random would overlap, and the network would be tested on months that it has seen.

# %%
LENGTH, HORIZON = 24, 12


def scaled(values):
    """Return parts per million as numbers around 0."""
    return (values - 350.0) / 5.0


X_train, y_train = nn.windows(scaled(series.values[:past]), LENGTH, horizon=HORIZON)
X_test, y_test = nn.windows(scaled(series.values[past - LENGTH :]), LENGTH, horizon=HORIZON)
print(X_train.shape, y_train.shape, X_test.shape)

# %% [markdown]
# ## What must be beaten
#
# A forecast that costs nothing: the next year will be as the last one. It knows the season, and nothing of the rise.
# A better one adds the rise of the last year.

# %%
naive = X_test[:, -12:]
rise = X_test[:, -12:].mean(axis=1) - X_test[:, -24:-12].mean(axis=1)
drifting = naive + rise[:, None]


def error(forecast):
    """Return the mean absolute error in parts per million."""
    return 5.0 * nn.mae(forecast, y_test)


print(f"as last year: {error(naive):.2f} ppm; as last year, risen as last year: {error(drifting):.2f} ppm")

# %% [markdown]
# ## The network
#
# The series rises forever, and no network can be right on numbers beyond all that it has seen. So it is given, and
# asked for, the difference to the last month known. The LSTM's state after the last month goes to a linear layer with
# one output for each month to come.


# %%
class Forecaster(nn.Module):
    def __init__(self, hidden, horizon, *, rng):
        self.lstm = nn.LSTM(1, hidden, rng=rng)
        self.head = nn.Linear(hidden, horizon, rng=rng)

    def forward(self, x):  # (batch, length)
        last = x[:, -1:]  # (batch, 1)
        states, _ = self.lstm((x - last)[:, :, None])  # (batch, length, hidden)
        return last + self.head(states[:, -1])  # (batch, horizon)


model = Forecaster(24, HORIZON, rng=np.random.default_rng(0))
history = nn.fit(
    model,
    nn.mse_loss,
    (X_train, y_train),
    epochs=40,
    batch_size=32,
    optimizer=nn.Adam(model.parameters(), lr=1e-2),
    clip_norm=1.0,
    callbacks=[nn.LearningRate(nn.schedules.cosine, steps=40)],
    rng=0,
    progress=False,
)
history_curves(history)

# %%
forecast = nn.predict(model, X_test)
print(f"LSTM: {error(forecast):.2f} ppm, {1 - error(forecast) / error(naive):.0%} better than the naive forecast")
assert error(forecast) < 0.8 * error(naive)
assert error(forecast) < error(drifting)

# %% [markdown]
# ## The forecasts
#
# Each line is one forecast of twelve months, made with nothing but the 24 months before it.

# %%
_, axes = plt.subplots(figsize=(9, 3.4), layout="constrained")
axes.plot(series.times[past:], series.values[past:], color=BLUE, linewidth=3, alpha=0.5, label="measured")
for start in range(0, len(forecast), 12):
    months = series.times[past + start : past + start + HORIZON]
    axes.plot(months, 350 + 5 * forecast[start], color=ORANGE, label="forecast" if start == 0 else None)
axes.set(title="Ten years, foretold a year at a time", ylabel=series.name)
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## How far can it see?

# %%
print("months ahead  LSTM  naive (ppm)")
for month in (0, 2, 5, 8, 11):
    errors = [5 * nn.mae(each[:, month], y_test[:, month]) for each in (forecast, naive)]
    print(f"{month + 1:12}  {errors[0]:.2f}  {errors[1]:.2f}")

# %% [markdown]
# ## To try
#
# * Give it the numbers themselves instead of differences to the last month. What happens in the later years?
# * `nn.GRU` has fewer weights, `nn.RNN` a shorter memory. Do they notice?
