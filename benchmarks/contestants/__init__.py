"""One module a contestant.

Each has ``workloads(threads)``, which returns functions by the name of a workload: called, they simulate it once and
return the number of spikes. What they do before their first call, and in it, is not part of the time.
"""
