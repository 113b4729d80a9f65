"""Values that programs trip over, each once met in the wild: for fields, paths, cursors, headers and whole bodies."""

import base64
import json
import math
from typing import Any

# What JSON writers would not write: replaced in the text afterwards.
RAW = {
    "@@1e400@@": "1e400",
    "@@-0@@": "-0",
    "@@digits@@": "9" * 5000,
    "@@deep@@": "[" * 3000 + "]" * 3000,
    "@@bottomless@@": '{"a":' * 60_000,
}
DATES: tuple[Any, ...] = (
    "9999-12-31", "0001-01-01", "10000-01-01", "-0001-01-01", "2026-02-30", "1899-12-31", "2201-01-01",
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00",
    "2026-01-01T24:00:00Z", "1e9", "253402300800", "２０２６-01-01",
)  # fmt: skip
TEXTS: tuple[Any, ...] = (
    "", " ", "\0", "a\0b", "\ud800", "a\udfff", "\x01\x08\x1b[31m", "\u202egpj.exe", "\ufeff", "\u200b" * 50, "e\u0301",
    "²", "１２", "=1+1", "\n=cmd", "＝1", "'; DROP TABLE needs; --", "<script>alert(1)</script>", "../../etc/passwd",
    "%00", "%s%n", "{0.__class__}", "#read(\"/etc/passwd\")", "NaN", "Infinity", "1e400", "9" * 400, "a" * 257,
    "汉" * 5000, "a" * 100_000, "🏳️‍🌈", "\U0010ffff", "\uffff", "\x85\u2028\u2029", "0x10", "1_000", "true", "[]",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.1, -0.0, 1e308, 5e-324, math.nan, math.inf,
    "@@1e400@@", "@@-0@@", "@@digits@@", "0.005", "-0.00", "99999999999999.99", "1E+30", "0" * 400,
)  # fmt: skip
SHAPES: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], {"": ""}, {"\0": 1}, [None] * 1000, ["x"] * 3000, "@@deep@@", "@@bottomless@@",
    {"zh": None}, [{"id": 2**63}], {str(n): n for n in range(2000)}, {"__proto__": {}},
)  # fmt: skip
SEGMENTS = (
    "%00", "a%00b", "a" * 256, "a" * 5000, "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%ed%a0%80", "%ff%fe", "%E6%B1%89",
    "%C2%B2", "%EF%BC%91", "0", "-1", "1.0", "+1", "%201", "1_0", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "1" + "0" * 30, "9" * 5000, "null", "undefined", "", "%0a", "%0d%0aX-Y:%20z", "%", "%zz",
    "{0}", "$", "~", "*", "%5c..%5c", "%E2%80%AE", "a;b=c", "@", "NaN", "true",
)  # fmt: skip


def cursor(value: Any) -> str:
    """A value as the cursor of a page."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = (
    *(cursor(value) for value in (
        [math.inf], [-math.inf, 1], [math.nan], [math.nan, math.nan], [1e308], [2**63], [-(2**63) - 1], [10**400], [],
        [1], [1, 2, 3], ["x", 1], ["", 1], [None, None], [None], [{}, 1], [[1], 1], [True], ["²"], ["\0", 1], ["\0"],
        ["\ud800", 1], ["NaN", 1], ["Infinity", 1], ["1e999999999", 1], ["9999-12-31", 1], ["0001-01-01", 1],
        ["0001-01-01T00:00:00+14:00", 1], ["9999-12-31T23:59:59-14:00", 1], ["2026-01-01T00:00:00", 1], [1, "x"],
        ["a" * 40_000, 1], {"a": 1}, "null", "1", "\"x\"", "[", "[1", "[" * 45_000, "{\"a\":" * 8_000, "[1e400]",
        "[" + "9" * 5000 + "]", "[-0, 1]",
    )),
    "", "!", "²", "=", "====", "a", "%00", "%ff", "a" * 65_000, "W10", "汉",
)  # fmt: skip
CONTENT_TYPES = (
    "", "text/plain", "application/xml", "application/json; charset=utf-16", "application/json; charset=zzz",
    "application/merge-patch+json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; "
    "boundary=" + "x" * 5000, "application/x-www-form-urlencoded", "APPLICATION/JSON", "application/json, text/html",
    "*/*", "multipart/form-data; boundary=\"\xb2\"", ";;;", "application/octet-stream",
)  # fmt: skip
HEADERS: tuple[tuple[str, bytes], ...] = (
    *(("Idempotency-Key", key) for key in (
        b"", b" ", b"k", b"k" * 201, b"k" * 12_000, bytes(33 + n * 37 % 93 for n in range(12_000)), "汉²".encode(),
        b"\xff\xfe", b"a\tb", b"a b", b"\x1b[31m", b"../..", b"null",
    )),
    *(("X-Request-Id", value) for value in (
        b"", b"a" * 10_000, b"\x1b[31mred", b"a\tb", b"\xff", "汉".encode(), b"{}", b"a%0ab", b"<script>",
    )),
    *(("If-Match", value) for value in (
        b"", b"\xb2", "²".encode(), "１".encode(), b"9" * 5000, b'"1"', b'W/"1"', b"*", b"-1", b'"1", "2"', b'""',
        b"1.0", b"1e3", b'"' * 100, b"W/", b"9223372036854775808", b"2147483648", b"00", b"1_0", b"+1", b"true",
    )),
    *(("Origin", value) for value in (
        b"null", b"http://evil.example", b"http://[", b"http://[::1", b"//", b"\xff", b"",
    )),
    *(("Sec-Fetch-Site", value) for value in (b"cross-site", b"none", b"", b"\xff", b"same-site")),
    *(("Accept-Language", value) for value in (b"en", b"zz;q=abc", b"a" * 10_000, b"\xff", b",,,", b"")),
    *(("Accept-Encoding", value) for value in (b"gzip;q=0", b"gzip" * 1000, b"\xff", b"identity;q=0, *;q=0")),
    *(("Accept", value) for value in (b"text/html", b"\xff", b"application/xml;q=x")),
    *(("Host", value) for value in (
        b"", b"evil.example", b"a" * 5000, b"[::1", b"localhost:99999", b"\xff", b"a b", b"@",
    )),
    *(("Cookie", b"shuangxuan_session=" + value) for value in (
        b"", b"x", b"\xff", b'"\\000"', b"a" * 7000, b"a; shuangxuan_session=b", "汉".encode(), b"%00", b"'",
    )),
    *(("Range", value) for value in (b"bytes=0-", b"bytes=-1", b"bytes=a-b", b"bytes=9-1", b"bytes=" + b"0-0," * 500)),
    ("If-None-Match", b"*"), ("If-None-Match", b"\xff"), ("If-Modified-Since", b"0"), ("If-Range", b"\xff"),
    ("Content-Encoding", b"gzip"), ("Content-Encoding", b"br, br"), ("Expect", b"100-continue"), ("Expect", b"x"),
    ("Upgrade", b"websocket"), ("Upgrade", b"h2c"), ("X-Forwarded-For", b"\xff"), ("X-Forwarded-Proto", b"javascript"),
    ("X-Forwarded-Host", b"evil.example"), ("Forwarded", b"for=\"_\xff\""), ("X-HTTP-Method-Override", b"DELETE"),
    ("Transfer-Encoding", b"identity"), ("Content-Length", b"0"), ("Authorization", b"Basic \xff"),
)  # fmt: skip
BODIES = (
    b"", b" ", b"{", b"null", b"[]", b"{}", b'"x"', b"0", b"true", b"\xff\xfe", b"\x00", b'{"a":\x00}', b"NaN",
    b"Infinity", b"\xef\xbb\xbf{}", '{"标题": 1}'.encode("utf-16"), b'{"title":"a","title":"b"}',
    b"[" * 100_000, b'{"a":' * 50_000,
    b"[" * 900 + b"]" * 900, b"9" * 5000, b'"' + b"a" * 1_500_000 + b'"', b'{"a": "\\ud800"}', b"\x1f\x8b\x08\x00",
    b"--x\r\n\r\n--x--\r\n", b"a=b&c=%00", b'{"answers": {"Q1": "' + b"\\u0000" * 50 + b'"}}',
    b'{"' + b"k" * 70_000 + b'":1}',
)  # fmt: skip
METHODS = ("TRACE", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "POST", "GET", "QUERY", "FOO", "PROPFIND")
FILE_NAMES = (
    "a.csv", "a.xlsx", "a.xls", "a.json", "a.ods", "", "../../a.csv", "a\0.csv", "a" * 5000 + ".xlsx", "汉².csv",
    ".csv", "a.CSV", "a.csv.exe", "\u202efdp.xlsx", "CON.csv", "a\\b.csv", "%00.xlsx", "noextension",
)  # fmt: skip
FILES = (
    b"", b"\x00", b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
    b"\xff\xfea\x00,\x00b\x00", b"a,b\n1,2\n", b'"', b'"a\n' * 2000, b"," * 50_000, b"\n" * 50_000, b"{}", b"[1e400]",
    b"[" * 50_000, "标题,说明\n".encode("gb18030"), b"a" * 300_000, b"\xef\xbb\xbf", b"a,a\n1,1\n", b"\x1f\x8b\x08\x00",
)  # fmt: skip
