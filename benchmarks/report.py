"""What a run of the benchmark says: a table, a plot, and whether each claim holds."""

import json
import statistics

from benchmarks.worker import TURN
from benchmarks.workloads import updates

S4 = ("S4 LIF 10,000", "S4 AELIF 10,000", "S4 LIF 1,000,000", "S4 AELIF 1,000,000")


def ratio(result, name, one, other, measure="seconds"):
    """Median over the rounds of the time of `one` over that of `other` in the same round; None if one is missing.

    `measure` is "alone" for the first run of a turn, which comes after turns of others.
    """
    found = result["workloads"].get(name, {})
    if measure not in found.get(one, {}) or measure not in found.get(other, {}):
        return None
    pairs = zip(found[one][measure], found[other][measure], strict=False)
    return statistics.median(a / b for a, b in pairs)


def noisy_ratio(result, label, allowance):
    """The same for S2, where C gets its random numbers from NumPy, and its own time counts `allowance` times."""
    found = result["workloads"].get("S2", {})
    parts = [found.get(key, {}).get("seconds") for key in (label, "C", "S2 random numbers, C")]
    if None in parts:
        return None
    return statistics.median(ours / (allowance * c + numpy) for ours, c, numpy in zip(*parts, strict=False))


def contestants(result):
    """All that took part in any workload; the further measurements of a workload begin with its name."""
    labels = dict.fromkeys(label for found in result["workloads"].values() for label in found)
    return [label for label in labels if not label.startswith("S")]


def table(result):
    """Markdown: a row a contestant, a column a workload, in ns an update of a neuron."""
    names, labels = list(result["workloads"]), contestants(result)
    lines = ["| ns an update of a neuron | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for label in labels:
        cells = [cell(result["workloads"][name].get(label), name) for name in names]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    lines += [f"| {label} | " + " | ".join("–" for _ in names) + " |" for label in result["skipped"]]
    return "\n".join(lines)


def cell(found, name):
    if not found or "median" not in found:
        return "–"
    cost = found["median"] / updates(name) * 1e9
    return f"{cost:.2f}" if cost < 10 else f"{cost:.0f}"


def claims(result):
    """Each claim: its text, the number found (None if it was not measured), the limit, and whether less is better."""
    for name in ("S1", *S4):
        found = ratio(result, name, "lifcourse, one thread", "C")
        yield f"{name}, one thread: time over that of C", found, 1.0, True
        if "AELIF" in name or name == "S1":
            found = ratio(result, name, "lifcourse, one thread", "C with our exp")
            yield f"{name}, one thread: time over that of C with the same exp", found, None, True
        else:
            found = ratio(result, name, *(f"{name} all measures, {label}" for label in ("lifcourse, one thread", "C")))
            yield f"{name}, one thread: time of fi_curve over that of C with all that it returns", found, None, True
    # C and NumPy together do what we do. With 1.3 times C alone, nothing would be allowed for the random numbers.
    for label, where in (("lifcourse, one thread", "one thread"), ("lifcourse", "all cores")):
        limit = 1.3 if where == "one thread" else None
        found = noisy_ratio(result, label, 1.0)
        yield f"S2, {where}: time over that of C and NumPy's random numbers", found, limit, True
        found = noisy_ratio(result, label, 1.3)
        yield f"S2, {where}: time over 1.3 times that of C, and NumPy's random numbers", found, None, True
    yield "S3: time over that of C", ratio(result, "S3", "lifcourse, one thread", "C"), 1.2, True
    for name in ("S3", "S4 LIF 1,000,000"):
        found = ratio(result, name, "lifcourse, one thread", "C", "alone")
        yield f"{name}, one thread, one run after other programs: time over that of C", found, None, True
    for name in S4:
        found = ratio(result, name, "lifcourse, one thread", "lifcourse")
        yield f"{name}: speed of all threads over one thread", found, 1.7, False
    for name, found in (result.get("pair") or {}).items():
        yield f"{name}: speed of two C processes over one, the machine's own limit", found, None, False
    for model, costs in result.get("flat", {}).items():
        found = max(costs.values()) / min(costs.values())
        yield f"{model}: dearest over cheapest update, 100 to 1,000,000 neurons", found, 1.15, True
    for rival in ("Brian2 Cython", "Brian2 standalone", "NEST", "JAX"):
        for name in result["workloads"]:
            limit = {("S1", "Brian2 Cython"): 30.0, ("S1", "NEST"): 20.0}.get((name, rival), 1.0)
            if rival == "JAX" and "AELIF" in name and name != "S1":
                limit = None
            tried = [ratio(result, name, each, "lifcourse") for each in (rival, f"{rival}, one thread")]
            found = min((each for each in tried if each is not None), default=None)
            yield f"{name}, all cores: time of {rival} over ours", found, limit, False
    start = result.get("start", {})
    yield "seconds to import and first sweep, fresh process, warm cache", start.get("first sweep"), 1.5, True
    yield "seconds for each further model", start.get("further model"), 0.05, True
    yield "seconds for import lifcourse", start.get("import"), 0.3, True
    for name, beyond in result.get("memory", {}).items():
        yield f"MB that {name} needs for a million neurons beyond its result", beyond / 1e6, 10.0, True


def verdicts(result):
    """Markdown: a line a claim."""
    lines = ["| claim | found | limit | holds |", "|---|---:|---:|---|"]
    for text, found, limit, less in claims(result):
        if found is None:
            holds, shown = "not measured", "–"
        else:
            shown = f"{found:.3g}"
            holds = (
                "for information" if limit is None else "yes" if (found <= limit if less else found >= limit) else "NO"
            )
        bound = "" if limit is None else f"{'≤' if less else '≥'} {limit:g}"
        lines.append(f"| {text} | {shown} | {bound} | {holds} |")
    return "\n".join(lines)


def description(result):
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores ({', '.join(machine['vectors'])}), {machine['system']}, "
        f"Python {machine['Python']}, gcc {machine['gcc']}, {versions}; {machine['date']}; "
        f"load average {machine['load at the start']} at the start."
    )


def write(result, folder):
    """`results.json`, `results.md` and `results.svg`."""
    folder.mkdir(exist_ok=True)
    short = json.loads(json.dumps(result))
    for found in short["workloads"].values():
        for each in found.values():
            for measure in ("seconds", "alone"):
                each[measure] = [float(f"{seconds:.4g}") for seconds in each.get(measure, [])]
            for key in ("median", "first"):
                if key in each:
                    each[key] = float(f"{each[key]:.4g}")
    (folder / "results.json").write_text(json.dumps(short, indent=1) + "\n", encoding="utf-8")
    head = f"Medians of one run, all contestants in turn, each for at least {TURN:g} s.\n{description(result)}"
    text = "\n\n".join((head, table(result), "<!-- claims -->", verdicts(result)))
    (folder / "results.md").write_text(text + "\n", encoding="utf-8")
    plot(result, folder / "results.svg")


def plot(result, path):
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "lifcourse"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    names = list(result["workloads"])
    for label, marker in zip(contestants(result), "o^vsDPXd*<>", strict=False):
        points = [(at, result["workloads"][name].get(label, {}).get("median"), name) for at, name in enumerate(names)]
        points = [(at, median / updates(name) * 1e9) for at, median, name in points if median]
        axes.plot(*zip(*points, strict=True), marker, label=label, markersize=7)
    axes.set_yscale("log")
    axes.set_xticks(range(len(names)), [name.replace(" ", "\n", 2) for name in names])
    axes.set_ylabel("time an update of a neuron (ns)")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize="small", ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    figure.savefig(path, metadata={"Date": None})
