"""Built-in functions on strings (DMN 1.5, table 74). Positions count Unicode characters from 1."""

from decimal import Decimal

from engine.feel import patterns
from engine.feel.evaluation import Null, Run
from engine.feel.registry import builtin
from engine.feel.values import Value

_TABLE = "DMN 1.5, table 74"
_CAMUNDA = "Camunda 8 FEEL"


@builtin(
    "substring(string: string, start position: number, length: number = null): string",
    "The part from a position (from 1; negative: from the end), at most `length` characters long.",
    "取子串；位置从 1 起，负数从末尾数起。",
    source=_TABLE,
    examples=[
        ('substring("foobar", 3)', '"obar"'),
        ('substring("foobar", 3, 3)', '"oba"'),
        ('substring("销号服务", -2)', '"服务"'),
    ],
)
def _substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> Value:
    run.spend(len(string) >> 6)
    first = int(start) if abs(start) < 10**9 else 10**9
    if first == 0:
        raise Null("positions in a text begin with 1")
    at = first - 1 if first > 0 else len(string) + first
    if at >= len(string) or at < 0:
        raise Null("the text has {count} characters, none has the position {number}", count=len(string), number=start)
    if length is None:
        return string[at:]
    if length < 1:
        raise Null("expected a length of at least 1, but found {length}", length=length)
    return string[at : at + (int(length) if length < 10**9 else 10**9)]


@builtin(
    "string length(string: string): number",
    "The number of characters.",
    "字符数。",
    source=_TABLE,
    examples=[('string length("foo")', "3"), ('string length("销号")', "2")],
)
def _string_length(run: Run, string: str) -> Value:
    return Decimal(len(string))


@builtin(
    "upper case(string: string): string",
    "In capital letters.",
    "转大写。",
    source=_TABLE,
    examples=[('upper case("aBc4")', '"ABC4"')],
)
def _upper_case(run: Run, string: str) -> Value:
    run.spend(len(string) >> 6)
    return string.upper()


@builtin(
    "lower case(string: string): string",
    "In small letters.",
    "转小写。",
    source=_TABLE,
    examples=[('lower case("aBc4")', '"abc4"')],
)
def _lower_case(run: Run, string: str) -> Value:
    run.spend(len(string) >> 6)
    return string.lower()


@builtin(
    "substring before(string: string, match: string): string",
    "What stands before the first occurrence; empty when it does not occur.",
    "首次出现之前的部分；未出现则为空串。",
    source=_TABLE,
    examples=[('substring before("foobar", "bar")', '"foo"'), ('substring before("foobar", "xyz")', '""')],
)
def _substring_before(run: Run, string: str, match: str) -> Value:
    run.spend(len(string) >> 6)
    return string.partition(match)[0] if match and match in string else ""


@builtin(
    "substring after(string: string, match: string): string",
    "What stands after the first occurrence; empty when it does not occur.",
    "首次出现之后的部分；未出现则为空串。",
    source=_TABLE,
    examples=[('substring after("foobar", "ob")', '"ar"'), ('substring after("", "a")', '""')],
)
def _substring_after(run: Run, string: str, match: str) -> Value:
    run.spend(len(string) >> 6)
    return string.partition(match)[2] if match else string


@builtin(
    "contains(string: string, match: string): boolean",
    "Whether the text occurs in it.",
    "是否包含。",
    source=_TABLE,
    examples=[('contains("foobar", "of")', "false"), ('contains("销号服务", "服务")', "true")],
)
def _contains(run: Run, string: str, match: str) -> Value:
    run.spend(len(string) >> 6)
    return match in string


@builtin(
    "starts with(string: string, match: string): boolean",
    "Whether it begins with the text.",
    "是否以其开头。",
    source=_TABLE,
    examples=[('starts with("foobar", "fo")', "true")],
)
def _starts_with(run: Run, string: str, match: str) -> Value:
    run.spend(len(string) >> 6)
    return string.startswith(match)


@builtin(
    "ends with(string: string, match: string): boolean",
    "Whether it ends with the text.",
    "是否以其结尾。",
    source=_TABLE,
    examples=[('ends with("foobar", "r")', "true")],
)
def _ends_with(run: Run, string: str, match: str) -> Value:
    run.spend(len(string) >> 6)
    return string.endswith(match)


@builtin(
    "matches(input: string, pattern: string, flags: string? = null): boolean",
    "Whether the regular expression (XPath 3.1) is found in the text. Flags: s, m, i, x, q.",
    "正则表达式（XPath 3.1）是否匹配。",
    source=_TABLE,
    examples=[('matches("foobar", "^fo*b")', "true"), ('matches("FOO", "foo", "i")', "true")],
)
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    return patterns.compiled(pattern, flags or "").search(text, run.spend)


@builtin(
    "replace(input: string, pattern: string, replacement: string, flags: string? = null): string",
    "The text with every match of the regular expression replaced; `$1` is the first group.",
    "正则替换；$1 表示第一个分组。",
    source=_TABLE,
    examples=[
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
        ('replace("0123456789", "(\\d{3})(\\d{3})(\\d{4})", "($1) $2-$3")', '"(012) 345-6789"'),
    ],
)
def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    return patterns.compiled(pattern, flags or "").replace(text, replacement, run.spend, run.bound_string)


@builtin(
    "split(string: string, delimiter: string): list",
    "The parts between the matches of the regular expression.",
    "按正则分隔符拆分。",
    source=_TABLE,
    examples=[('split("John Doe", "\\s")', '["John", "Doe"]'), ('split("a;b;c;;", ";")', '["a", "b", "c", "", ""]')],
)
def _split(run: Run, string: str, delimiter: str) -> Value:
    parts = patterns.compiled(delimiter, "").split(string, run.spend)
    run.check_list(len(parts))
    return parts


@builtin(
    "string join(list: list, delimiter: string? = null): string",
    "The texts of the list, joined; null items are left out.",
    "以分隔符连接各项；跳过 null。",
    source=_TABLE,
    examples=[('string join(["a", "b", "c"], "_and_")', '"a_and_b_and_c"'), ('string join(["a", null, "c"])', '"ac"')],
)
def _string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    if any(not isinstance(item, str) for item in items if item is not None):
        raise Null("expected a list of texts")
    words = [item for item in items if item is not None]
    run.spend(len(words))
    run.check_string(sum(map(len, words)) + len(delimiter or "") * len(words))
    return (delimiter or "").join(words)


@builtin(
    "trim(string: string): string",
    "Without blanks at both ends.",
    "去除首尾空白。",
    source=_CAMUNDA,
    examples=[('trim("  hello  ")', '"hello"')],
)
def _trim(run: Run, string: str) -> Value:
    run.spend(len(string) >> 6)
    return string.strip()


@builtin(
    "is blank(string: string): boolean",
    "Whether there is nothing but blanks.",
    "是否为空白。",
    source=_CAMUNDA,
    examples=[('is blank(" ")', "true"), ('is blank("a")', "false")],
)
def _is_blank(run: Run, string: str) -> Value:
    run.spend(len(string) >> 6)
    return not string.strip()


@builtin(
    "extract(string: string, pattern: string): list",
    "All matches of the regular expression.",
    "取出全部匹配项。",
    source=_CAMUNDA,
    examples=[('extract("references are 1234, 1256, 1378", "12[0-9]*")', '["1234", "1256"]')],
)
def _extract(run: Run, string: str, pattern: str) -> Value:
    found = patterns.compiled(pattern, "").extract(string, run.spend)
    run.check_list(len(found))
    return found
