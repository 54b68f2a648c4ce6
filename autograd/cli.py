"""The command line: `chainrule`, also `python -m autograd`.

Commands are found by entry points of the group "chainrule.commands", so that this package knows none of them,
and `nn` (or anybody) can bring its own. An entry point names a function that adds a parser to the subparsers, and
sets `run`: a function from the parsed arguments to the exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version

from autograd.errors import AutogradError

INTERRUPTED = 130  # what a shell expects after Ctrl-C: 128 + SIGINT


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every installed command."""
    parser = argparse.ArgumentParser(
        prog="chainrule",
        description="Write a network one scalar at a time, see every number in it, check every gradient.",
    )
    parser.add_argument("--version", action="version", version=f"chainrule {version('chainrule')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in sorted(entry_points(group="chainrule.commands"), key=lambda entry: entry.name):
        command.load()(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 for success, 1 for failure, 2 for wrong usage, 130 when interrupted."""
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except AutogradError as error:
        print(f"chainrule: error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    except OSError as error:  # such as a file that is missing, or a disk that is full
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"chainrule: error: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("chainrule: interrupted", file=sys.stderr)
        return INTERRUPTED
