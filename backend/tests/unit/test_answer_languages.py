"""An answer in another language than the learner's is noticed where that is beyond doubt, and only there."""

import pytest

from app.agents.asking.languages import is_in

TEXTS = {
    "en": (
        "A database keeps its rows in tables, and each table has columns with a type. When you ask a question, the "
        "planner decides how to find the rows that are wanted, which often means that it looks into an index first. "
        "If there is no index, it has to read everything from the beginning to the end, and that takes longer with "
        "every row that you add. This is why it is worth learning how the planner thinks before you write a query."
    ),
    "de": (
        "Eine Datenbank bewahrt ihre Zeilen in Tabellen auf, und jede Tabelle hat Spalten mit einem Typ. Wenn man eine "
        "Frage stellt, entscheidet der Planer, wie die gesuchten Zeilen gefunden werden, und das heißt oft, dass er "
        "zuerst in einem Index nachsieht. Gibt es keinen Index, so muss er alles von Anfang bis Ende lesen, und das "
        "dauert mit jeder Zeile länger. Deshalb lohnt es sich, zu lernen, wie der Planer denkt, bevor man eine Abfrage "
        "schreibt, die auch bei vielen Daten noch schnell ist."
    ),
    "fr": (
        "Une base de données garde ses lignes dans des tables, et chaque table a des colonnes avec un type. Quand vous "
        "posez une question, le planificateur décide comment trouver les lignes qui sont demandées, ce qui veut dire "
        "souvent qu'il regarde d'abord dans un index. Sans index, il doit tout lire du début à la fin, et cela prend "
        "plus de temps avec chaque ligne que vous ajoutez. C'est pourquoi il vaut la peine d'apprendre comment le "
        "planificateur pense avant d'écrire une requête."
    ),
    "es": (
        "Una base de datos guarda sus filas en tablas, y cada tabla tiene columnas con un tipo. Cuando se hace una "
        "pregunta, el planificador decide cómo encontrar las filas que se piden, y eso significa muchas veces que "
        "mira primero en un índice. Si no hay índice, tiene que leerlo todo desde el principio hasta el final, y eso "
        "tarda más con cada fila que se añade. Por eso vale la pena aprender cómo piensa el planificador antes de "
        "escribir una consulta."
    ),
    "pt": (
        "Um banco de dados guarda as suas linhas em tabelas, e cada tabela tem colunas com um tipo. Quando você faz "
        "uma pergunta, o planejador decide como encontrar as linhas que são pedidas, o que muitas vezes significa que "
        "ele olha primeiro em um índice. Se não há índice, ele precisa ler tudo do começo até o fim, e isso demora "
        "mais com cada linha que você acrescenta. Por isso vale a pena aprender como o planejador pensa antes de "
        "escrever uma consulta."
    ),
    "nl": (
        "Een database bewaart haar rijen in tabellen, en elke tabel heeft kolommen met een type. Wanneer je een vraag "
        "stelt, beslist de planner hoe de gevraagde rijen worden gevonden, en dat betekent vaak dat hij eerst in een "
        "index kijkt. Als er geen index is, moet hij alles van het begin tot het einde lezen, en dat duurt langer met "
        "elke rij die je toevoegt. Daarom is het de moeite waard om te leren hoe de planner denkt voordat je een query "
        "schrijft."
    ),
    "ru": (
        "База данных хранит строки в таблицах, и у каждой таблицы есть столбцы со своим типом. Когда вы задаёте "
        "вопрос, планировщик решает, как найти нужные строки, и часто это означает, что сначала он смотрит в индекс. "
        "Если индекса нет, ему приходится читать всё от начала до конца, и с каждой новой строкой это занимает больше "
        "времени. Поэтому стоит узнать, как думает планировщик, прежде чем писать запрос, который должен оставаться "
        "быстрым и на больших данных."
    ),
    "ar": (
        "تحفظ قاعدة البيانات صفوفها في جداول، ولكل جدول أعمدة لها أنواع محددة. عندما تطرح سؤالا يقرر المخطط كيف يجد "
        "الصفوف المطلوبة، وهذا يعني في كثير من الأحيان أنه ينظر أولا في الفهرس. فإن لم يكن هناك فهرس وجب عليه أن يقرأ "
        "كل شيء من البداية إلى النهاية، ويستغرق ذلك وقتا أطول مع كل صف جديد تضيفه. ولهذا يستحق الأمر أن تتعلم كيف يفكر "
        "المخطط قبل أن تكتب استعلاما يجب أن يبقى سريعا حتى مع البيانات الكثيرة جدا."
    ),
    "zh": (
        "数据库把每一行数据保存在表中,每个表都有若干列,每一列都有自己的类型。当你提出一个查询时,规划器会决定怎样找到所需的行,"
        "这往往意味着它会先查看索引。如果没有索引,它就必须从头到尾读取全部内容,而且每增加一行,所需的时间都会更长。"
        "因此,在编写查询之前,先弄清楚规划器是怎样思考的,是非常值得的。学会阅读执行计划以后,你就能判断一个查询为什么慢,"
        "应该给哪一列加上索引,以及什么时候根本不需要索引。"
    ),
    "ja": (
        "データベースは行を表の中に保存し、それぞれの表には型を持つ列があります。問い合わせを行うと、プランナーは必要な行を"
        "どのように見つけるかを決めます。多くの場合、まず索引を調べることになります。索引がなければ、最初から最後まで"
        "すべてを読まなければならず、行を追加するたびに時間が長くかかるようになります。ですから、問い合わせを書く前に、"
        "プランナーがどのように考えるかを学んでおくことには大きな価値があります。"
    ),
}

FOREIGN = [
    *(("zh", other) for other in ("en", "de", "ru", "ar", "nl")),
    *(("ja", other) for other in ("en", "fr", "ru")),
    *(("ru", other) for other in ("en", "zh", "ja", "ar")),
    *(("ar", other) for other in ("en", "ru", "zh")),
    *((latin, other) for latin in ("en", "de", "fr", "es", "pt", "nl") for other in ("zh", "ja", "ru", "ar")),
    *((latin, other) for latin in ("en", "de", "fr", "es", "pt", "nl") for other in ("en", "de", "fr", "nl")),
    *(("en", other) for other in ("es", "pt")),
]
"""Pairs of a learner's language and another one that no reader takes for it."""


def variants(tag: str) -> list[str]:
    regions = {"de": ["de-AT", "DE-ch"], "zh": ["zh-Hans", "zh-Hant-TW"], "en": ["en-GB"], "pt": ["pt-BR"]}
    return [tag, *regions.get(tag, [])]


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_in_its_own_language_and_its_regions(language: str) -> None:
    for tag in variants(language):
        assert is_in(tag, [TEXTS[language]])


@pytest.mark.parametrize(("language", "other"), [pair for pair in FOREIGN if pair[0] != pair[1]])
def test_a_text_in_another_language_is_noticed(language: str, other: str) -> None:
    for tag in variants(language):
        assert not is_in(tag, [TEXTS[other]])


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh"), ("en", "de")])
def test_it_does_not_matter_how_the_text_is_cut(language: str, other: str) -> None:
    assert not is_in(language, TEXTS[other].replace(". ", ".\0").replace("。", "。\0").split("\0"))


@pytest.mark.parametrize("tag", ["en", "de", "fr", "zh", "ja", "ko", "ru", "ar", "th", "hi", "sw", "xx"])
def test_a_short_text_is_never_refused(tag: str) -> None:
    for text in ("", "42", "SELECT DISTINCT", "Foreign keys and joins", "外键", "ключ", "PostgreSQL, Redis und Kafka"):
        assert is_in(tag, [text])


@pytest.mark.parametrize("tag", ["en", "de", "zh", "ja", "ru", "ar"])
@pytest.mark.parametrize("code", ["```python\n{}\n```", "`{}`", "```\n{}", "text\n```sql\n-- {}\n```\n"])
def test_code_says_nothing_about_the_language(tag: str, code: str) -> None:
    for text in (TEXTS["en"], TEXTS["zh"]):
        assert is_in(tag, [code.format(text)])


def test_addresses_say_nothing_about_the_language() -> None:
    address = "https://example.org/" + "the-of-and-to-is-that-it-for-on-with" * 20
    assert is_in("zh", [f"参见 {address} 以及 {address}"])
    assert is_in("de", [f"Siehe {address}."])


@pytest.mark.parametrize("tag", ["sw", "mi", "xx", "tlh", "eo-001"])
def test_a_language_that_is_not_known_is_never_refused_for_latin_letters(tag: str) -> None:
    for language in ("en", "de", "pt"):
        assert is_in(tag, [TEXTS[language]])


def test_a_language_that_is_not_known_may_have_a_script_of_its_own() -> None:
    for language in ("zh", "ru", "ar"):
        assert is_in("xx", [TEXTS[language]])


def test_chinese_may_be_full_of_english_terms() -> None:
    text = (
        "使用 PostgreSQL 时,先用 CREATE TABLE 定义 PRIMARY KEY 和 FOREIGN KEY,再用 EXPLAIN ANALYZE 查看 plan。"
        "如果 planner 选择了 Sequential Scan,就要考虑 CREATE INDEX CONCURRENTLY。在 Kubernetes 中部署 StatefulSet,"
        "通过 PersistentVolumeClaim 保存数据,并用 Prometheus 和 Grafana 监控 connection pool 的 saturation。"
        "在 TypeScript 中,useEffect 和 useMemo 的 dependency array 决定 component 什么时候 re-render。"
    )
    assert is_in("zh", [text])
    assert is_in("zh-CN", [text])


def test_german_may_be_full_of_english_terms() -> None:
    text = (
        "Mit dem Query Planner und einem Covering Index wird ein Sequential Scan zu einem Index Only Scan. Im Pull "
        "Request prüft der Code Reviewer, ob die Unit Tests auch im Continuous Integration Server laufen. Das "
        "Deployment auf den Kubernetes Cluster ist ein Rolling Update, bei dem die Readiness Probes nicht fehlen "
        "dürfen, und das Logging wird vom Log Aggregator über den Message Broker eingesammelt."
    )
    assert is_in("de", [text])


def test_japanese_may_have_more_characters_than_syllables() -> None:
    text = "関係型情報管理基礎概念の一覧。正規化理論、参照整合性制約、索引構造、実行計画、統計情報、排他制御。"
    assert is_in("ja", [text * 3])


def test_one_foreign_word_does_not_make_a_text_foreign_or_native() -> None:
    assert not is_in("zh", [TEXTS["en"] + " (数据库)"])
    assert not is_in("ru", [TEXTS["zh"], "индекс"])
    assert not is_in("en", [TEXTS["zh"], "index"])


def test_a_text_in_two_languages_is_refused_in_neither() -> None:
    for first, second in (("en", "de"), ("de", "fr"), ("en", "zh"), ("ru", "en")):
        assert is_in(first, [TEXTS[first], TEXTS[second]])
        assert is_in(second, [TEXTS[first], TEXTS[second]])


def test_an_english_lesson_on_a_language_may_quote_it() -> None:
    assert is_in("en", [TEXTS["en"], TEXTS["zh"]])
    assert is_in("en", [TEXTS["en"], TEXTS["de"].split(".")[0]])
    assert is_in("en", [TEXTS["en"], TEXTS["zh"].split("。")[0]])
