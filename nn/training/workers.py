"""Work for other processes: what can be sent to them, and what is said when one of them dies."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from typing import Any

from autograd import OperandError
from autograd.errors import AutogradError

Job = tuple[Any, ...]


class WorkerError(AutogradError, RuntimeError):
    """A process that worked for this one died, or was stopped.

    Attributes
    ----------
    results
        What was finished before, in the order of the jobs.
    """

    def __init__(self, message: str, results: Iterable[Any] = ()) -> None:
        super().__init__(message)
        self.results = list(results)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.results)


def run_all(user: str, function: Callable[..., Any], jobs: Iterable[Job], kind: str, executor: Executor) -> list[Any]:
    """Return `function(*job)` of each job, in their order, whoever is done first.

    Parameters
    ----------
    user, kind
        Who wants it, and what a job is to him: for messages.

    Raises
    ------
    WorkerError
        A worker died. What fails for another reason raises the error of the first job that failed.
    """
    futures: list[Future[Any]] = []
    try:
        for job in jobs:
            futures.append(executor.submit(function, *job))  # noqa: PERF401 - all so far are cancelled when one fails
        return [noting(f"{kind} {place}", future.result) for place, future in enumerate(futures, 1)]
    except Exception as error:
        if not _is_death(error):
            raise
        finished = [future.result() for future in futures if _is_finished(future)]
        raise WorkerError(
            f"{user}: a worker died, {len(finished)} {kind}s were finished ({type(error).__name__}: {error}). Was "
            "there enough memory, and can a new process import your program (does it start its work under "
            "`if __name__ == '__main__':`)? Try again with a new executor",
            finished,
        ) from error
    finally:
        for future in futures:
            future.cancel()


def noting(where: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return `function(*arguments)`; an error is told where it happened."""
    try:
        return function(*arguments)
    except Exception as error:
        error.add_note(f"in {where}")
        raise


def _is_finished(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _is_death(error: Exception) -> bool:
    """Tell whether an executor says that a worker is gone; Dask has a type of its own for that."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ == "KilledWorker"


def check_pickles(user: str, executor: Executor, parts: Mapping[str, Any]) -> None:
    """Make sure that a pool of processes can be sent what it needs; threads need nothing, and Dask sends lambdas too.

    Raises
    ------
    OperandError
        A part cannot be pickled.
    """
    if isinstance(executor, ProcessPoolExecutor):
        for name, part in parts.items():
            try:
                pickle.dumps(part)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                raise OperandError(f"{user}: {explain_unpicklable(name, error)}") from error


def explain_unpicklable(name: str, error: Exception) -> str:
    """Say what to write instead of something that cannot be pickled."""
    instead = (
        "a function defined with `def` at the top of a module can be, a lambda or a function within another cannot"
    )
    if name == "optimizer":
        instead = "try nn.optimizer_factory('adam', lr=1e-3), which makes an optimizer anywhere"
    return f"the {name} cannot be sent to other processes ({error}); {instead}"
