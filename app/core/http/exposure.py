"""A demonstration that other machines can reach: said in red at its start and on every page."""

from html import escape
from pathlib import Path

WARNING = {
    "zh": "演示系统，他人可从其他电脑访问：演示密码是公开的，请勿填写真实信息。",
    "en": "A demonstration that other machines can reach: its passwords are public. Enter nothing real.",
}
REMEDY = {
    "zh": "正式使用请设置 DEMONSTRATION=false；仅供本机使用请设置 HOST=127.0.0.1。",
    "en": "For real use set DEMONSTRATION=false; for this machine alone set HOST=127.0.0.1.",
}
ROOT = '<div id="root">'


def marked(page: Path) -> str:
    """A built page with the warning at its top: both languages, no script, its style in a file of the build."""
    told = "".join(f'<span lang="{language}">{escape(sentence)}</span> ' for language, sentence in WARNING.items())
    banner = f'<aside class="exposed" aria-label="安全提示 Security notice">{told}</aside>'
    style = '<link rel="stylesheet" href="/exposed.css">'
    return page.read_text(encoding="utf-8").replace(ROOT, style + banner + ROOT, 1)
