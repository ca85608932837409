"""Interactive figures: sliders, a neuron that answers, and a page that needs no kernel.

`explore` makes such a figure of any neuron. The explorers of the course are ready-made: `lif`, `refractory`, `sra`,
`aelif` and `euler_step`.
"""

from lifcourse.explorers._explorer import Explorer
from lifcourse.explorers._ready import aelif, euler_step, explore, lif, refractory, sra

__all__ = ["Explorer", "aelif", "euler_step", "explore", "lif", "refractory", "sra"]
