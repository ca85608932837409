"""The exponential function in plain arithmetic.

Libraries differ in the last bit of exp, and a call to one keeps a compiler from working on several neurons at once.
Additions, multiplications and comparisons are the same everywhere: written with these alone, exp gives the same bits in
Python, in compiled code and in the browser.
"""


def exp(x):
    """Exponential of x, accurate to 1 unit in the last place for -650 <= x <= 650, constant beyond.

    ``exp(x) = 2**k exp(r)`` with k the integer next to ``x / log(2)``, so that ``|r| <= log(2) / 2``, where the Taylor
    series needs fourteen terms. log(2) comes in two parts, the first short enough for its product with k to be exact
    (W. J. Cody and W. Waite, *Software Manual for the Elementary Functions*, Prentice-Hall, 1980, chapter 6). 2**k is
    the leading binary digit of a number near ``2**(k + 1/2)`` (S. M. Rump, T. Ogita and S. Oishi, "Accurate
    floating-point summation part I", SIAM J. Sci. Comput. 31 (2008) 189–224, on the "unit in the first place").

    Parameters
    ----------
    x : float
        The exponent; dimensionless.

    Returns
    -------
    float
        ``exp(x)``; ``exp(-650)`` and ``exp(650)`` for exponents beyond, so that no result overflows;
        dimensionless.
    """
    if x < -650.0:
        x = -650.0
    if x > 650.0:
        x = 650.0
    # Adding and subtracting 1.5 * 2**52 leaves the nearest integer.
    k = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    high = x - k * 0.6931471803691238
    low = k * 1.9082149292705877e-10
    r = high - low

    # The Taylor series, its even and its odd terms side by side: a processor works on both at a time.
    r2 = r * r
    even = 1.0 / 3628800.0 + r2 * (1.0 / 479001600.0)
    odd = 1.0 / 39916800.0 + r2 * (1.0 / 6227020800.0)
    even = 1.0 / 40320.0 + r2 * even
    odd = 1.0 / 362880.0 + r2 * odd
    even = 1.0 / 720.0 + r2 * even
    odd = 1.0 / 5040.0 + r2 * odd
    even = 1.0 / 24.0 + r2 * even
    odd = 1.0 / 120.0 + r2 * odd
    even = 0.5 + r2 * even
    odd = 1.0 / 6.0 + r2 * odd
    series = 1.0 + (high + (r2 * (even + r * odd) - low))

    # 2**(k + 1/2) to 19 %: e**t with t = (k + 1/2) log(2) / 8192 is nearly 1 + t + t**2 / 2 = (1 + (1 + t)**2) / 2,
    # squared 13 times. The factor is log(2) / 8192, a little enlarged to halve the error.
    near = 1.0 + (k + 0.5) * 8.467931564140396e-05
    near = 0.5 + 0.5 * (near * near)
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    near = near * near
    # Times 2**52 + 1, less the same times 1 - 2**-53: all digits but the first cancel, and 2**k is left.
    digits = near * 4503599627370497.0
    return series * (digits - digits * 0.9999999999999999)
