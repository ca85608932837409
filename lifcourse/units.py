"""Units as plain floats: multiply going in, divide coming out.

Everything inside the package is in SI units. ``100 * pF`` is a capacitance in farads, and ``V / mV`` is the number that
belongs on an axis labelled in millivolts.

>>> from lifcourse.units import MOhm, mV, pF
>>> round(100 * pF * 100 * MOhm, 6)  # a membrane time constant, in seconds
0.01
"""

s, ms, us = 1.0, 1e-3, 1e-6
V, mV, uV = 1.0, 1e-3, 1e-6
A, uA, nA, pA = 1.0, 1e-6, 1e-9, 1e-12
F, uF, nF, pF = 1.0, 1e-6, 1e-9, 1e-12
S, mS, uS, nS = 1.0, 1e-3, 1e-6, 1e-9
Ohm, kOhm, MOhm, GOhm = 1.0, 1e3, 1e6, 1e9
Hz, kHz = 1.0, 1e3
