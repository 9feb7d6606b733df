"""Built-in functions on numbers (DMN 1.5, table 77)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Null, Run
from engine.feel.operators import numeric
from engine.feel.registry import builtin
from engine.feel.values import NUMBERS, Value

_TABLE = "DMN 1.5, table 77"
_LEAST_SCALE, _MOST_SCALE = -6111, 6176


def _rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        raise Null("expected a whole number between -6111 and 6176 as scale, but found {scale}", scale=scale)
    exponent = -int(scale)
    own = number.as_tuple().exponent
    if isinstance(own, int) and own >= exponent:
        return number
    context = NUMBERS.copy()
    context.prec = 7000
    try:
        return NUMBERS.plus(number.quantize(Decimal((0, (1,), exponent)), rounding=rounding, context=context))
    except DecimalException:
        raise Null("the calculation has no result as a number") from None


@builtin(
    "decimal(n: number, scale: number): number",
    "The number rounded to `scale` decimal places, half to even.",
    "四舍六入五取偶，保留 scale 位小数。",
    source=_TABLE,
    examples=[("decimal(1/3, 2)", "0.33"), ("decimal(1.5, 0)", "2"), ("decimal(2.5, 0)", "2")],
)
def _decimal(run: Run, n: Decimal, scale: Decimal) -> Value:
    return _rounded(n, scale, ROUND_HALF_EVEN)


@builtin(
    "floor(n: number, scale: number = null): number",
    "The largest number with `scale` decimal places that is not greater.",
    "向下取整，可保留 scale 位小数。",
    source=_TABLE,
    examples=[("floor(1.5)", "1"), ("floor(-1.56, 1)", "-1.6")],
)
def _floor(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _rounded(n, scale, ROUND_FLOOR)


@builtin(
    "ceiling(n: number, scale: number = null): number",
    "The smallest number with `scale` decimal places that is not less.",
    "向上取整，可保留 scale 位小数。",
    source=_TABLE,
    examples=[("ceiling(1.5)", "2"), ("ceiling(-1.56, 1)", "-1.5")],
)
def _ceiling(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _rounded(n, scale, ROUND_CEILING)


@builtin(
    "round up(n: number, scale: number): number",
    "Rounded away from zero.",
    "远离零方向舍入，保留 scale 位小数。",
    source=_TABLE,
    examples=[("round up(5.5, 0)", "6"), ("round up(-5.5, 0)", "-6"), ("round up(1.121, 2)", "1.13")],
)
def _round_up(run: Run, n: Decimal, scale: Decimal) -> Value:
    return _rounded(n, scale, ROUND_UP)


@builtin(
    "round down(n: number, scale: number): number",
    "Rounded towards zero.",
    "向零方向舍入，保留 scale 位小数。",
    source=_TABLE,
    examples=[("round down(5.5, 0)", "5"), ("round down(-5.5, 0)", "-5")],
)
def _round_down(run: Run, n: Decimal, scale: Decimal) -> Value:
    return _rounded(n, scale, ROUND_DOWN)


@builtin(
    "round half up(n: number, scale: number): number",
    "Rounded to the nearest, a half away from zero.",
    "四舍五入，保留 scale 位小数。",
    source=_TABLE,
    examples=[("round half up(5.5, 0)", "6"), ("round half up(-5.5, 0)", "-6"), ("round half up(1.125, 2)", "1.13")],
)
def _round_half_up(run: Run, n: Decimal, scale: Decimal) -> Value:
    return _rounded(n, scale, ROUND_HALF_UP)


@builtin(
    "round half down(n: number, scale: number): number",
    "Rounded to the nearest, a half towards zero.",
    "五舍六入，保留 scale 位小数。",
    source=_TABLE,
    examples=[("round half down(5.5, 0)", "5"), ("round half down(1.126, 2)", "1.13")],
)
def _round_half_down(run: Run, n: Decimal, scale: Decimal) -> Value:
    return _rounded(n, scale, ROUND_HALF_DOWN)


@builtin(
    "abs(n: Any): number",
    "The number, or the duration, without its sign.",
    "绝对值；也用于时长。",
    source=_TABLE,
    examples=[("abs(-10)", "10"), ('abs(@"-PT5H")', '@"PT5H"')],
)
def _abs(run: Run, n: Value) -> Value:
    if isinstance(n, list) and len(n) == 1:
        n = n[0]
    if type(n) is Decimal:
        return NUMBERS.abs(n)
    if isinstance(n, YearsMonthsDuration):
        return YearsMonthsDuration(abs(n.months))
    if isinstance(n, DaysTimeDuration):
        return DaysTimeDuration(abs(n.nanoseconds))
    raise Null("expected a number or a duration")


@builtin(
    "modulo(dividend: number, divisor: number): number",
    "The remainder of the division, with the sign of the divisor.",
    "取余，符号与除数一致。",
    source=_TABLE,
    examples=[("modulo(12, 5)", "2"), ("modulo(-12, 5)", "3"), ("modulo(12, -5)", "-3"), ("modulo(10.1, 4.5)", "1.1")],
)
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    if divisor == 0:
        raise Null("division by zero")
    rest = numeric(NUMBERS.remainder, dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest != 0 and (rest < 0) != (divisor < 0) else rest


@builtin(
    "sqrt(number: number): number",
    "The square root; null for a negative number.",
    "平方根；负数得 null。",
    source=_TABLE,
    examples=[("sqrt(16)", "4"), ("sqrt(-1)", "null")],
)
def _sqrt(run: Run, number: Decimal) -> Value:
    return numeric(NUMBERS.sqrt, number)


@builtin(
    "log(number: number): number",
    "The natural logarithm; null for zero and below.",
    "自然对数；零和负数得 null。",
    source=_TABLE,
    examples=[("decimal(log(10), 8)", "2.30258509"), ("log(0)", "null")],
)
def _log(run: Run, number: Decimal) -> Value:
    if number <= 0:
        raise Null("a number that is not positive has no logarithm")
    return numeric(NUMBERS.ln, number)


@builtin(
    "exp(number: number): number",
    "e to that power.",
    "自然指数。",
    source=_TABLE,
    examples=[("decimal(exp(5), 8)", "148.41315910")],
)
def _exp(run: Run, number: Decimal) -> Value:
    return numeric(NUMBERS.exp, number)


@builtin(
    "odd(number: number): boolean",
    "Whether the whole number is odd.",
    "是否为奇数。",
    source=_TABLE,
    examples=[("odd(5)", "true"), ("odd(2)", "false")],
)
def _odd(run: Run, number: Decimal) -> Value:
    if number != number.to_integral_value():
        raise Null("expected a whole number, but found {number}", number=number)
    return numeric(NUMBERS.remainder, number, Decimal(2)) != 0


@builtin(
    "even(number: number): boolean",
    "Whether the whole number is even.",
    "是否为偶数。",
    source=_TABLE,
    examples=[("even(5)", "false"), ("even(2)", "true")],
)
def _even(run: Run, number: Decimal) -> Value:
    return not _odd(run, number)
