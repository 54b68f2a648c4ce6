"""Small tables, as files that a stranger might bring, and the commands that read them."""

import csv

import numpy as np

from autograd import cli

COLOURS = ("blue", "green", "red")


def train(*words):
    return cli.main(["train", *map(str, words)])


def predict(*words):
    return cli.main(["predict", *map(str, words)])


def write(path, header, rows, *, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def prices(path, *, rows=120, seed=0):
    """Write a table whose price follows from the other columns, and return the prices."""
    rng = np.random.default_rng(seed)
    width, height = np.round(rng.normal(size=(2, rows)), 4)
    colours = rng.choice(COLOURS, size=rows)
    price = 20 + 4 * width - 2 * height + 3 * (colours == "red")
    write(path, ["width", "colour", "height", "price"], zip(width, colours, height, price, strict=True))
    return price


def flowers(path, *, rows=90, seed=0):
    """Write a table of three kinds of flowers, and return the kinds."""
    rng = np.random.default_rng(seed)
    kinds = np.arange(rows) % 3
    petals = np.round(kinds[:, None] * [2.0, -1.0] + 0.4 * rng.normal(size=(rows, 2)), 4)
    names = np.array(["iris", "poppy", "rose"])[kinds]
    write(
        path, ["length", "width", "kind"], [[*petal, name] for petal, name in zip(petals.tolist(), names, strict=True)]
    )
    return names
