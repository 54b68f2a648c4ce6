"""`chainrule predict`, as a shell user meets it, and the folder that it reads."""

import csv
import io
import json

import numpy as np
import pytest

import nn
from autograd import DomainError, ShapeError, UnknownNameError
from nn.tabular import TableModel
from nn.tabular.model import ACTIVATIONS, build_network
from tests.nn.tables import flowers, predict, prices, read, train, write


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """Return a folder with houses.csv, the model in run/, and the prices."""
    folder = tmp_path_factory.mktemp("houses")
    price = prices(folder / "houses.csv")
    assert train(folder / "houses.csv", "--target", "price", "--out", folder / "run", "--quiet") == 0
    return folder, price


@pytest.fixture(scope="module")
def garden(tmp_path_factory):
    folder = tmp_path_factory.mktemp("garden")
    kinds = flowers(folder / "flowers.csv")
    assert train(folder / "flowers.csv", "--target", "kind", "--out", folder / "run", "--quiet") == 0
    return folder, kinds


def test_numbers_are_predicted_row_by_row(houses, tmp_path, capsys):
    folder, price = houses
    out = tmp_path / "predictions.csv"
    assert predict(folder / "run", folder / "houses.csv", "-o", out) == 0
    assert capsys.readouterr() == ("", f"120 predictions of price in {out}\n")
    rows = read(out)
    assert list(rows[0]) == ["prediction"]
    assert np.corrcoef([float(row["prediction"]) for row in rows], price)[0, 1] > 0.99


def test_columns_come_in_any_order_and_the_target_is_not_needed(houses, tmp_path, capsys):
    folder, _ = houses
    rows = read(folder / "houses.csv")
    columns = ["height", "owner", "colour", "width"]
    shuffled = write(tmp_path / "new.csv", columns, [[row.get(name, "x") for name in columns] for row in rows])
    assert predict(folder / "run", folder / "houses.csv") == 0
    expected = capsys.readouterr().out
    assert predict(folder / "run", shuffled) == 0
    assert capsys.readouterr() == (expected, "")
    assert expected.splitlines()[0] == "prediction"
    assert len(expected.splitlines()) == 121


def test_classes_come_with_the_confidence_in_each(garden, capsys):
    folder, kinds = garden
    assert predict(folder / "run", folder / "flowers.csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == ["prediction", "confidence_iris", "confidence_poppy", "confidence_rose"]
    assert np.mean([row["prediction"] for row in rows] == kinds) > 0.95
    for row in rows:
        confidences = {name.removeprefix("confidence_"): float(x) for name, x in row.items() if name != "prediction"}
        assert sum(confidences.values()) == pytest.approx(1.0)
        assert max(confidences, key=confidences.get) == row["prediction"]


def test_categories_that_training_did_not_see_are_a_note(houses, tmp_path, capsys):
    folder, _ = houses
    new = write(tmp_path / "new.csv", ["width", "height", "colour"], [[1.0, 0.5, "pink"], ["", 0.5, ""]])
    assert predict(folder / "run", new) == 0
    told, complaint = capsys.readouterr()
    assert len(told.splitlines()) == 3
    assert complaint.startswith("chainrule: note: column 'colour' holds 'pink', which training did not see")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "new.csv: No such file or directory"),
        (
            "width,hieght,colour\n1,2,red\n",
            "lacks 1 of the 3 columns of the training part, first 'height'; did you mean",
        ),
        ("width,height,colour\n1,tall,red\n", "line 2: height is 'tall', expected a number, as in training"),
        ("width,height,colour\n", "there are 3 column names but no rows"),
    ],
)
def test_a_table_that_does_not_fit_is_explained(houses, tmp_path, capsys, content, message):
    folder, _ = houses
    if content is not None:
        (tmp_path / "new.csv").write_text(content)
    assert predict(folder / "run", tmp_path / "new.csv", "-o", tmp_path / "out.csv") == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("chainrule: error: ")
    assert message in complaint
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_cannot_be_written_is_explained(houses, tmp_path, capsys):
    folder, _ = houses
    assert predict(folder / "run", folder / "houses.csv", "-o", tmp_path / "no" / "out.csv") == 1
    assert "No such file or directory; create the folder first" in capsys.readouterr().err


def test_a_decimal_comma_is_read(houses, tmp_path, capsys):
    folder, _ = houses
    rows = [["0,5", "-1,25", "red"]]
    assert predict(folder / "run", write(tmp_path / "a.csv", ["width", "height", "colour"], rows, delimiter=";")) == 0
    found = capsys.readouterr().out
    path = write(tmp_path / "b.csv", ["width", "height", "colour"], rows, delimiter="|")
    assert predict(folder / "run", path, "--decimal", ",") == 0
    assert capsys.readouterr().out == found


# --- the folder


def damaged(folder, tmp_path, **files):
    """Return a copy of a run in which files have another content, or (None) are missing."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (folder / "run").iterdir():
        content = files.get(path.name.partition(".")[0], path.read_bytes())
        if content is not None:
            (copy / path.name).write_bytes(content)
    return copy


def described(**changes):
    return json.dumps(
        {"format": "chainrule table model", "version": 1, "hidden": [32, 16], "activation": "relu", **changes}
    ).encode()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"model": None}, r"there is no trained model here \(model.json is missing\); train one: chainrule train"),
        ({"weights": None}, "weights.safetensors is missing"),
        ({"preparation": None}, "preparation.json is missing"),
        ({"model": b"{"}, "model.json: the file is damaged"),
        ({"model": b"[]"}, "model.json: got list, expected an object"),
        ({"model": b"{}"}, "got None, version None, expected 'chainrule table model', version 1"),
        ({"model": described(version=2)}, "got 'chainrule table model', version 2, expected"),
        ({"model": described(hidden=[32, -16])}, r"hidden is \[32, -16\], expected a list of widths"),
        ({"model": described(hidden=[10**9, 10**9])}, "too small for a network of widths"),
        ({"model": described(activation="step")}, "got 'step'; there are elu"),
        ({"model": described(hidden=[16, 32])}, "load"),
        ({"preparation": b"{}"}, "the state is not that of a preparation"),
        ({"weights": bytes(10_000)}, "is damaged"),
    ],
)
def test_a_damaged_folder_is_explained(houses, tmp_path, files, message):
    copy = damaged(houses[0], tmp_path, **files)
    with pytest.raises((DomainError, UnknownNameError, ShapeError), match=message):
        TableModel.load(copy)


def test_a_folder_without_a_model_is_explained_in_the_shell(houses, tmp_path, capsys):
    assert predict(tmp_path, houses[0] / "houses.csv") == 1
    assert f"chainrule: error: {tmp_path}: there is no trained model here" in capsys.readouterr().err


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_is_saved_is_what_is_loaded(garden, tmp_path, activation):
    table = nn.load_csv(garden[0] / "flowers.csv", target="kind")
    model = TableModel.build(nn.Preparation.fit(table), (5, 4), activation, rng=3)
    model.save(tmp_path)
    again = TableModel.load(tmp_path)
    assert (again.widths, again.activation, again.task) == ([2, 5, 4, 3], activation, "classification")
    assert again.outputs(table).tolist() == model.outputs(table).tolist()


def test_weights_start_as_fits_the_activation():
    for activation, variance in (("relu", 2 / 300), ("tanh", 2 / 500)):
        network = build_network([300, 200, 2], activation, rng=0)
        assert network[0].weight.data.var() == pytest.approx(variance, rel=0.05)
        assert not network[0].bias.data.any()
