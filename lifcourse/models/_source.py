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


def text_of(function):
    """What decides on the result of `function`, short of the functions that it calls: its code and its constants.

    It comes from the running code and not from the file, which may have been edited since.
    """
    names = inspect.getclosurevars(function)
    values = {**names.globals, **names.nonlocals}
    constants = {name: value for name, value in values.items() if isinstance(value, bool | int | float | str | tuple)}
    return repr((_code_text(function.__code__), sorted(constants.items())))


def _code_text(code):
    constants = [_code_text(value) if isinstance(value, types.CodeType) else value for value in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames
