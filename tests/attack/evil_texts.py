"""Lists of commas and JSON documents that are meant to harm whoever reads them."""

import random

from tests.attack.evil_workbooks import MB, SOUND, evil, several

several(
    "list",
    "FileNotUtf8",
    {
        "with_half_a_surrogate": b"id\n\xed\xa0\x80\n",
        "with_overlong_letters": b"id\n\xc0\xaf\xe0\x80\xaf\n",
        "beyond_unicode": b"id\n\xf4\x90\x80\x80\n",
        "that_ends_within_a_letter": "id\n编".encode()[:-1],
        "with_marks_in_the_middle": b"id\n1\xff\xfe\n",
    },
    ending="csv",
)
several(
    "list",
    "FileUnreadable",
    {
        "in_utf_32": "编号\n".encode("utf-32"),
        "of_noise": random.Random(4).randbytes(MB),
        "with_nul": b"id\na\0b\n",
        "of_nul": b"\0" * MB,
        "in_utf_16_without_a_mark": "id,title\n".encode("utf-16-le"),
    },
    ending="csv",
)
several(
    "list",
    "FileEmpty",
    {
        "of_nothing": b"",
        "of_a_mark": b"\xef\xbb\xbf",
        "of_blanks": b" , , \n , \n",
        "of_a_line_break": b"\n",
        "of_two_marks_and_commas": b"\xef\xbb\xbf,,,\n",
    },
    ending="csv",
)
several(
    "list",
    "read",
    {
        "in_utf_16": "编号,名称\n1,二\n".encode("utf-16"),
        "in_utf_16_the_other_way": b"\xfe\xff" + "编号,名称\n".encode("utf-16-be"),
        "in_gbk": "编号,名称\n需求\n".encode("gbk"),
        "with_a_blank_line_first": b" , , \n1,2,3\n",
        "with_a_quote_that_never_ends": b'id\n"' + b"a\n" * 10_000,
        "with_quotes_inside": b'id\na"b"c\n"a""b"\n',
        "turned_round": "id\n\u202e\u2066abc\n".encode(),
        "with_one_name_twice": b"id,id\n1,2\n",
        "with_lone_returns": b"id\r1\r2\r",
        "of_a_mark_within_a_name": "\ufeff\ufeffid\n1\n".encode(),
        "with_no_break_at_the_end": b"id\n1",
        "with_control_characters": b"id\n\x01\x1b[2J\x7f\n",
    },
    ending="csv",
)
several(
    "list",
    "RowsRefused",
    {
        "of_formulas": b"id\n=cmd|'/c calc'!A1\n@SUM(1)\n+1\n-1\n\t=1\n",
        "with_ragged_rows": b"id,title\n" + b"".join(b"x," * (n % 400) + b"\n" for n in range(1000)),
    },
    ending="csv",
)
several("workbook_that_says_it_is_a_list", "either", {"": SOUND}, ending="csv")


@evil("FileCellTooLong", ending="csv")
def a_line_of_ten_megabytes() -> bytes:
    return b"id\n" + b"a" * (9 * MB)


@evil("FileCellTooLong", ending="csv")
def a_quote_of_nine_megabytes_that_never_ends() -> bytes:
    return b'id\n"' + b"a,\n" * (3 * MB)


@evil("FileTooManyColumns", ending="csv")
def a_million_commas() -> bytes:
    return b"," * 1_000_000


@evil("FileTooManyColumns", ending="csv")
def a_million_names_of_columns() -> bytes:
    return b",".join(b"c%d" % n for n in range(1_000_000))


@evil("FileTooManyRows", ending="csv")
def nine_million_line_breaks() -> bytes:
    return b"id" + b"\n" * (9 * MB)


@evil("FileTooManyRows", ending="csv")
def a_row_more_than_allowed() -> bytes:
    return b"id\n" + b"1\n" * 50_001


@evil("FileTooManyCells", ending="csv")
def many_rows_of_many_columns() -> bytes:
    return (b"," * 199 + b"x\n") * 40_000


@evil("FileTooManyCells", ending="csv")
def many_short_texts() -> bytes:
    return b"\n".join([b"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y"] * 45_000)


@evil("FileTextTooLong", ending="csv")
def many_long_texts() -> bytes:
    return b"id\n" + (b"a" * 30_000 + b"\n") * 310


@evil("read", ending="csv")
def as_much_as_is_allowed_and_no_text_twice() -> bytes:
    dice = random.Random(5)
    line = ",".join("%05x" for _ in range(20))
    rows = (line % tuple(dice.getrandbits(20) for _ in range(20)) for _ in range(49_000))
    return ("字" * 3 + ",".join(map(str, range(20))) + "\n" + "\n".join(rows)).encode()


@evil("read", ending="csv")
def quotes_and_nothing_else() -> bytes:
    return b'id\n"' + b'""' * 15_000 + b'"\n'


several(
    "document",
    "FileUnreadable",
    {
        "of_nothing": b"",
        "of_a_brace": b"{",
        "in_utf_16": '{"a": 1}'.encode("utf-16"),
        "with_a_comment": b'{"a": 1 /* one */}',
        "with_a_comma_too_many": b'{"a": [1,],}',
        "that_is_no_number": b'{"a": NaN}',
        "of_infinity": b'{"a": [Infinity, -Infinity]}',
        "with_one_key_twice": b'{"a": 1, "a": 2}',
        "with_half_a_surrogate": b'{"a": "\\ud800"}',
        "with_half_a_surrogate_as_a_key": b'{"\\udfff": 1}',
        "with_nul": b'{"a": "\0"}',
        "of_ten_thousand_digits": b'{"a": ' + b"1" * 10_000 + b"}",
        "of_a_fraction_without_end": b'{"a": 0.' + b"1" * 10_000 + b"}",
        "of_two": b"{}{}",
        "of_noise": random.Random(6).randbytes(MB),
    },
    kind="json",
    ending="json",
)
several(
    "document",
    "FileTooDeep",
    {
        "of_lists_in_lists": b"[" * 60 + b"]" * 60,
        "of_a_hundred_thousand_lists": b"[" * 100_000 + b"]" * 100_000,
        "of_a_hundred_thousand_objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    },
    kind="json",
    ending="json",
)
several(
    "document",
    "read",
    {
        "with_an_exponent": b'{"a": 1e999999999, "b": -1E-999999999}',
        "of_a_word": b'"word"',
        "with_escaped_nul": b'{"a\\u0000": "\\u0000"}',
        "with_a_mark": b"\xef\xbb\xbf{}",
        "of_one_long_text": b'{"a": "' + b"a" * (8 * MB) + b'"}',
        "with_a_name_of_objects": b'{"__proto__": {"a": 1}, "constructor": 1}',
    },
    kind="json",
    ending="json",
)


@evil("FileUnreadable", kind="json", ending="json")
def nine_megabytes_of_digits() -> bytes:
    return b"9" * (9 * MB)


@evil("FileTooManyCells", kind="json", ending="json")
def two_million_lists_and_more() -> bytes:
    return b"[" + b"[]," * 2_000_001 + b"1]"
