"""The same C with lifcourse's exp, ported: what is left when the function is the same."""

from benchmarks.contestants import strict_c


def workloads(threads):
    return {
        name: run for name, run in strict_c.workloads(threads, "plain_exp").items() if "AELIF" in name or name == "S1"
    }
