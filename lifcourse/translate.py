"""Pure Python functions of floats, written out in JavaScript, so that a page computes without a kernel.

A model's `step` is arithmetic, comparisons, ``if`` and functions of `math`. Both languages compute these with the same
64-bit floats, so the translation gives the same bits, as long as it keeps the order of the operations. What could mean
something else in JavaScript is refused when the book is built; a reader's page never meets it.
"""

import ast
import builtins
import inspect
import math
import textwrap

from lifcourse.models._source import functions_used

# Where CPython raises (division by zero, overflow, a logarithm of 0), JavaScript goes on with inf or NaN, as compiled
# Python does; whoever runs the translation looks at its result. Of the functions below, sqrt and the roundings are
# exact in both languages, the others may differ in the last bit.
_NAMES = """acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh exp expm1 floor log log10 log1p log2 pow sin
    sinh sqrt tan tanh trunc"""
_MATH = {name: f"Math.{name}" for name in _NAMES.split()}
_MATH |= {"fabs": "Math.abs", "isfinite": "Number.isFinite", "isnan": "Number.isNaN"}
_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
# Python's min and max return their first argument unless a later one is smaller (greater), NaN or not.
_HELPERS = {
    "min": "const $min = (a, b) => (b < a ? b : a);",
    "max": "const $max = (a, b) => (b > a ? b : a);",
    "abs": "const $abs = Math.abs;",
    "float": "const $float = Number;",
    "bool": "const $bool = (a) => a !== false && a !== 0;",  # NaN is true in Python
}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
# Words that JavaScript keeps for itself, and names that the translation uses.
_WORDS = """arguments await break case catch class const continue debugger default delete do else enum eval export
    extends false finally for function if implements import in instanceof interface let new null package private
    protected public return static super switch this throw true try typeof undefined var void while with yield
    Infinity Math NaN Number"""
_RESERVED = frozenset(_WORDS.split())


def translate(functions, fields=None):
    """Translate pure Python functions of floats to JavaScript.

    Parameters
    ----------
    functions : dict of str to function
        What to translate, by the names under which JavaScript shall have them. They may use further functions of the
        same kind, numbers of their module, and `math`.
    fields : iterable of str, optional
        Names that the first parameter of the functions has as attributes (``p.C_m``); by default any are taken.

    Returns
    -------
    str
        A JavaScript expression: an object that holds the functions by name.

    Raises
    ------
    ValueError
        If a function uses anything else; the message names it and its line.
    TypeError
        If something is not a Python function with its source at hand.

    Examples
    --------
    >>> def step(p, V, dt):
    ...     return V + dt * (p.E_L - V)
    >>> print(translate({"step": step}))  # doctest: +SKIP
    (() => {
    function step(p, V, dt) {
      return (V + (dt * (p.E_L - V)));
    }
    return { step: step };
    })()
    """
    fields = None if fields is None else frozenset(fields)
    names, texts, helpers = {}, [], set()
    for wanted in functions.values():
        if not inspect.isfunction(wanted):
            raise TypeError(f"{wanted!r} is not a Python function")
        try:
            used = functions_used(wanted)
        except RecursionError:
            raise ValueError(f"{wanted.__qualname__} uses functions that call each other in a circle") from None
        for function in used:
            if function not in names:
                names[function] = _unused(_plain(function.__name__), names.values())
                own = fields if function in functions.values() else None
                translator = _Translator(function, names, own)
                texts.append(translator.text())
                helpers |= translator.helpers
    result = ", ".join(f"{name}: {names[function]}" for name, function in functions.items())
    lines = ["(() => {", *(_HELPERS[name] for name in sorted(helpers)), *texts, f"return {{ {result} }};", "})()"]
    return "\n".join(lines)


def _plain(name):
    return f"{name}$" if name in _RESERVED else name


def _unused(name, used):
    number, candidate = 1, name
    while candidate in used:
        number += 1
        candidate = f"{name}${number}"
    return candidate


class _Translator:
    """One function: a walk over its syntax tree that writes JavaScript as it goes."""

    def __init__(self, function, names, fields):
        self.function, self.names, self.fields = function, names, fields
        self.helpers = set()
        try:
            source = textwrap.dedent(inspect.getsource(function))
        except (OSError, TypeError):
            raise TypeError(f"the source of {function!r} is not at hand") from None
        try:
            self.tree = ast.parse(source).body[0]
        except SyntaxError:
            self.tree = None  # a lambda in the middle of a line
        if not isinstance(self.tree, ast.FunctionDef):
            raise ValueError(f"{function.__name__} must be written with def, with its source at hand")
        found = inspect.getclosurevars(function)
        self.outside = {**vars(builtins), **found.globals, **found.nonlocals}

    def text(self):
        tree, signature = self.tree, self.tree.args
        for decorator in tree.decorator_list:
            if not (isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "property")):
                self.refuse(decorator, "a decorator")
        if signature.vararg or signature.kwarg or signature.kwonlyargs or signature.defaults:
            self.refuse(tree, "arguments by keyword, with defaults, or in any number")
        self.parameters = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
        stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        self.locals = {*self.parameters, *stored}
        assigned, body = self.block(tree.body, set(self.parameters))
        if assigned is not None:
            self.refuse(tree, "a way to its end without a return")
        declared = sorted(set(stored) - set(self.parameters))
        let = f"  let {', '.join(map(_plain, declared))};\n" if declared else ""
        arguments = ", ".join(map(_plain, self.parameters))
        return f"function {self.names[self.function]}({arguments}) {{\n{let}{textwrap.indent(body, '  ')}\n}}"

    def refuse(self, node, what):
        line = self.function.__code__.co_firstlineno + getattr(node, "lineno", 1) - 1
        raise ValueError(
            f"{self.function.__qualname__} cannot be translated to JavaScript: {what} "
            f"(line {line} of {self.function.__code__.co_filename}: {ast.unparse(node).splitlines()[0]}). It may use "
            "arithmetic (+ - * / and **), comparisons, if, min, max, abs, functions of math, and functions of this kind"
        )

    # Statements. `assigned` holds the names that have a value on every way to here; None means: no way leads on.

    def block(self, statements, assigned):
        lines = []
        for statement in statements:
            if assigned is None:
                self.refuse(statement, "a statement that is never reached")
            visit = getattr(self, f"on_{type(statement).__name__}", None)
            if visit is None:
                self.refuse(statement, f"the statement {type(statement).__name__}")
            self.assigned = assigned
            line, assigned = visit(statement, assigned)
            if line:
                lines.append(line)
        return assigned, "\n".join(lines)

    def on_Expr(self, node, assigned):
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            self.refuse(node, "an expression whose value is lost")
        return "", assigned

    def on_Pass(self, node, assigned):
        return "", assigned

    def on_Assign(self, node, assigned):
        value = self.expression(node.value) if not isinstance(node.value, ast.Tuple) else self.several(node.value)
        targets = [self.target(target) for target in node.targets]
        if len(targets) > 1 and any(target.startswith("[") for target in targets):
            self.refuse(node, "an assignment to several tuples")
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        return f"{' = '.join(targets)} = {value};", assigned | names

    def on_AnnAssign(self, node, assigned):
        if node.value is None:
            return "", assigned
        return f"{self.target(node.target)} = {self.expression(node.value)};", assigned | {node.target.id}

    def on_AugAssign(self, node, assigned):
        target = self.target(node.target)
        name = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
        whole = ast.copy_location(ast.BinOp(name, node.op, node.value), node)
        return f"{target} = {self.expression(whole)};", assigned

    def target(self, node):
        if isinstance(node, ast.Name):
            return _plain(node.id)
        if isinstance(node, ast.Tuple) and all(isinstance(element, ast.Name) for element in node.elts):
            return f"[{', '.join(_plain(element.id) for element in node.elts)}]"
        return self.refuse(node, "an assignment to something other than a name: the function must be pure")

    def on_If(self, node, assigned):
        test = self.test(node.test)
        after_yes, yes = self.block(node.body, assigned)
        after_no, no = self.block(node.orelse, assigned)
        text = f"if ({test}) {{\n{textwrap.indent(yes, '  ')}\n}}"
        if no:
            text += f" else {{\n{textwrap.indent(no, '  ')}\n}}"
        ways = [way for way in (after_yes, after_no) if way is not None]
        return text, set.intersection(*ways) if ways else None

    def on_Return(self, node, assigned):
        if node.value is None:
            self.refuse(node, "a return without a value")
        value = self.several(node.value) if isinstance(node.value, ast.Tuple) else self.expression(node.value)
        return f"return {value};", None

    def several(self, node):
        return f"[{', '.join(self.expression(element) for element in node.elts)}]"

    # Expressions, each in brackets of its own where precedence could matter.

    def expression(self, node):
        visit = getattr(self, f"of_{type(node).__name__}", None)
        if visit is None:
            self.refuse(node, f"the expression {type(node).__name__}")
        return visit(node)

    def of_Constant(self, node):
        return self.number(node, node.value)

    def number(self, node, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            if abs(value) > 2**53:
                self.refuse(node, "an integer that no float holds")
            return repr(value) if value >= 0 else f"({value!r})"
        if not isinstance(value, float):
            self.refuse(node, f"a {type(value).__name__}")
        text = repr(value).replace("inf", "Infinity").replace("nan", "NaN")
        return text if math.copysign(1.0, value) > 0 else f"({text})"

    def of_Name(self, node):
        name = node.id
        if name in self.locals:
            if name not in self.assigned:
                self.refuse(node, f"{name} may be used before it has a value")
            return _plain(name)
        value = self.outside.get(name)
        if isinstance(value, int | float):  # a number of the module
            return self.number(node, value)
        return self.refuse(node, f"{name} is not a number")

    def of_Attribute(self, node):
        chain, root = [], node
        while isinstance(root, ast.Attribute):
            chain.insert(0, root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            self.refuse(node, "an attribute of an expression")
        if root.id in self.locals:
            if root.id != (self.parameters or [None])[0] or root.id in self.stored_again():
                self.refuse(node, f"{root.id} is a number; only the first argument holds parameters by name")
            if self.fields is not None and chain[-1] not in self.fields:
                self.refuse(node, f"there is no parameter {chain[-1]}; there are {', '.join(sorted(self.fields))}")
            return f"{_plain(root.id)}.{'.'.join(chain)}"
        if self.outside.get(root.id) is math and len(chain) == 1 and chain[0] in _CONSTANTS:
            return self.number(node, _CONSTANTS[chain[0]])
        return self.refuse(node, f"{ast.unparse(node)} is neither a parameter nor a number of math")

    def stored_again(self):
        return {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}

    def of_BinOp(self, node):
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        if type(node.op) not in _OPERATORS:
            self.refuse(node, "an operator other than + - * / and **")
        return f"({self.expression(node.left)} {_OPERATORS[type(node.op)]} {self.expression(node.right)})"

    def power(self, node):
        base, exponent = self.expression(node.left), node.right
        if isinstance(exponent, ast.Constant) and exponent.value == 2:
            return f"({base} * {base})"  # as Numba does, and exact to the last bit
        return f"Math.pow({base}, {self.expression(exponent)})"

    def of_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            return f"(!{self.test(node.operand)})"
        if isinstance(node.op, ast.USub):
            return f"(-{self.expression(node.operand)})"
        if isinstance(node.op, ast.UAdd):
            return f"(+{self.expression(node.operand)})"
        return self.refuse(node, "an operator on bits")

    def of_Compare(self, node):
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        for operator in node.ops:
            if type(operator) not in _COMPARISONS:
                self.refuse(node, "a comparison other than < <= > >= == !=")
        signs = [_COMPARISONS[type(operator)] for operator in node.ops]
        pairs = [f"({left} {sign} {right})" for left, sign, right in zip(operands, signs, operands[1:], strict=False)]
        return pairs[0] if len(pairs) == 1 else f"({' && '.join(pairs)})"

    def of_BoolOp(self, node):
        """Translate `and` and `or`, which return the operand that decides."""
        *first, text = [self.expression(value) for value in node.values]
        for value, tested in zip(reversed(first), reversed(node.values[:-1]), strict=True):
            test = self.test(tested)
            text = f"({test} ? {text} : {value})" if isinstance(node.op, ast.And) else f"({test} ? {value} : {text})"
        return text

    def of_IfExp(self, node):
        return f"({self.test(node.test)} ? {self.expression(node.body)} : {self.expression(node.orelse)})"

    def test(self, node):
        """Translate a condition; anything but a comparison goes through Python's idea of truth."""
        text = self.expression(node)
        if isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            return text
        self.helpers.add("bool")
        return f"$bool({text})"

    def of_Call(self, node):
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.refuse(node, "a call with arguments by keyword or unpacked")
        arguments = [self.expression_or_parameters(argument) for argument in node.args]
        called = self.called(node.func)
        if isinstance(called, str):
            return f"{called}({', '.join(arguments)})"
        name = getattr(called, "__name__", "")
        if called in self.names:
            if len(arguments) != called.__code__.co_argcount:
                self.refuse(node, f"{name} takes {called.__code__.co_argcount} arguments")
            if called is self.function:
                self.refuse(node, "a call of itself")
            if self.names[called] in map(_plain, self.locals):
                self.refuse(node, f"a call of {name} beside a variable of that name")
            return f"{self.names[called]}({', '.join(arguments)})"
        if called in (min, max) and len(arguments) > 1:
            self.helpers.add(name)
            text = arguments[0]
            for argument in arguments[1:]:
                text = f"${name}({text}, {argument})"
            return text
        if called in (abs, float, bool) and len(arguments) == 1:
            self.helpers.add(name)
            return f"${name}({arguments[0]})"
        if getattr(math, name, None) is called and name in _MATH:
            if name == "log" and len(arguments) != 1:
                self.refuse(node, "a logarithm to another base")
            return f"{_MATH[name]}({', '.join(arguments)})"
        return self.refuse(node, f"a call of {ast.unparse(node.func)}")

    def called(self, node):
        if isinstance(node, ast.Name) and node.id not in self.locals:
            return self.outside.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in self.locals:
            return getattr(self.outside.get(node.value.id), node.attr, None)
        return self.refuse(node, "a call of a value")

    def expression_or_parameters(self, node):
        if isinstance(node, ast.Name) and node.id == (self.parameters or [None])[0]:
            return _plain(node.id)
        return self.expression(node)
