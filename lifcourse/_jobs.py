"""Run the parts of a sweep: here, in threads, or wherever an executor takes them."""

import os
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait

from lifcourse._progress import progress_bar


def cores():
    """Number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Stopped(BaseException):
    pass


def run_here(run, jobs, total, threads):
    """Call ``run(place, job, count)`` for all pairs ``(place, job)`` of `jobs`, in this process.

    Each thread, the caller's among them, fetches the next job when it is done with one. An interrupt, or an error in
    one of them, stops all at their next call of `count`: they call ``count(steps)`` to report progress towards `total`.
    """
    stop, lock, done = threading.Event(), threading.Lock(), 0

    def count(steps):
        nonlocal done
        if stop.is_set():
            raise _Stopped
        with lock:
            done += steps

    def count_and_show(steps):
        count(steps)
        bar.update(done - bar.n)

    def fetch():
        with lock:
            return next(jobs, None)

    def work(count):
        try:
            for place, job in iter(fetch, None):
                run(place, job, count)
        except _Stopped:
            pass
        except BaseException:
            stop.set()
            raise

    with progress_bar(total) as bar:
        if threads == 1:
            work(count_and_show)
            return
        with ThreadPoolExecutor(threads - 1) as pool:
            try:
                others = [pool.submit(work, count) for _ in range(threads - 1)]
                work(count_and_show)
                while wait(others, timeout=0.1, return_when=FIRST_EXCEPTION).not_done:
                    bar.update(done - bar.n)
                bar.update(done - bar.n)
            finally:
                stop.set()
        for thread in others:
            thread.result()


def run_elsewhere(run, jobs, store, executor):
    """Call ``store(place, run(*job))`` for all pairs ``(place, job)`` of `jobs`; `executor` does the running."""
    places = {executor.submit(run, *job): place for place, job in jobs}
    try:
        with progress_bar(len(places), unit=" jobs") as bar:
            for future in as_completed(places):
                store(places[future], future.result())
                bar.update(1)
    finally:
        for future in places:
            future.cancel()
