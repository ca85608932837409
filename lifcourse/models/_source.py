"""What a step function is made of: itself and the pure functions that it calls."""

import inspect
import types


def functions_used(function):
    """The Python functions that `function` reaches by name, each after those that it calls itself; `function` last.

    Parameters
    ----------
    function : function
        A pure function of floats, such as a model's `step`.

    Returns
    -------
    list of function
        In an order in which each can be compiled or translated.
    """
    found = []

    def visit(function):
        names = inspect.getclosurevars(function)
        for used in {**names.globals, **names.nonlocals}.values():
            if isinstance(used, types.FunctionType) and used is not function and used not in found:
                visit(used)
        found.append(function)

    visit(function)
    return found


def source_of(function):
    """The text of `function` and of all functions that it uses."""
    return "\n".join(inspect.getsource(used) for used in functions_used(function))
