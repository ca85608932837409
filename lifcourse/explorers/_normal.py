"""NumPy's normal random numbers, for the page: the tables of its ziggurat, read off NumPy itself.

`numpy.random.Generator.standard_normal` lays 256 layers of equal area over the bell curve (G. Marsaglia and W. W.
Tsang, "The ziggurat method for generating random variables", J. Stat. Softw. 5 (2000) no. 8). Of a random 64-bit
number, the lowest 8 bits choose the layer, 1 bit the sign and 52 bits the place x in it: ``bits * w[layer]``, accepted
at once if ``bits < k[layer]``. To know the tables to the last bit, one gives the generator the state that makes it draw
a chosen number, and looks at what comes out.
"""

import functools
import math

import numpy as np

_LAYERS = 256
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of NumPy's PCG64
_UNDONE = pow(_MULTIPLIER, -1, 2**128)


@functools.cache
def ziggurat():
    """Tables of the ziggurat.

    Returns
    -------
    dict
        By layer: ``k`` (integers; what lies below is accepted at once), ``w`` (widths, over 2**52) and ``f`` (height of
        the bell curve at the layer's edge).
    """
    generator = np.random.Generator(np.random.PCG64())
    k = [_first_refused(generator, layer) for layer in range(_LAYERS)]
    # A power of 2, small enough to be accepted, is multiplied without rounding. Layer 1 refuses all at first.
    w = [_draw(generator, layer, 2**40)[0] / 2**40 for layer in range(_LAYERS)]
    f = [1.0, *(math.exp(-0.5 * (width * 2**52) ** 2) for width in w[1:])]
    return {"k": k, "w": w, "f": f}


def _draw(generator, layer, bits):
    """What standard_normal makes of a random number with these bits, and whether it was content with this one."""
    after = (bits << 9) | layer  # the state's lower half, which comes out as it is if the upper half is 0
    before = ((after - 1) * _UNDONE) % 2**128
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": before, "inc": 1},
        "has_uint32": 0,
        "uinteger": 0,
    }
    value = generator.standard_normal()
    return value, generator.bit_generator.state["state"]["state"] == after


def _first_refused(generator, layer):
    low, high = 0, 2**52  # low - 1 is accepted, high is not
    while low < high:
        middle = (low + high) // 2
        if _draw(generator, layer, middle)[1]:
            low = middle + 1
        else:
            high = middle
    return low
