"""The exponential function in plain arithmetic.

Libraries differ in the last bit of exp, and a call to one keeps a compiler from working on several neurons at once.
Additions, multiplications and comparisons are the same everywhere: written with these alone, exp gives the same bits in
Python, in compiled code and in the browser.
"""


def exp(x):
    """Exponential of x, accurate to 1 unit in the last place for -708 <= x <= 709, constant beyond.

    ``exp(x) = 2**k exp(r)`` with k the integer next to ``x / log(2)``, so that ``|r| <= log(2) / 2``, where the Taylor
    series needs fourteen terms. log(2) comes in two parts, the first short enough for its product with k to be exact
    (W. J. Cody and W. Waite, *Software Manual for the Elementary Functions*, Prentice-Hall, 1980, chapter 6).

    Parameters
    ----------
    x : float
        The exponent; dimensionless.

    Returns
    -------
    float
        ``exp(x)``; ``exp(-708)`` and ``exp(709)`` for exponents beyond, so that no result overflows.
    """
    if x < -708.0:
        x = -708.0
    if x > 709.0:
        x = 709.0
    # Adding and subtracting 1.5 * 2**52 leaves the nearest integer.
    k = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    series = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    series = 1.0 / 39916800.0 + r * series
    series = 1.0 / 3628800.0 + r * series
    series = 1.0 / 362880.0 + r * series
    series = 1.0 / 40320.0 + r * series
    series = 1.0 / 5040.0 + r * series
    series = 1.0 / 720.0 + r * series
    series = 1.0 / 120.0 + r * series
    series = 1.0 / 24.0 + r * series
    series = 1.0 / 6.0 + r * series
    series = 0.5 + r * series
    result = 1.0 + (r + r * r * series)
    # 2**k, one binary digit of k + 1022 after the other, starting from 2**-1022.
    scale = 2.2250738585072014e-308
    digits = k + 1022.0
    scale = scale * (1.3407807929942597e154 if digits >= 1024.0 else 1.0)
    scale = scale * (1.3407807929942597e154 if digits >= 1024.0 else 1.0)
    digits = digits - (1024.0 if digits >= 1024.0 else 0.0)
    scale = scale * (1.3407807929942597e154 if digits >= 512.0 else 1.0)
    digits = digits - (512.0 if digits >= 512.0 else 0.0)
    scale = scale * (1.157920892373162e77 if digits >= 256.0 else 1.0)
    digits = digits - (256.0 if digits >= 256.0 else 0.0)
    scale = scale * (3.402823669209385e38 if digits >= 128.0 else 1.0)
    digits = digits - (128.0 if digits >= 128.0 else 0.0)
    scale = scale * (1.8446744073709552e19 if digits >= 64.0 else 1.0)
    digits = digits - (64.0 if digits >= 64.0 else 0.0)
    scale = scale * (4294967296.0 if digits >= 32.0 else 1.0)
    digits = digits - (32.0 if digits >= 32.0 else 0.0)
    scale = scale * (65536.0 if digits >= 16.0 else 1.0)
    digits = digits - (16.0 if digits >= 16.0 else 0.0)
    scale = scale * (256.0 if digits >= 8.0 else 1.0)
    digits = digits - (8.0 if digits >= 8.0 else 0.0)
    scale = scale * (16.0 if digits >= 4.0 else 1.0)
    digits = digits - (4.0 if digits >= 4.0 else 0.0)
    scale = scale * (4.0 if digits >= 2.0 else 1.0)
    digits = digits - (2.0 if digits >= 2.0 else 0.0)
    scale = scale * (2.0 if digits >= 1.0 else 1.0)
    return result * scale
