import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value
from autograd.errors import DomainError, OperandError, ShapeError, UnknownNameError
from nn.data.csv_text import sniff


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a file and gives its path."""

    def write(content, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


HOUSES = "rooms,heating,price\n3,gas,250.5\n,oil,180\n5,,310.25\n4,gas,222\n"


def cells(table):
    return {name: column.cells.tolist() for name, column in table.columns.items()}


# --- reading


def test_columns_are_numbers_or_categories(written):
    table = nn.load_csv(written(HOUSES), target="price")
    assert repr(table) == "Table(4 rows, 2 columns, target 'price': regression)"
    np.testing.assert_array_equal(table.columns["rooms"].numbers, [3, np.nan, 5, 4])
    assert table.columns["heating"].numbers is None
    assert table.columns["heating"].cells.tolist() == ["gas", "oil", None, "gas"]
    assert table.target.numbers.tolist() == [250.5, 180.0, 310.25, 222.0]
    assert table.lines.tolist() == [2, 3, 4, 5]
    assert repr(nn.load_csv(written(HOUSES), drop=["rooms"])) == "Table(4 rows, 2 columns)"


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1.5,x\n2.5,y\n",
        "a;b\n1.5;x\n2.5;y\n",
        "a;b\n1,5;x\n2,5;y\n",
        "a\tb\r\n1.5\tx\r\n2.5\ty\r\n",
        "a|b\r1.5|x\r2.5|y",
        '"a","b"\n"1.5","x"\n\n"2.5","y"\n\n',
        "\ufeffa,b\n 1.5 , x\n2.5,y ",
    ],
)
def test_delimiters_line_ends_quotes_and_marks_are_found(written, text):
    table = nn.load_csv(written(text))
    assert table.columns["a"].numbers.tolist() == [1.5, 2.5]
    assert table.columns["b"].cells.tolist() == ["x", "y"]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(written):
    table = nn.load_csv(written('a,b\n"x, y","he said ""no"""\n"1\n2",z\n'))
    assert cells(table) == {"a": ["x, y", "1\n2"], "b": ['he said "no"', "z"]}
    assert table.lines.tolist() == [2, 4]


def test_points_between_thousands_where_commas_are_decimal(written):
    table = nn.load_csv(written("a;b\n1.234,5;2\n-7,25;1.5\n"))
    assert table.columns["a"].numbers.tolist() == [1234.5, -7.25]
    assert table.columns["b"].numbers.tolist() == [2.0, 1.5]
    assert nn.load_csv(written("a;b\n1,5;2\n"), decimal=".").columns["a"].numbers is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(written, encoding):
    path = written("Größe,Straße\n1,Çà\n2,é\n", encoding)
    if encoding == "latin-1":
        with pytest.warns(UnicodeWarning, match=r"line 1: the text is not UTF-8 and is read as Latin-1"):
            table = nn.load_csv(path)
    else:
        table = nn.load_csv(path)
    assert cells(table) == {"Größe": ["1", "2"], "Straße": ["Çà", "é"]}
    assert cells(nn.load_csv(path, encoding=encoding)) == cells(table)


@pytest.mark.parametrize("spelling", ["", "NA", "nan", "NaN", "NAN", "null", "?", " "])
def test_missing_cells_in_many_spellings(written, spelling):
    table = nn.load_csv(written(f"a,b\n1,x\n{spelling},y\n"))
    assert table.columns["a"].missing().tolist() == [False, True]
    np.testing.assert_array_equal(table.columns["a"].numbers, [1, np.nan])


def test_the_spelling_of_missing_cells_can_be_told(written):
    table = nn.load_csv(written("a,b\n1,NA\n-999,x\n"), missing={"-999"})
    assert cells(table) == {"a": ["1", None], "b": ["NA", "x"]}


def test_files_without_names_and_with_lines_before_them(written):
    assert cells(nn.load_csv(written("1,2\n3,4\n"), names=["a", "b"])) == {"a": ["1", "3"], "b": ["2", "4"]}
    assert cells(nn.load_csv(written("made by hand\na,b\n1,2\n"), skip=1, delimiter=",")) == {"a": ["1"], "b": ["2"]}
    assert cells(nn.load_csv(written(",b\n0,2\n"), skip=1, names=["row", "b"], drop=["row"])) == {"b": ["2"]}


@pytest.mark.parametrize(
    ("targets", "task"),
    [
        (["a", "b", "a", "c"], "classification"),
        (["1", "b", "1", "1"], "classification"),
        (["0", "1", "1", "0"], "classification"),
        (["0.0", "1.0", "1.0", "0.0"], "classification"),
        (["0.5", "1.0", "1.0", "0.5"], "regression"),
        (["250", "180", "310", "220"], "regression"),
        ([str(number % 20) for number in range(60)], "classification"),
        ([str(number % 21) for number in range(60)], "regression"),
    ],
)
def test_what_is_to_be_predicted_follows_from_the_targets(written, targets, task):
    path = written("x,t\n" + "".join(f"{place},{target}\n" for place, target in enumerate(targets)))
    assert nn.load_csv(path, target="t").task == task
    assert nn.load_csv(path, target="t", task="classification").task == "classification"


def test_rows_without_a_target_are_refused_or_left_out(written):
    path = written("x,t\n1,2.5\n2,\n3,1.5\n4,NA\n")
    with pytest.raises(
        DomainError, match=r"line 3: the target 't' is missing \(in 2 of 4 rows\); missing_target='drop'"
    ):
        nn.load_csv(path, target="t")
    table = nn.load_csv(path, target="t", missing_target="drop")
    assert (cells(table), table.target.numbers.tolist()) == ({"x": ["1", "3"]}, [2.5, 1.5])
    assert table.lines.tolist() == [2, 4]
    assert len(nn.load_csv(path)) == 4


@given(st.lists(st.lists(st.text("abc,;\"'\n\t é", min_size=0, max_size=5), min_size=3, max_size=3), min_size=1))
def test_what_python_writes_is_read_back(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["one", "two", "three"], *rows])
    table = nn.load_csv(path, delimiter=",")
    expected = [[cell.strip() or None for cell in row] for row in rows]
    assert [list(row) for row in zip(*cells(table).values(), strict=True)] == expected


def test_the_delimiter_that_fits_all_lines_is_taken():
    assert sniff("a,b;c,d\n1,2;3,4\n5;6\n") == ";"
    assert sniff("name\nno, delimiter, here\n") == ","
    assert sniff("") == ","


# --- what cannot be read


@pytest.mark.parametrize(
    ("text", "settings", "error", "message"),
    [
        ("", {}, ShapeError, "table.csv: the file is empty"),
        ("\n\n", {}, ShapeError, "the file is empty"),
        ("a,b\n", {}, ShapeError, "2 column names but no rows"),
        ("a,b\n1,2\n3\n", {}, ShapeError, "line 3: got 1 fields, expected 2 .'a', 'b'."),
        ("a,b\n1,2\n3,4,5\n", {}, ShapeError, "line 3: got 3 fields, expected 2"),
        ("a,b,a\n1,2,3\n", {}, DomainError, "columns 1 and 3 are both called 'a'"),
        ("a,,c\n1,2,3\n", {}, DomainError, "column 2 has no name"),
        ("1,2\n3,4\n", {}, DomainError, r"line 1: got numbers .*names=\[...\]"),
        ('a,b\n1,"2\n3,4\n', {}, DomainError, "is a quote missing"),
        ('a,b\n1,"2"x\n', {}, DomainError, "line 2: .*is a quote missing"),
        ("a,b\n1,inf\n", {}, DomainError, "line 2: b is infinite"),
        ("a,b\n1,2\n", {"target": "B"}, UnknownNameError, "no column 'B'; .*the columns are a, b"),
        ("width,b\n1,2\n", {"target": "widht"}, UnknownNameError, "did you mean 'width'"),
        ("a,b\n1,2\n", {"drop": ["c"]}, UnknownNameError, "no column 'c'"),
        ("a\n1.5\n", {"target": "a"}, DomainError, "no column is left to predict from"),
        ("a,b\n1,\n2,\n", {"target": "b"}, DomainError, "the target 'b' is missing in all rows"),
        (
            "a,b\n1,x\n",
            {"target": "b", "task": "regression"},
            DomainError,
            "'b' holds 'x', but regression needs numbers",
        ),
        ("a,b\n1,2\n", {"task": "ranking"}, UnknownNameError, "task: got 'ranking'"),
        ("a,b\n1,2\n", {"missing_target": "ignore"}, UnknownNameError, "missing_target: got 'ignore'"),
        ("a,b\n1,2\n", {"decimal": "'"}, UnknownNameError, "decimal: got"),
        ("a,b\n1,2\n", {"delimiter": "::"}, DomainError, "delimiter: got '::'"),
        ("a,b\n1,2\n", {"names": ["a"]}, ShapeError, "line 1: got 2 fields, expected 1"),
        ("a,b\n1,2\n", {"encoding": "utf8000"}, UnknownNameError, "encoding: got 'utf8000'"),
        (b"a,b\n1,2\n3,\xe9\n", {"encoding": "utf-8"}, DomainError, "line 3: the text is not utf-8; try encoding="),
        (b"PK\x03\x04\0\0", {}, DomainError, "a spreadsheet or an archive, expected text"),
        (b"\x89PNG\0", {}, DomainError, "the file is no text"),
    ],
)
def test_files_that_cannot_be_read_are_explained(written, text, settings, error, message):
    with pytest.raises(error, match=message):
        nn.load_csv(written(text), **settings)


def test_a_million_columns_are_refused_or_read(written):
    path = written(",".join(f"c{number}" for number in range(1_000_000)) + "\n" + "1," * 999_999 + "1\n")
    with pytest.raises(DomainError, match=r"got 1,000,000 columns, expected at most 10,000.*max_columns=1000000"):
        nn.load_csv(path)
    path = written(",".join(f"c{number}" for number in range(20_000)) + "\n" + "1," * 19_999 + "1\n")
    assert len(nn.load_csv(path, max_columns=20_000).columns) == 20_000


def test_a_missing_file_is_pythons_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        nn.load_csv(tmp_path / "nowhere.csv")


# --- tables


def test_rows_of_a_table(written):
    table = nn.load_csv(written(HOUSES), target="price")
    for rows in ([2, 0], np.array([2, 0])):
        part = table[rows]
        assert (len(part), part.lines.tolist(), part.target.numbers.tolist()) == (2, [4, 2], [310.25, 250.5])
        assert cells(part) == {"rooms": ["5", "3"], "heating": [None, "gas"]}
    assert len(table[1:]) == len(table[np.array([False, True, True, True])]) == 3
    with pytest.raises(OperandError, match="expected the positions of rows"):
        table[1]
    train, test = nn.train_test_split(table, test_size=1, rng=0)
    assert sorted([*train.lines, *test.lines]) == [2, 3, 4, 5]
    assert [len(test) for _, test in nn.KFold(2, rng=0).split(table)] == [2, 2]


# --- preparations


def test_what_is_learned_is_learned_from_the_training_part(written):
    table = nn.load_csv(written("x,kind,y\n1,a,10\n3,b,30\n,,20\n1000,c,99\n"), target="y")
    preparation = nn.Preparation.fit(table[:3])
    assert preparation.feature_names == ["x", "kind=a", "kind=b", "kind missing"]
    scale = np.sqrt(200 / 3)
    assert (preparation.mean, preparation.scale) == (20.0, pytest.approx(scale))
    np.testing.assert_allclose(
        preparation.transform(table), [[-1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [998, 0, 0, 0]], atol=1e-12
    )
    np.testing.assert_allclose(preparation.targets(table), np.array([-10, 10, 0, 79]) / scale)
    np.testing.assert_allclose(preparation.decode(preparation.targets(table)), [10, 30, 20, 99])
    assert preparation.outputs == 1
    assert preparation.unseen(table) == {"kind": ["c"]}
    assert preparation.unseen(table[:3]) == {}
    plain = nn.Preparation.fit(table, standardize_target=False)
    assert plain.targets(table).tolist() == [10.0, 30.0, 20.0, 99.0]


def test_classes_are_numbered_and_named_again(written):
    table = nn.load_csv(written("x,y\n1,no\n2,yes\n3,maybe\n4,no\n"), target="y")
    preparation = nn.Preparation.fit(table)
    assert (preparation.classes, preparation.outputs) == (["maybe", "no", "yes"], 3)
    assert preparation.targets(table).tolist() == [1, 2, 0, 1]
    assert preparation.targets(table).dtype == np.int64
    scores = np.eye(3)[[2, 0]]
    for outputs in (scores, Tensor(scores), [[Value(x) for x in row] for row in scores.tolist()]):
        assert preparation.decode(outputs).tolist() == ["yes", "maybe"]


def test_classes_that_are_numbers_come_in_their_order(written):
    table = nn.load_csv(written("x,y\n1,10\n2,9.0\n3,9\n4,10\n"), target="y")
    preparation = nn.Preparation.fit(table)
    assert preparation.classes == ["9", "10"]
    assert preparation.targets(table).tolist() == [1, 0, 0, 1]
    for outputs in ([2.5, -1.0], [[2.5], [-1.0]], [[0.0, 2.5], [1.0, 0.5]]):  # one score a row, or two
        assert preparation.decode(outputs).tolist() == ["10", "9"]


def test_a_preparation_is_kept_as_json_and_serves_another_file(written):
    table = nn.load_csv(written("x,kind,y\n1,a,10.5\n3,b,30\n5,,20\n"), target="y")
    fitted = nn.Preparation.fit(table)
    preparation = nn.Preparation.from_state_dict(json.loads(json.dumps(fitted.state_dict())))
    assert preparation == fitted
    other = nn.load_csv(written("note,kind,x\nhello,b,3\nworld,new,\nagain,,1\n"))  # another order, more, no target
    np.testing.assert_allclose(preparation.transform(other)[:, 1:], [[0, 1, 0], [0, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(preparation.transform(other)[:2, 0], 0.0)
    # a column of numbers may be all of whole numbers, or all missing, in another file; categories may look like numbers
    assert preparation.transform(nn.load_csv(written("kind,x\n7,\n8,\n"))).tolist() == [[0.0] * 4, [0.0] * 4]
    with pytest.raises(UnknownNameError, match=r"lacks 1 of the 2 columns .* first 'kind'; did you mean 'kinds'"):
        preparation.transform(nn.load_csv(written("kinds,x\na,1\n")))
    with pytest.raises(DomainError, match="line 3: x is 'tall', expected a number, as in training"):
        preparation.transform(nn.load_csv(written("kind,x\na,1\nb,tall\n")))
    with pytest.raises(OperandError, match="there is no target"):
        preparation.targets(other)


@pytest.mark.parametrize("state", [{}, {"version": 1}, {"version": 1, "inputs": [{"name": "x"}]}, {"version": 2}])
def test_states_that_are_none_are_refused(state):
    with pytest.raises(DomainError, match="Preparation: "):
        nn.Preparation.from_state_dict(state)


def test_categories_keep_their_spelling_in_files_where_they_look_like_numbers(written):
    preparation = nn.Preparation.fit(nn.load_csv(written("zip,n\n01234,1\nA1,2\n")))
    assert preparation.transform(nn.load_csv(written("zip,n\n01234,1\n")))[:, :2].tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "act", "error", "message"),
    [
        ("x,y\n1,a\n2,a\n", lambda table: nn.Preparation.fit(table), DomainError, "a single class 'a'"),
        ("x,y\n,a\n,b\n", lambda table: nn.Preparation.fit(table), ShapeError, "'x' has no value in any row"),
        ("x,y\na,1\nb,2\n", lambda table: nn.Preparation.fit(table[:0]), ShapeError, "got no rows"),
        (
            "x,y\na,1\nb,2\nc,3\n",
            lambda table: nn.Preparation.fit(table, max_categories=2),
            DomainError,
            r"'x' holds 3 different texts in 3 rows, .* drop=\['x'\]",
        ),
        (
            "x,y\n1,a\n2,b\n3,c\n",
            lambda table: nn.Preparation.fit(table[:2]).targets(table),
            DomainError,
            "line 4: y is 'c', which the training part does not hold; split with stratify",
        ),
        (
            "x,y\n1,a\n2,b\n3,c\n",
            lambda table: nn.Preparation.fit(table).decode([[1.0, 2.0]]),
            ShapeError,
            r"got outputs of shape \(1, 2\), expected 3 a row",
        ),
        (
            "x,y\n1,1.5\n2,2\n",
            lambda table: nn.Preparation.fit(table).decode([[1.0, 2.0]]),
            ShapeError,
            "expected 1 a row",
        ),
    ],
)
def test_tables_that_cannot_be_learned_from_are_explained(written, text, act, error, message):
    table = nn.load_csv(written(text), target="y")
    with pytest.raises(error, match=message):
        act(table)


# --- one scale


def test_a_standardizer_gives_mean_0_and_deviation_1():
    X = np.random.default_rng(0).normal([3.0, -50.0, 1e6], [0.1, 20.0, 1e-3], size=(200, 3))
    standardizer = nn.Standardizer.fit(X)
    np.testing.assert_allclose(standardizer.mean, X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(standardizer.scale, X.std(axis=0), rtol=1e-9)
    scaled = standardizer.transform(X)
    np.testing.assert_allclose((scaled.mean(axis=0), scaled.std(axis=0)), ([0] * 3, [1] * 3), atol=1e-6)
    np.testing.assert_allclose(standardizer.inverse_transform(scaled), X, rtol=1e-14)
    again = nn.Standardizer.from_state_dict(json.loads(json.dumps(standardizer.state_dict())))
    np.testing.assert_array_equal(again.transform(X), scaled)


def test_a_series_missing_numbers_and_constants():
    series = nn.Standardizer.fit([1.0, 3.0, 5.0])
    assert series.transform([3.0]).tolist() == [0.0]
    standardizer = nn.Standardizer.fit([[0.1, 1.0], [0.1, np.nan], [0.1, 3.0]])
    assert standardizer.scale.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(standardizer.transform([[0.1, 3.0], [1.1, np.nan]]), [[0, 1], [1, np.nan]], atol=1e-15)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: nn.Standardizer.fit([]), ShapeError, "got no samples"),
        (lambda: nn.Standardizer.fit([[1.0], [np.inf]]), OperandError, "infinite"),
        (lambda: nn.Standardizer.fit([[1.0, np.nan]]), ShapeError, "feature 1 is missing in all samples"),
        (lambda: nn.Standardizer.fit(["a"]), OperandError, "expected numbers"),
        (lambda: nn.Standardizer.fit([[1], [2, 3]]), ShapeError, "different lengths"),
        (
            lambda: nn.Standardizer.fit([[1.0, 2.0]]).transform([[1.0]]),
            ShapeError,
            r"\(1, 1\), expected \(samples, 2\)",
        ),
    ],
)
def test_data_that_cannot_be_standardised_are_refused(act, error, message):
    with pytest.raises(error, match=message):
        act()


# --- NumPy's files


def test_arrays_come_back_by_name(tmp_path):
    X, y = np.arange(6.0).reshape(3, 2), np.array([0, 1, 0])
    np.savez(tmp_path / "data.npz", X=X, y=y)
    np.save(tmp_path / "single.npy", X)
    first, second = nn.load_arrays(tmp_path / "data.npz", "y", "X")
    np.testing.assert_array_equal(first, y)
    np.testing.assert_array_equal(second, X)
    assert list(nn.load_arrays(tmp_path / "data.npz")) == ["X", "y"]
    np.testing.assert_array_equal(nn.load_arrays(tmp_path / "single.npy"), X)
    with pytest.raises(UnknownNameError, match=r"no array 'x'; .*the file holds X, y"):
        nn.load_arrays(tmp_path / "data.npz", "x")
    with pytest.raises(OperandError, match="a single array without a name"):
        nn.load_arrays(tmp_path / "single.npy", "X")


def test_pickles_damage_and_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "objects.npz", X=np.array([{}, None]))
    with pytest.raises(DomainError, match="without pickled objects"):
        nn.load_arrays(tmp_path / "objects.npz")
    np.savez(tmp_path / "data.npz", X=np.arange(1000))
    (tmp_path / "half.npz").write_bytes((tmp_path / "data.npz").read_bytes()[:500])
    (tmp_path / "text.npz").write_text("X,y\n1,2\n")
    (tmp_path / "empty.npy").write_bytes(b"")
    for name in ("half.npz", "text.npz", "empty.npy"):
        with pytest.raises(DomainError, match=name):
            nn.load_arrays(tmp_path / name)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160, 1e307])
def test_numbers_of_any_size_are_standardized(size):
    data = np.array([[1.5, -3.0], [4.0, 0.25], [-2.5, 7.0]])
    np.testing.assert_allclose(
        nn.Standardizer.fit(size * data).transform(size * data), nn.Standardizer.fit(data).transform(data), rtol=1e-14
    )
