"""Brian2 with its usual target, Cython, on one core: it compiles each operation and calls it step by step."""

from benchmarks.contestants import _brian


def workloads(threads):
    import brian2

    brian2.prefs.codegen.target = "cython"
    brian2.prefs.codegen.runtime.cython.multiprocess_safe = False

    def pair(make, duration):
        def prepare():
            network = brian2.Network(*make())
            network.run(0 * brian2.second)  # compiles
            return network

        def run(network):
            network.run(duration * brian2.second)
            return sum(int(each.num_spikes) for each in network.objects if isinstance(each, brian2.SpikeMonitor))

        return prepare, run

    return {name: [pair(*part) for part in parts] for name, parts in _brian.parts().items()}
