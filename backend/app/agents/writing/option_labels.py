"""Letters and numbers before options: options are shown in another order than the model wrote them, so that a label
would stand for the wrong place."""

import re
from collections.abc import Sequence

from app.agents.writing.option_marks import ENCLOSED, are_in_order

_WORD = (
    r"(?i:options?|choice|answer|antwort|möglichkeit|réponse|respuesta|opción|resposta|opção|alternativa?"
    r"|risposta|opzione|optie|antwoord|svar|odpowiedź|opcja|вариант|варіант|ответ|відповідь|seçenek|şık"
    r"|cevap|pilihan|jawaban|opsi|đáp[ ]án"
    r"|选项|選項|答案|選択肢|보기|선택지|الخيار|خيار|الإجابة|گزینه|אפשרות|תשובה|विकल्प|उत्तर|ตัวเลือก|ข้อ)"
)
_BOLD = r"(?:\*{1,2}|_{1,2}|`|</?(?:b|strong|i|em)>)"
_LETTER = r"[^\W_]{1,4}[׳']?"
_LABEL = re.compile(
    rf"""
    [\s\u200b-\u200f\u2066-\u2069\ufeff]*(?:[-*•·]\s+)?
    (?:
        \*\*(?P<bold>{_LETTER})\*\*(?=\s)
      | {_BOLD}?(?:
        (?P<enclosed>{ENCLOSED}){_BOLD}?\s*[)）.．、:：]?
      | (?:{_WORD}\s*)?[(\[（【「『〔](?P<in_brackets>{_LETTER})[)\]）】」』〕]{_BOLD}?[.:：、]?
      | (?:{_WORD}\s*)?(?P<closed>{_LETTER}){_BOLD}?\s*
        (?:
            \.?[)\]）】」]
          | 、
          | [．：](?!\d)
          | [.:](?=\s|{_BOLD}|[^\x00-\x7f\W\d])
          | \.(?=[A-Z][a-z])
          | [-–—―/](?=\s+(?:[^\W\d_]{{2}}|[\u3040-\u9fff]))
        )
      )
    )
    {_BOLD}?\s*(?=\S)
    """,
    re.VERBOSE,
)
"""A dash or a stroke is one of a label only before a word: `1 - x` is none."""


def without_labels(options: Sequence[str]) -> list[str]:
    """The options without labels, if every one bears the label of its place; else as they are."""
    labels = [label for option in options if (label := _LABEL.match(option)) is not None]
    marks = [label["bold"] or label["enclosed"] or label["in_brackets"] or label["closed"] for label in labels]
    if len(labels) < len(options) or not are_in_order(marks):
        return list(options)
    return [option[label.end() :] for option, label in zip(options, labels, strict=True)]
