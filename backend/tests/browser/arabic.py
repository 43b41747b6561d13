"""A roadmap in Arabic as a file: what a model would have written, in a script that runs from right to left."""

from typing import Any

DAY = "2026-01-05T10:00:00Z"
TITLE = "أساسيات لغة بايثون"
GOAL = "أريد أن أتعلّم البرمجة بلغة بايثون لتحليل بيانات المبيعات"
CODE = "def total(prices: list[float]) -> float:\n    return sum(prices)  # المجموع\n\nprint(total([3.5, 2.0]))"
LESSON = """الدالة (function) جزء من البرنامج له اسم، يأخذ قيمًا ويعيد نتيجة. نكتبها بالكلمة `def`، ثم نستدعيها باسمها:

```python
{code}
```

| الجزء | المثال | معناه |
|---|---|---|
| الاسم | `total` | ما نستدعي به الدالة |
| الوسيط | `prices` | ما يدخل إليها |

1. عرّف الدالة.
2. استدعِها.

> كل دالة تفعل شيئًا واحدًا. المتوسط هو $\\frac{{a + b}}{{2}}$.
"""


def roadmap() -> dict[str, Any]:
    outline = {
        "title": TITLE,
        "stages": [
            _stage("s1", "البداية", "القيم والمتغيرات وأول برنامج.", [
                _module("m1", "القيم والمتغيرات", [
                    _concept("variables", "المتغيرات", "اسم يشير إلى قيمة، مثل `price = 3.5`.", []),
                    _concept("strings", "النصوص (str)", "سلاسل من الحروف بين علامتي تنصيص.", ["variables"]),
                ]),
                _module("m2", "القرارات والتكرار", [
                    _concept("conditions", "الشروط if و else", "تنفيذ أمر عند تحقق شرط.", ["variables"]),
                    _concept("loops", "الحلقات for و while", "تكرار أمر لكل عنصر.", ["conditions", "strings"]),
                ]),
            ]),
            _stage("s2", "تنظيم البرنامج", "تقسيم البرنامج إلى أجزاء تُختبر وحدها.", [
                _module("m3", "الدوال", [
                    _concept("functions", "الدوال ووسائطها", "جزء له اسم يعيد نتيجة.", ["loops"]),
                    _concept("modules", "الوحدات وقراءة ملفات CSV", "استعمال ما كتبه غيرك.", ["functions"]),
                ]),
            ]),
        ],
    }  # fmt: skip
    ids = [one["concept_id"] for s in outline["stages"] for m in s["modules"] for one in m["concepts"]]  # type: ignore[index]
    return {
        "format": "greenway-roadmap",
        "version": 1,
        "request": {"goal": GOAL, "language": "ar", "concepts": 6},
        "author": "openai:gpt-5",
        "title": TITLE,
        "status": "completed",
        "created_at": DAY,
        "outline": outline,
        "revision": 1,
        "revisions": [{"number": 1, "kind": "drafted", "outline": outline, "created_at": DAY}],
        "concepts": [
            {
                "concept_id": one,
                "tutorial": _kept(_tutorial()),
                "resources": _kept(_resources()),
                "quiz": _kept(_quiz()),
            }
            for one in ids
        ],
    }


def _stage(stage_id: str, name: str, description: str, modules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"stage_id": stage_id, "name": name, "description": description, "modules": modules}


def _module(module_id: str, name: str, concepts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"module_id": module_id, "name": name, "description": f"{name}: ما تحتاجه كل يوم.", "concepts": concepts}


def _concept(concept_id: str, name: str, description: str, prerequisites: list[str]) -> dict[str, Any]:
    return {
        "concept_id": concept_id,
        "name": name,
        "description": description,
        "estimated_hours": 1.5,
        "difficulty": "easy",
        "keywords": ["def", "دالة"],
        "prerequisites": prerequisites,
    }


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    version = {"version": 1, "author": "openai:gpt-5", "created_at": DAY, "body": body}
    return {"status": "completed", "current": 1, "versions": [version]}


def _tutorial() -> dict[str, Any]:
    return {
        "kind": "tutorial",
        "summary": "ستكتب دالة تحسب مجموع الأسعار، وتعرف متى تقسّم برنامجك إلى دوال.",
        "sections": [
            {"heading": "ما هي الدالة؟", "markdown": LESSON.format(code=CODE)},
            {"heading": "ما الذي تعيده؟", "markdown": "تعيد الدالة قيمة بالكلمة `return`. إن لم تكتبها عادت `None`."},
        ],
        "example": f"مجموع قائمة من الأسعار:\n\n```python\n{CODE}\n```",
        "exercises": ["اكتب دالة تعيد أكبر سعر في القائمة.", "اجعل `total` تقبل قائمة فارغة."],
        "mistakes": ["نسيان الأقواس عند الاستدعاء: `total` بدل `total(prices)`."],
    }


def _resources() -> dict[str, Any]:
    items = [
        ("دليل بايثون الرسمي", "https://docs.python.org/3/tutorial/controlflow.html", "documentation", "en"),
        ("بايثون على ويكيبيديا", "https://ar.wikipedia.org/wiki/بايثون", "article", "ar"),
    ]
    return {
        "kind": "resources",
        "items": [
            {"title": title, "url": url, "type": kind, "language": language, "origin": "found", "verdict": "verified"}
            for title, url, kind, language in items
        ],
    }


def _quiz() -> dict[str, Any]:
    options = [("a", "تعيد المجموع"), ("b", "`total([])` تطبع خطأ"), ("c", "تغيّر القائمة")]
    return {
        "kind": "quiz",
        "questions": [
            {
                "question_id": "q1",
                "type": "single",
                "prompt": "ماذا تفعل هذه الدالة؟\n\n```python\n" + CODE + "\n```",
                "options": [{"option_id": option, "text": text} for option, text in options],
                "correct": ["a"],
                "explanation": "الدالة `sum` تجمع عناصر القائمة، و`return` تعيد النتيجة.",
            }
        ],
    }
