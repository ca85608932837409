"""The translator: what it writes, and what it refuses. That the result computes the same is tested in a browser."""

import math
import re

import pytest

from lifcourse import models
from lifcourse.models._exp import exp
from lifcourse.translate import translate

HALF = 0.5


def helper(x):
    return x * HALF


# Functions that may be translated, and what must stand in the result.


def uses_a_helper(p, x):
    y = helper(x) + exp(x)
    return max(x, y, p.a) - abs(y) + math.pi


def swaps(p, x, y):
    x, y = y, x
    return x, y


def reserved_words(p, new, var):
    default = new + var
    return default  # noqa: RET504


def chained(p, x):
    return 0.0 < x < p.a


def conditional(p, x):
    if x < 0.0:
        y = 1.0
    elif x > p.a:
        y = 2.0
    else:
        y: float = 3.0
    y += x**2
    return y


@pytest.mark.parametrize(
    ("function", "parts"),
    [
        (uses_a_helper, ["function helper(x)", "function exp(x)", "$max($max(x, y), p.a)", "3.141592653589793"]),
        (swaps, ["[x, y] = [y, x];", "return [x, y];"]),
        (reserved_words, ["function reserved_words(p, new$, var$)", "let default$;"]),
        (chained, ["((0.0 < x) && (x < p.a))"]),
        (conditional, ["} else {", "y = (y + (x * x));"]),
    ],
)
def test_what_is_written(function, parts):
    text = translate({"f": function})
    for part in parts:
        assert part in text
    assert text.endswith(f"return {{ f: {function.__name__} }};\n}})()")


@pytest.mark.parametrize("name", models.__all__)
def test_all_models(name):
    model = getattr(models, name)
    if model is models.Neuron:
        with pytest.raises(ValueError, match=r"cannot be translated.*Raise"):
            translate({"step": model.step})
    else:
        text = translate({"step": model.step, "max_dt": model.max_dt, "rest": model.rest})
        assert "function step(" in text
        assert "undefined" not in text


# Functions that must be refused, each with a word that names the reason. None of them is ever called.


def loops(p, x):
    for _ in range(3):
        x = x + 1.0
    return x


def waits(p, x):
    while x < 1.0:
        x = x + 1.0
    return x


def modulo(p, x):
    return x % p.a


def floor_division(p, x):
    return x // 2.0


def matrix(p, x):
    return x @ x


def text(p, x):
    return "spike"


def subscript(p, x):
    return p[0]


def comprehension(p, x):
    return sum([x])


def prints(p, x):
    print(x)
    return x


def calls_a_method(p, x):
    return x.hex()


def keyword(p, x):
    return helper(x=x)


def default(p, x=1.0):
    return x


def starred(*x):
    return 1.0


def changes_its_parameters(p, x):
    p.a = x
    return x


def attribute_of_a_number(p, x):
    return x.real


def nowhere(p, x):
    return not_there + x  # noqa: F821


def maybe_unset(p, x):
    if x > 0.0:
        y = 1.0
    return y


def falls_off(p, x):  # noqa: RET503
    if x > 0.0:
        return x


def returns_nothing(p, x):
    return


def unreachable(p, x):
    return x
    return p.a


def raises(p, x):
    raise ValueError("x")


def nested(p, x):
    def inner(y):
        return y

    return inner(x)


def recursive(p, x):
    return recursive(p, x)


def one_of_two(p, x):
    return other_of_two(p, x)


def other_of_two(p, x):
    return one_of_two(p, x)


def membership(p, x):
    return x in (1.0, 2.0)


def identity(p, x):
    return x is None


def large_integer(p, x):
    return x + 9007199254740993


def bits(p, x):
    return ~x


def logarithm_base(p, x):
    return math.log(x, 10)


def rounds(p, x):
    return round(x)


def gamma(p, x):
    return math.gamma(x)


def assigns_while_it_computes(p, x):
    return (y := x) + y


def unpacks(p, x):
    return helper(*x)


def lambda_inside(p, x):
    f = lambda y: y  # noqa: E731
    return f(x)


def lost_value(p, x):
    x + 1.0
    return x


def is_complex(p, x):
    return x + 1j


REFUSED = {
    loops: "For",
    waits: "While",
    modulo: "operator",
    floor_division: "operator",
    matrix: "operator",
    text: "str",
    subscript: "Subscript",
    comprehension: "List",
    prints: "value is lost",
    calls_a_method: "call of a value",
    keyword: "by keyword",
    default: "defaults",
    starred: "in any number",
    changes_its_parameters: "must be pure",
    attribute_of_a_number: "first argument",
    nowhere: "not_there is not a number",
    maybe_unset: "y may be used before",
    falls_off: "without a return",
    returns_nothing: "without a value",
    unreachable: "never reached",
    raises: "Raise",
    nested: "FunctionDef",
    recursive: "call of itself",
    one_of_two: "in a circle",
    membership: "Tuple|comparison",
    identity: "NoneType|comparison",
    large_integer: "no float holds",
    bits: "bits",
    logarithm_base: "another base",
    rounds: "call of round",
    gamma: "call of math.gamma",
    assigns_while_it_computes: "NamedExpr",
    unpacks: "unpacked",
    lambda_inside: "Lambda",
    lost_value: "value is lost",
    is_complex: "complex",
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_refused_in_words(function):
    with pytest.raises(ValueError, match=REFUSED[function]) as caught:
        translate({"f": function})
    assert re.search(rf"{function.__name__}|{other_of_two.__name__}", str(caught.value))


def test_message_names_the_line():
    with pytest.raises(ValueError, match=rf"line {modulo.__code__.co_firstlineno + 1} of .*test_translate.py: x % p.a"):
        translate({"f": modulo})


def test_unknown_parameter_is_named():
    with pytest.raises(ValueError, match=r"no parameter a; there are C_m, V_th"):
        translate({"f": chained}, fields=["V_th", "C_m"])


def test_call_beside_a_variable_of_that_name():
    renamed = helper

    def clash(p, x):
        helper = renamed(x)
        return helper  # noqa: RET504

    with pytest.raises(ValueError, match="beside a variable of that name"):
        translate({"f": clash})


def test_lambda_has_no_def():
    with pytest.raises(ValueError, match="written with def"):
        translate({"f": lambda p: p.a})


@pytest.mark.parametrize("wrong", [math.exp, 3.0, models.LIF, None])
def test_wrong_type(wrong):
    with pytest.raises(TypeError, match="not a Python function"):
        translate({"f": wrong})


def test_source_that_is_not_at_hand():
    space = {}
    exec("def f(p, x):\n    return x\n", space)
    with pytest.raises(TypeError, match="source"):
        translate({"f": space["f"]})


def test_two_helpers_of_one_name():
    def make():
        def helper(p, x):
            return x + p.a

        return helper

    other = make()

    def uses_both(p, x):
        return other(p, x) + helper(x)

    text = translate({"f": uses_both})
    assert re.search(r"return \((helper\S*)\(p, x\) \+ (?!\1\()helper\S*\(x\)\);", text)
    assert text.count("function helper") == 2
