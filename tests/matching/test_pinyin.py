"""Names by how they are pronounced."""

import pytest

from app.matching.pinyin import spelled, typed


@pytest.mark.parametrize(
    ("name", "usual", "initials"),
    [
        ("斗南街道", "dounanjiedao", "dnjd"),
        ("重庆", "chongqing", "cq"),
        ("呈贡区", "chenggongqu", "cgq"),
        ("ＡＢ 社区", "abshequ", "asq"),
    ],
)
def test_the_usual_reading_stands_first(name: str, usual: str, initials: str) -> None:
    assert spelled(name).split()[:2] == [usual, initials]


@pytest.mark.parametrize(("name", "reading"), [("长水社区", "changshuishequ"), ("绿洲花园", "luzhouhuayuan")])
def test_a_character_with_several_readings_is_found_by_each(name: str, reading: str) -> None:
    assert reading in spelled(name).split()


def test_a_pronunciation_is_typed_in_letters_however_they_are_parted() -> None:
    assert [typed(text) for text in ("Dou nan", "lü", "xi'an", "斗南", "d", "dn2", "")] == [
        "dounan",
        "lv",
        "xian",
        "",
        "",
        "",
        "",
    ]
