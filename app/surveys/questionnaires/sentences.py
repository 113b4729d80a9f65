"""Conditions read aloud: what an expression asks for, as a sentence for those who edit or review a questionnaire."""

from dataclasses import dataclass

from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.expressions import (
    PRECEDENCE,
    Binary,
    Boolean,
    Call,
    Negative,
    Node,
    Number,
    Own,
    Reference,
    Text,
)

_WORDS = {
    "zh": {
        "own": "本题的答案",
        "question": "第{0}题",
        "row": "第{0}题“{1}”",
        "answer": "{0}的答案",
        "chosen": "{0}选择了“{1}”",
        "not chosen": "{0}没有选择“{1}”",
        "blank": "{0}没有作答",
        "answered": "{0}已作答",
        "count": "{0}所选项数",
        "length": "{0}的字数",
        "fits": "{0}符合格式“{1}”",
        "today": "今天",
        "yes": "是",
        "no": "否",
        "not": "并非（{0}）",
        "if": "（如果{0}，取{1}，否则取{2}）",
        "coalesce": "{0}（为空时取{1}）",
        "text": "“{0}”",
        "holds": "{0}成立",
        "and": "{0}，并且{1}",
        "or": "{0}，或者{1}",
        "group": "（{0}）",
        "=": "{0}等于{1}",
        "!=": "{0}不等于{1}",
        "<": "{0}小于{1}",
        "<=": "{0}不超过{1}",
        ">": "{0}大于{1}",
        ">=": "{0}不少于{1}",
        "date <": "{0}早于{1}",
        "date <=": "{0}不晚于{1}",
        "date >": "{0}晚于{1}",
        "date >=": "{0}不早于{1}",
        "mod": "{0}除以{1}的余数",
    },
    "en": {
        "own": "this answer",
        "question": "question {0}",
        "row": "question {0} “{1}”",
        "answer": "the answer to {0}",
        "chosen": "{0} is answered with “{1}”",
        "not chosen": "{0} is not answered with “{1}”",
        "blank": "{0} is not answered",
        "answered": "{0} is answered",
        "count": "the number of options chosen in {0}",
        "length": "the number of characters in {0}",
        "fits": "{0} has the form “{1}”",
        "today": "today",
        "yes": "yes",
        "no": "no",
        "not": "it is not the case that {0}",
        "if": "({1} if {0}, otherwise {2})",
        "coalesce": "{0} (or {1} when that is blank)",
        "text": "“{0}”",
        "holds": "{0} holds",
        "and": "{0} and {1}",
        "or": "{0} or {1}",
        "group": "({0})",
        "=": "{0} equals {1}",
        "!=": "{0} differs from {1}",
        "<": "{0} is less than {1}",
        "<=": "{0} is at most {1}",
        ">": "{0} is more than {1}",
        ">=": "{0} is at least {1}",
        "date <": "{0} is before {1}",
        "date <=": "{0} is not after {1}",
        "date >": "{0} is after {1}",
        "date >=": "{0} is not before {1}",
        "mod": "the remainder of {0} divided by {1}",
    },
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "div": "÷"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def condition(node: Node, definition: SurveyDefinition, language: str) -> str:
    """What has to hold: 第3题选择了“没有参加”. `language` is zh or en."""
    return _Reading(definition, language).truth(node)


@dataclass(frozen=True)
class _Reading:
    definition: SurveyDefinition
    language: str

    def say(self, key: str, *parts: str) -> str:
        return _WORDS[self.language][key].format(*parts)

    def truth(self, node: Node, around: int = 0) -> str:
        """The node where a yes or no is wanted."""
        match node:
            case Call("not", (inner,)):
                return self.denied(inner)
            case Binary("and" | "or" as op, left, right):
                rank = PRECEDENCE[op]
                text = self.say(op, self.truth(left, rank), self.truth(right, rank))
                return self.say("group", text) if rank < around else text
            case Binary("=" | "!=" | "<" | "<=" | ">" | ">=" as op, left, right):
                return self.compared(op, left, right)
            case Call("selected", (source, option)):
                return self.chosen("chosen", source, option)
            case Call("regex", (source, Text(pattern))):
                return self.say("fits", self.worth(source), pattern)
            case Reference() | Own():
                return self.say("answered", self.place(node))
        return self.say("holds", self.worth(node))

    def denied(self, inner: Node) -> str:
        match inner:
            case Call("selected", (source, option)):
                return self.chosen("not chosen", source, option)
            case Reference() | Own():
                return self.say("blank", self.place(inner))
        return self.say("not", self.truth(inner))

    def compared(self, op: str, left: Node, right: Node) -> str:
        if isinstance(right, Reference | Own) and not isinstance(left, Reference | Own):
            op, left, right = _MIRRORED[op], right, left
        if op in ("=", "!=") and isinstance(right, Text) and isinstance(left, Reference | Own):
            if right.value == "":
                return self.say("blank" if op == "=" else "answered", self.place(left))
            if self.question(left) is not None and self.has_options(left):
                return self.chosen("chosen" if op == "=" else "not chosen", left, right)
        dated = self.is_date(left) or self.is_date(right)
        return self.say(f"date {op}" if dated and op not in ("=", "!=") else op, self.worth(left), self.worth(right))

    def chosen(self, key: str, source: Node, option: Node) -> str:
        name = option.value if isinstance(option, Text) else self.worth(option)
        question = self.question(source)
        offered = self.definition.options_of(question) if question else []
        label = next((o.label.in_language(self.language) for o in offered if o.name == name), name)
        return self.say(key, self.place(source), label)

    def worth(self, node: Node) -> str:
        """The node where a value is wanted."""
        match node:
            case Number(text):
                return text
            case Text(value):
                return self.say("text", value)
            case Boolean(value):
                return self.say("yes" if value else "no")
            case Own():
                return self.say("own")
            case Reference():
                return self.say("answer", self.place(node))
            case Negative(operand):
                return f"−{self.worth(operand)}"
            case Binary("mod", left, right):
                return self.say("mod", self.worth(left), self.worth(right))
            case Binary(op, left, right) if op in _SIGNS:
                return self.say("group", f"{self.worth(left)} {_SIGNS[op]} {self.worth(right)}")
            case Call(function, arguments):
                return self.called(function, arguments)
        return self.say("group", self.truth(node))

    def called(self, function: str, arguments: tuple[Node, ...]) -> str:
        match function, arguments:
            case "today", _:
                return self.say("today")
            case "count-selected", (source,):
                return self.say("count", self.place(source))
            case "string-length", (source,):
                return self.say("length", self.place(source))
            case "coalesce", (first, second):
                return self.say("coalesce", self.worth(first), self.worth(second))
            case "if", (test, then, otherwise):
                return self.say("if", self.truth(test), self.worth(then), self.worth(otherwise))
        return self.say("group", self.truth(Call(function, arguments)))

    def place(self, node: Node) -> str:
        """第3题, or what stands in its place."""
        if not isinstance(node, Reference):
            return self.worth(node)
        number = self.definition.number(node.question)
        question = self.definition.question(node.question)
        row = next((r for r in question.rows if r.name == node.row), None) if question else None
        if row is not None:
            return self.say("row", str(number), row.label.in_language(self.language))
        return self.say("question", str(number or node.name))

    def question(self, node: Node) -> Question | None:
        return self.definition.question(node.question) if isinstance(node, Reference) else None

    def has_options(self, node: Node) -> bool:
        question = self.question(node)
        return question is not None and bool(self.definition.options_of(question))

    def is_date(self, node: Node) -> bool:
        question = self.question(node)
        return (question is not None and question.type == "date") or node == Call("today", ())
