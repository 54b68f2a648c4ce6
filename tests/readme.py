"""The README's examples, run as one session; its pictures are those that they save.

`python -m tests.readme` draws the pictures anew.
"""

import contextlib
import doctest
import io
import re
import tempfile
from pathlib import Path
from unittest import mock

from autograd.errors import MissingExtraError

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURES = ROOT / ".github" / "pictures"


def run_examples(folder):
    """Run all examples in a folder, with our own layout of pictures; return a report of what failed, if any."""
    # Lines keep their numbers; a fence ends the output above it.
    text = re.sub(r"^```.*$", "", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest(text, {"__name__": "readme"}, "README.md", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    report = io.StringIO()
    no_graphviz = mock.patch("autograd.visual.svg.lay_out_with_graphviz", side_effect=MissingExtraError)
    with contextlib.chdir(folder), no_graphviz:
        runner.run(examples, out=report.write)
    return report.getvalue()


def shown_pictures():
    """List the names of the pictures that the README shows."""
    return re.findall(r"\]\(\.github/pictures/([^)]+)\)", README.read_text(encoding="utf-8"))


def main():
    """Replace the pictures by what the examples save."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if report := run_examples(folder):
            raise SystemExit(report)
        for name in shown_pictures():
            (PICTURES / name).write_bytes((Path(folder) / name).read_bytes())
            print(f"drew {(PICTURES / name).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
