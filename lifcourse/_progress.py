"""A progress bar for whoever waits and watches."""

import sys
from contextlib import contextmanager


@contextmanager
def progress_bar(total, unit=" steps"):
    """A bar that appears after a second, where somebody can see it; elsewhere something that only counts.

    Either has the attribute `n` and the method `update`.
    """
    if not watched():
        yield _Counter()
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, delay=1, leave=False, unit=unit, unit_scale=True) as bar:
        yield bar


class _Counter:
    n = 0

    def update(self, done):
        self.n += done


def watched():
    """Whether somebody looks on: at a terminal, or at a notebook; nobody does while a book is built or tested.

    Who runs a notebook for a person lets it ask that person questions; who runs it unattended does not.
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stderr) and sys.stderr.isatty()
