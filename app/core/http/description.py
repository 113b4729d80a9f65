"""The API's description for people: one page, without a script, from what the application says of itself."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from app.core.problems import Problem

Described = Mapping[str, Any]
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>接口说明 API · 双选 Shuangxuan</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 15px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #1f2a28; max-width: 60rem;
  margin: 0 auto; padding: 1rem }}
h2 {{ margin-top: 2rem; border-bottom: 1px solid #cfd8d5 }} summary {{ padding: .3rem 0; overflow-wrap: anywhere }}
summary b {{ display: inline-block; min-width: 4.5rem; color: #0f5f54 }} pre {{ background: #f3f6f5; padding: .6rem;
  overflow-x: auto }} table {{ border-collapse: collapse; width: 100% }} td {{ border-bottom: 1px solid #e3e9e7;
  padding: .2rem .8rem .2rem 0; vertical-align: top; overflow-wrap: anywhere }} nav a {{ margin-right: .8rem }}
a {{ color: #0f5f54 }}
</style><body><h1>接口说明 <small>API</small></h1>
<p>JSON，地址以 <code>/api/v1</code> 开头；修改须带版本号（If-Match），提交可带唯一标识（Idempotency-Key），
拒绝均有稳定代码和中英文说明。
机器可读的说明：<a href="openapi.json">openapi.json</a><br>
JSON under <code>/api/v1</code>. An edit names the version it edits (If-Match), a POST may name its intent
(Idempotency-Key), a refusal has a stable code and a sentence in both languages.</p>
<nav>{index}</nav>{rooms}</body></html>"""


def page(described: Described) -> str:
    """Every operation by room: address, what it takes with an example, what it answers."""
    rooms = defaultdict[str, list[str]](list)
    for address, methods in described["paths"].items():
        for method, operation in methods.items():
            rooms[operation["tags"][0]].append(_operation(described, address, method, operation))
    index = " ".join(f'<a href="#{room}">{room}</a>' for room in rooms)
    sections = "".join(f'<h2 id="{room}">{room}</h2>{"".join(each)}' for room, each in rooms.items())
    return PAGE.format(index=index, rooms=sections)


def _operation(described: Described, address: str, method: str, operation: Described) -> str:
    said = escape(operation.get("description", "").strip() or operation["summary"])
    name = operation["operationId"]
    return (
        f'<details id="{name}"><summary><b>{method.upper()}</b> <code>{escape(address)}</code> {name}</summary>'
        f"<p>{said}</p><table>{''.join(_parameters(operation))}</table>{_taken(described, operation)}"
        f"<table>{''.join(_answers(operation))}</table></details>"
    )


def _parameters(operation: Described) -> Iterator[str]:
    for each in operation.get("parameters", ()):
        needed = "必填 required" if each["required"] else ""
        yield f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}<td>{needed}<td>{_form(each['schema'])}"


def _form(schema: Described) -> str:
    """What a value must look like, in the schema's own words."""
    several = schema.get("anyOf")
    if several:
        return " | ".join(_form(each) for each in several)
    reference = schema.get("$ref", "").rpartition("/")[2]
    words = {key: value for key, value in schema.items() if key not in {"title", "type", "$ref"}}
    return escape(f"{reference or schema.get('type', '')} {json.dumps(words, ensure_ascii=False) if words else ''}")


def _taken(described: Described, operation: Described) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    blocks = []
    for media, each in content.items():
        schema = _resolved(described, each["schema"])
        shown = schema.get("example") or {key: _form(value) for key, value in schema.get("properties", {}).items()}
        text = escape(json.dumps(shown, ensure_ascii=False, indent=2))
        blocks.append(f"<p><code>{media}</code></p><pre>{text}</pre>")
    return "".join(blocks)


def _resolved(described: Described, schema: Described) -> Described:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Described = described["components"]["schemas"][name] if name else schema
    return found


def _answers(operation: Described) -> Iterator[str]:
    for status, each in operation["responses"].items():
        content = each.get("content", {}).get("application/json", {})
        form = _form(content["schema"]) if status < "300" and content.get("schema") else ""
        yield f"<tr><td>{status}<td>{escape(each['description'])}<td>{form}"


def reference(schema: str) -> str:
    return f"#/components/schemas/{schema}"


def completed(described: dict[str, Any]) -> dict[str, Any]:
    """With what is the same of every operation. An edit without If-Match is refused (428), so it is required; and a
    refusal is described once: each of thousands would otherwise be made a type of its own at every start."""
    for methods in described["paths"].values():
        for operation in methods.values():
            for each in operation.get("parameters", ()):
                each["required"] = each["required"] or each["name"] == "if-match"
    problem = Problem.model_json_schema(ref_template=reference("{model}"))
    described["components"]["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
    return described
