"""`chainrule train`, as a shell user meets it."""

import builtins
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import nn
from nn.diagnostics import PITFALLS
from nn.tabular import TableModel, diagnosis, learning, report, train_command
from nn.tabular.settings import Settings
from tests.nn.tables import flowers, prices, read, train, write

FILES = {"history.csv", "metrics.json", "model.json", "preparation.json", "report.html", "weights.safetensors"}


class Page(HTMLParser):
    """What a browser would need to read a page: its text, its open tags, what it would fetch."""

    EMPTY = ("meta", "br", "hr", "img", "link")

    def __init__(self, text):
        super().__init__()
        self.open, self.fetched, self.texts, self.headings = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            self.open.append(tag)
        self.fetched += [value for name, value in attributes if name in ("src", "href", "xlink:href", "srcset")]

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def page_of(folder):
    html = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert all(link.startswith(("#", "data:")) for link in page.fetched)
    assert not re.search(r"url\((?!#|&quot;#)|@import|<script", html)
    return page


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "houses.csv"
    prices(path)
    return path


@pytest.fixture
def kinds(tmp_path):
    path = tmp_path / "flowers.csv"
    flowers(path)
    return path


# --- what it does


def test_numbers_are_learned_judged_and_kept(table, tmp_path, capsys):
    out = tmp_path / "new" / "run"
    assert train(table, "--target", "price", "--out", out) == 0
    told, complaint = capsys.readouterr()
    assert complaint == ""
    assert told.isascii()
    names = [line.split("  ")[0] for line in told.splitlines()]
    assert [name for name in names if name != "note"] == [
        "data",
        "target",
        "network",
        "training",
        "trained",
        "result",
        "error",
        "written",
        "next",
    ]
    assert "120 rows of houses.csv, 24 of them held back until the end" in told
    assert "5 -> 32 -> 16 -> 1 units (relu), 737 parameters" in told
    assert {path.name for path in out.iterdir()} == FILES

    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["rows"] == {"learned": 81, "stopped_by": 15, "held_back": 24}
    assert metrics["held_back"]["r2"] > 0.97
    assert metrics["guess"]["r2"] < 0.01
    assert metrics["held_back"]["mae"] < 0.2 * metrics["guess"]["mae"]
    assert next(iter(metrics["importances"])) == "width"
    assert min(metrics["importances"].values()) > 0.01
    history = read(out / "history.csv")
    assert len(history) == metrics["epochs"]
    losses = [float(row["val_loss"]) for row in history]
    assert metrics["best_epoch"] == 1 + losses.index(min(losses))
    model = json.loads((out / "model.json").read_text())
    assert (model["task"], model["hidden"], model["activation"]) == ("regression", [32, 16], "relu")


def test_classes_are_learned_and_folds_validated(kinds, tmp_path, capsys):
    out = tmp_path / "run"
    assert train(kinds, "--target", "kind", "--hidden", 8, "--activation", "tanh", "--folds", 3, "--out", out) == 0
    told = capsys.readouterr().out
    assert re.search(r"^3 folds +accuracy \d+\.\d% \+- \d+\.\d% ", told, re.MULTILINE)
    metrics = json.loads((out / "metrics.json").read_text())
    assert [sorted(scores) for scores in metrics["folds"]] == [["accuracy", "f1"]] * 3
    assert min(scores["accuracy"] for scores in metrics["folds"]) > 0.9
    assert metrics["guess"]["accuracy"] == pytest.approx(1 / 3)
    assert "2 -> 8 -> 3 units (tanh)" in told


def test_the_preparation_knows_only_the_rows_learned_from(table, tmp_path):
    assert train(table, "--target", "price", "--out", tmp_path / "run", "--epochs", 1, "--quiet") == 0
    whole = nn.load_csv(table, target="price")
    rng = np.random.default_rng(0)
    others, _ = learning.hold_back(whole, 0.2, rng)
    learned, _ = learning.hold_back(others, learning.STOPPING_SHARE, rng)
    assert TableModel.load(tmp_path / "run").preparation == nn.Preparation.fit(learned)


def test_the_weights_are_those_that_were_judged(table, tmp_path):
    assert train(table, "--target", "price", "--out", tmp_path / "run", "--quiet") == 0
    whole = nn.load_csv(table, target="price")
    _, held_back = learning.hold_back(whole, 0.2, np.random.default_rng(0))
    predicted = TableModel.load(tmp_path / "run").predict(held_back)
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert nn.rmse(predicted, held_back.target.numbers) == pytest.approx(metrics["held_back"]["rmse"], rel=1e-12)


def test_the_same_seed_gives_the_same_weights(table, tmp_path):
    models = []
    for number, seed in enumerate((3, 3, 4)):
        out = tmp_path / str(number)
        words = ("--target", "price", "--seed", seed, "--epochs", 3, "--out", out, "--quiet")
        assert train(table, *words) == 0
        weights = TableModel.load(out).network.state_dict()
        models.append({name: array.tolist() for name, array in weights.items()})
    assert models[0] == models[1] != models[2]


def test_quiet_says_nothing(table, tmp_path, capsys):
    assert train(table, "--target", "price", "--epochs", 2, "--out", tmp_path / "run", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_columns_are_left_out(table, tmp_path):
    assert train(table, "--target", "price", "--drop", "colour", "height", "--epochs", 2, "--out", tmp_path / "r") == 0
    assert TableModel.load(tmp_path / "r").preparation.feature_names == ["width"]


def test_a_straight_line_needs_no_hidden_layer(table, tmp_path):
    words = ("--target", "price", "--weight-decay", 0, "--out", tmp_path / "r", "--quiet", "--hidden")
    assert train(table, *words) == 0
    assert TableModel.load(tmp_path / "r").widths == [5, 1]
    assert json.loads((tmp_path / "r" / "metrics.json").read_text())["held_back"]["r2"] > 0.999


def test_it_runs_as_a_program(table, tmp_path):
    words = ["train", table, "--target", "price", "--epochs", "2", "--out", tmp_path / "run"]
    done = subprocess.run([sys.executable, "-m", "autograd", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"next       chainrule predict {tmp_path / 'run'} new.csv -o predictions.csv"


def test_the_rows_without_a_target_are_left_out_when_asked(table, tmp_path, capsys):
    table.write_text(table.read_text() + "0.5,red,0.25,\n")
    assert train(table, "--target", "price", "--out", tmp_path / "run") == 1
    assert "--missing-target 'drop' leaves such rows out" in capsys.readouterr().err
    words = ("--missing-target", "drop", "--epochs", 1, "--out", tmp_path / "run")
    assert train(table, "--target", "price", *words) == 0
    assert "120 rows" in capsys.readouterr().out


# --- the report


@pytest.mark.parametrize("extra", [True, False])
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_the_report_tells_what_matters(table, kinds, tmp_path, capsys, monkeypatch, task, extra):
    if extra:
        pytest.importorskip("matplotlib")
    else:
        hide_matplotlib(monkeypatch)
    out = tmp_path / "run"
    words = (table, "--target", "price") if task == "regression" else (kinds, "--target", "kind")
    assert train(*words, "--epochs", 5, "--folds", 2, "--out", out) == 0
    assert ("left out" in capsys.readouterr().out) == (not extra)
    page = page_of(out)
    assert page.headings == ["How good it is", "What it gets wrong", "How it learned", "The columns", "Predict"]
    text = " ".join(page.texts)
    metrics = json.loads((out / "metrics.json").read_text())
    assert "2 folds" in text
    assert "guessing" in text
    assert f"chainrule predict {out} new.csv -o predictions.csv" in text
    if task == "regression":
        assert f"{metrics['held_back']['r2']:.3f}" in text
        assert "3 categories: blue, green, red" in text
    else:
        assert f"{metrics['held_back']['accuracy']:.1%}" in text
        assert re.search("always (iris|poppy|rose)", text)
    assert text.count(" epochs: loss ") == extra
    assert ("pip install 'chainrule[plot]'" in text) == (not extra)


def hide_matplotlib(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **settings):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *arguments, **settings)

    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", without)


def test_what_comes_from_the_table_is_escaped(tmp_path, capsys):
    evil = "<script>alert(1)</script>"
    rows = [[k / 7, evil if k % 3 else "<b>", f"{evil}{k % 2}"] for k in range(40)]
    path = write(tmp_path / "<i>evil.csv", [evil, f"{evil}2", "&target"], rows)
    assert train(path, "--target", "&target", "--epochs", 2, "--out", tmp_path / "<u>") == 0
    page_of(tmp_path / "<u>")


# --- what may be wrong with a run


def findings_of(path, *words):
    assert train(path, "--out", path.parent / "run", "--quiet", *words) == 0
    return json.loads((path.parent / "run" / "metrics.json").read_text())["findings"]


def test_noise_is_called_no_better_than_guessing(tmp_path):
    rng = np.random.default_rng(5)
    path = write(tmp_path / "noise.csv", ["x", "y"], rng.normal(size=(200, 2)).tolist())
    assert any("no better than guessing" in finding for finding in findings_of(path, "--target", "y"))


def test_overfitting_is_named(tmp_path):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(160, 20))
    rows = np.column_stack([X, X[:, 0] + 1.0 * rng.normal(size=160)]).tolist()
    path = write(tmp_path / "wide.csv", [*(f"x{k}" for k in range(20)), "y"], rows)
    assert any(finding.startswith("It overfits: R2") for finding in findings_of(path, "--target", "y"))


def test_too_few_epochs_are_named(table):
    found = findings_of(table, "--target", "price", "--epochs", 3, "--lr", 0.001)
    assert any("train longer (--epochs 9) or with larger steps (--lr 0.002)" in finding for finding in found)


def test_pitfalls_are_named_with_options_as_remedies(table):
    found = findings_of(table, "--target", "price", "--lr", 1e-6, "--epochs", 5)
    assert any(re.search(r"since epoch \d+: try a higher --lr, ten times at first\.$", finding) for finding in found)
    assert set(diagnosis.REMEDIES) < set(PITFALLS)


def test_few_rows_and_useless_columns_are_named(tmp_path):
    rows = [[k, "same", f"name {k}", k % 5, 3.0 * (k % 5)] for k in range(50)]
    path = write(tmp_path / "t.csv", ["id", "constant", "name", "x", "y"], rows)
    found = " ".join(findings_of(path, "--target", "y", "--task", "regression"))
    assert "Only 10 rows were held back" in found
    assert "--drop 'id' leaves it out" in found
    assert "1 column of a single value in all rows learned from tell nothing: 'constant'." in found
    assert re.search(r"Column 'name' holds 34 different texts in 34 rows", found)
    assert "10 of the 10 rows held back have a 'name' that does not occur" in found


def test_a_good_run_raises_nothing(kinds, tmp_path):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 2))
    path = write(tmp_path / "line.csv", ["a", "b", "y"], np.column_stack([X, X @ [1.5, -0.5]]).tolist())
    assert findings_of(path, "--target", "y") == []


# --- what goes wrong


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("houses.csv", "the following arguments are required: --target"),
        ("houses.csv --target prize", r"there is no column 'prize'; did you mean 'price'\? the columns are width,"),
        ("houses.csv --target price --drop widht", "there is no column 'widht'; did you mean 'width'"),
        ("houses.csv --target price --activation rellu", "got 'rellu'; did you mean 'relu'"),
        ("houses.csv --target price --task guess", "invalid choice: 'guess'"),
        ("houses.csv --target price --hidden 0", "expected a whole number, 1 or more, got '0'"),
        ("houses.csv --target price --test 1.5", "expected a share between 0 and 1, such as 0.2, got '1.5'"),
        ("houses.csv --target price --lr 0", "expected a finite number above 0, got '0'"),
        ("houses.csv --target price --weight-decay -1", "expected a finite number, 0 or more, got '-1'"),
        ("houses.csv --target price --folds 1", "expected a whole number, 2 or more, got '1'"),
    ],
)
def test_wrong_usage(table, tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        train(*words.split())
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        (None, "", "table.csv: No such file or directory"),
        ("", "", "the file is empty"),
        ("x,y\n", "", "there are 2 column names but no rows"),
        ("x,y\n1,2\n3\n", "", r"line 3: got 1 fields, expected 2"),
        ("x,y\n" + "1,2\n" * 5, "--task regression", "got 5 rows with a target, expected at least 10"),
        ("x,y\n" + "1,2\n" * 12, "--task regression --folds 7", "got 12 rows with a target, expected at least 14"),
        ("x,y\n" + "1,a\n" * 20, "", "the target 'y' is 'a' in all rows, expected at least two classes"),
        ("x,y\n" + "1,a\n" * 20 + "2,b\n" * 3, "", "class 'b' of the target 'y' has 3 rows, expected at least 4"),
        ("x,y\n" + "1,1\n" * 20 + "2,2\n" * 3, "", "if they are numbers to be estimated, say --task 'regression'"),
        ("x,y\n" + "1,a\n2,b\n" * 20, "--task regression", "regression needs numbers"),
        ("y\n" + "1\n" * 20, "", "no column is left to predict from"),
        (
            "x,z,y\n" + "1,,1.5\n2,,0.5\n" * 20,
            "",
            "'z' has no value in any row of the training part; --drop 'z'",
        ),
        ("x,y\n" + "".join(f"t{k},{k}.5\n" for k in range(300)), "", r"is dropped by --drop 'x'"),
        ("x,y\n" + "1,a\n2,b\n" * 20, "--test 0.01", "cannot be divided: .*; try another --test"),
        ("x,y\n" + "1,0.5\n-1,1.5\n" * 20, "--lr 1e300", "the loss became"),
    ],
)
def test_a_table_that_cannot_be_learned_is_explained(tmp_path, capsys, content, words, message):
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_text(content)
    assert train(path, "--target", "y", "--out", tmp_path / "run", *words.split()) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("chainrule: error: ")
    assert re.search(message, complaint)
    assert not (tmp_path / "run").exists()


def test_text_in_another_encoding_is_a_note(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_bytes("größe,y\n".encode("latin-1") + b"1,0.5\n2,1.25\n" * 20)
    assert train(path, "--target", "y", "--epochs", 1, "--out", tmp_path / "run") == 0
    complaint = capsys.readouterr().err
    assert re.match(r"chainrule: note: .* is read as Latin-1; .*--encoding 'latin-1'", complaint)
    assert train(path, "--target", "y", "--epochs", 1, "--encoding", "latin-1", "--out", tmp_path / "run") == 0
    assert capsys.readouterr().err == ""


def test_a_bad_output_folder_is_found_out_before_the_training(table, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(learning, "learn", lambda *given, **settings: pytest.fail("trained first"))
    (tmp_path / "file").write_text("mine")
    assert train(table, "--target", "price", "--out", tmp_path / "file") == 1
    assert "it is a file; choose another one with --out" in capsys.readouterr().err


def press_ctrl_c(monkeypatch, epoch):
    """Interrupt the training in an epoch."""

    def interrupt(stopping, trainer):
        if trainer.epoch == epoch:
            raise KeyboardInterrupt

    monkeypatch.setattr(nn.EarlyStopping, "on_iteration", interrupt)


def test_ctrl_c_keeps_what_was_learned(table, tmp_path, capsys, monkeypatch):
    press_ctrl_c(monkeypatch, 4)
    assert train(table, "--target", "price", "--folds", 3, "--out", tmp_path / "run") == train_command.INTERRUPTED
    told = capsys.readouterr().out
    assert "interrupted in epoch 5" in told
    assert "3 folds" not in told
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES
    assert len(read(tmp_path / "run" / "history.csv")) == 4
    TableModel.load(tmp_path / "run")


def test_ctrl_c_before_anything_was_learned_leaves_nothing(table, tmp_path, capsys, monkeypatch):
    press_ctrl_c(monkeypatch, 0)
    assert train(table, "--target", "price", "--out", tmp_path / "run") == train_command.INTERRUPTED
    assert "chainrule: interrupted" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_ctrl_c_among_the_folds_leaves_them_out(table, tmp_path, capsys, monkeypatch):
    def interrupt(*given):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(learning, "validate_folds", interrupt)
    words = ("--target", "price", "--epochs", 2, "--folds", 3, "--out", tmp_path / "run")
    assert train(table, *words) == train_command.INTERRUPTED
    assert "interrupted while validating the folds; they are left out" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES


def test_a_full_disk_is_explained(table, tmp_path, capsys, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "page", full)
    assert train(table, "--target", "price", "--epochs", 1, "--out", tmp_path / "run") == 1
    assert "chainrule: error: [Errno 28] No space left on device" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_batches_grow_with_the_table():
    assert [Settings().rows_per_update(rows) for rows in (10, 800, 801, 10**6)] == [16, 16, 32, 256]
